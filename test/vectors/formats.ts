/**
 * Golden values of every keyed or hashed input, computed with the platform's crypto (see reference.ts). Bytes are hex,
 * stored or sent values are base64url. They never change, because stored records, rows and tokens depend on them.
 */

export const keyBytes = '000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f'
export const keyText = 'nlk1.AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8'
export const keyId = 'mgM0Z1Sm'

/** HKDF-SHA-256 without salt, info = `nightlatch/<purpose>/v1`. */
export const subKeys = {
  seal: '8995b0f1dd86fec05121fb21b660f46f6a0b40e83f37235606628cde00044154',
  record: '8870591f5ddcbd3be231e9674112756516823951ef56cb8368d54da5ab150a16',
  token: 'db61a6986496bc6e0d2b36905aaab64aaa6d167aea41ce56086e62e393f7bfea',
  outbox: 'e9a65f18a57808e152da4dd1d3642e787e77a64447a0d557413eab87ae2d9848',
} as const

/** HKDF-SHA-256 of {@link keyBytes} as entropy, info = frame('nightlatch/derive/v1', label). */
export const derivations = [
  {
    label: 'totp-secret',
    length: 64,
    info: '000000146e696768746c617463682f6465726976652f76310000000b746f74702d736563726574',
    bytes:
      '499a6c995b72d06d464797e6749bd05ee5be60424d6b0105662fe0982c106852f362830a75ca967dad06863fd5eacd12' +
      '8842242df62611250c3aaadc66b0531a',
  },
  {
    label: 'id/session',
    length: 16,
    info: '000000146e696768746c617463682f6465726976652f76310000000a69642f73657373696f6e',
    bytes: '65754958252eaf71305bb1fc3229f351',
  },
  {
    label: 'backup-codes',
    length: 32,
    info: '000000146e696768746c617463682f6465726976652f76310000000c6261636b75702d636f646573',
    bytes: 'ffb64338f0d15fc28a49a6c3f32974e3dbe6b9b343d4d45d5e0e91a80521795c',
  },
  { label: '', length: 1, info: '000000146e696768746c617463682f6465726976652f763100000000', bytes: '50' },
] as const

export const frames = [
  { parts: [], framed: '' },
  { parts: [''], framed: '00000000' },
  { parts: ['', ''], framed: '0000000000000000' },
  { parts: ['ab', 'c'], framed: '000000026162' + '0000000163' },
  { parts: ['a', 'bc'], framed: '0000000161' + '000000026263' },
  { parts: ['é'], framed: '00000002c3a9' },
] as const

/** RFC 4648 §10 without padding, and the two characters that tell base64url from base64. */
export const base64urlTexts = [
  { bytes: '', text: '' },
  { bytes: '66', text: 'Zg' },
  { bytes: '666f', text: 'Zm8' },
  { bytes: '666f6f', text: 'Zm9v' },
  { bytes: '666f6f62', text: 'Zm9vYg' },
  { bytes: '666f6f6261', text: 'Zm9vYmE' },
  { bytes: '666f6f626172', text: 'Zm9vYmFy' },
  { bytes: 'fbffbf', text: '-_-_' },
] as const

/** What every value here belongs to. It is the default of the option. */
export const realm = 'main'

/** mac = HMAC-SHA-256(record key, frame(label, realm, kind, id, version, schema, body)). */
export const record = {
  realm,
  id: 'account:ada',
  kind: 'account',
  version: '3.AAAA',
  schema: 1,
  body: '{"state":{"é":1}}',
  framed:
    '000000146e696768746c617463682f7265636f72642f7631000000046d61696e000000076163636f756e740000000b61' +
    '63636f756e743a61646100000006332e414141410000000131000000127b227374617465223a7b22c3a9223a317d7d',
  mac: 'ajlIX-ojwbXq95izB6w7ysuDeNq2kDg9FnStsXYoy54',
} as const

export const nonce = '404142434445464748494a4b4c4d4e4f5051525354555657'

/** XChaCha20-Poly1305 under the sub-key `seal`; associated = frame(label, realm, kind, record id, path, purpose). */
export const sealedValues = [
  {
    path: 'state/totp/authenticators/phone/secret',
    purpose: 'totp-secret',
    plaintext: '3132333435363738393031323334353637383930',
    associated:
      '000000126e696768746c617463682f7365616c2f7631000000046d61696e000000076163636f756e740000000b616363' +
      '6f756e743a6164610000002673746174652f746f74702f61757468656e74696361746f72732f70686f6e652f73656372' +
      '65740000000b746f74702d736563726574',
    ciphertext: '3MbAQ5vBuGx-dIpo2uAeGmq21HbgF5ujXNVfV7qvkBVjKK7w',
  },
  {
    path: 'state/backup-code/set/digests',
    purpose: 'backup-code-digests',
    plaintext:
      '202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f' +
      '404142434445464748494a4b4c4d4e4f505152535455565758595a5b5c5d5e5f',
    associated:
      '000000126e696768746c617463682f7365616c2f7631000000046d61696e000000076163636f756e740000000b616363' +
      '6f756e743a6164610000001d73746174652f6261636b75702d636f64652f7365742f6469676573747300000013626163' +
      '6b75702d636f64652d64696765737473',
    ciphertext:
      'zdXRVIrSqXNvbZFxxfkFA22_33XXtb_fs0V7xNSxddn5r-fg1SLD_trByKJ3Bv_dkN0BqS7mxzcd8VzcyWpPnvXOgrVCawRM' +
      'h2Zrm0ogUPw',
  },
  {
    path: 'history/key',
    purpose: 'history-key',
    plaintext: '202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f',
    associated:
      '000000126e696768746c617463682f7365616c2f7631000000046d61696e000000076163636f756e740000000b616363' +
      '6f756e743a6164610000000b686973746f72792f6b65790000000b686973746f72792d6b6579',
    ciphertext: 'zdXRVIrSqXNvbZFxxfkFA22_33XXtb_fs0V7xNSxddlTum2GrGCuIKiWod35tUSM',
  },
] as const

/** `nl1.<key id>.<nonce, ciphertext, tag>` under the sub-key `token`; associated = frame(label, realm, kind). */
export const tokens = {
  grant: {
    payload: {
      account: 'ada',
      session: 'c2Vzc2lvbg',
      epoch: 7,
      birth: 'YmlydGg',
      commit: 42,
      at: 1700000000000,
      aal: 2,
      amr: ['pwd', 'otp', 'mfa'],
    },
    text: '["ada","c2Vzc2lvbg",7,"YmlydGg",42,1700000000000,2,["pwd","otp","mfa"]]',
    associated: '000000136e696768746c617463682f746f6b656e2f7631000000046d61696e000000056772616e74',
    token:
      'nl1.mgM0Z1Sm.QEFCQ0RFRkdISUpLTE1OT1BRUlNUVVZXXrPnVlTuuxey7GdyEyssswTmrg4MEmtGNkEfhd0c6EAbNyUxdON' +
      'JxAuoipijk1PxWMgXwa-G1pBdfP7SIk0Ooc_3TKdvyZwhDcuObEtx-zWOzy3h-go-',
  },
  challenge: {
    payload: {
      account: 'ada',
      id: 'Y2hhbGxlbmdl',
      epoch: 7,
      birth: 'YmlydGg',
      commit: 42,
      source: 'network:192.0.2.7',
      expiresAt: 1700000600000,
      primary: 'password',
      primaryAt: 1700000000000,
      networkKey: 'bmV0d29yaw',
      nameKey: 'bmFtZQ',
      passwords: 2,
    },
    text:
      '["ada","Y2hhbGxlbmdl",7,"YmlydGg",42,"network:192.0.2.7",1700000600000,"password",17000000' +
      '00000,"bmV0d29yaw","bmFtZQ",2]',
    associated: '000000136e696768746c617463682f746f6b656e2f7631000000046d61696e000000096368616c6c656e6765',
    token:
      'nl1.mgM0Z1Sm.QEFCQ0RFRkdISUpLTE1OT1BRUlNUVVZXXrPnVlTuuxeI7FlgEl44qQTs6E4ZEn4zeXQLjeMfjQsNKT0yb_EX' +
      'kU_v1dr4mVL4RtQLtL_YltZTYeuNZg0cvduqGvZ9pO1WZBLvuoqZ7jHaH1md-KKYEOd-XR4_SvfgcFzOh2CvfLV4vN_G1yGhT' +
      'ipulg9UXYxugg_CzGapeHt7wLxm6Fnb_g',
  },
  proof: {
    payload: {
      account: 'ada',
      id: 'cHJvb2Y',
      session: 'c2Vzc2lvbg',
      epoch: 7,
      expiresAt: 1700000300000,
      purpose: 'factors',
      factor: 'totp',
    },
    text: '["ada","cHJvb2Y","c2Vzc2lvbg",7,1700000300000,"factors","totp"]',
    associated: '000000136e696768746c617463682f746f6b656e2f7631000000046d61696e0000000570726f6f66',
    token:
      'nl1.mgM0Z1Sm.QEFCQ0RFRkdISUpLTE1OT1BRUlNUVVZXXrPnVlTuuxeylnt-EisZ50qj7xBtRCotN1sEhrhX_UAeMjkwc-N' +
      'Jxwuoipijj0GnFZlP9f-Fg9hdJLPJJh9x6qhIVXd5EGXq1gCp2rfsow',
  },
  ceremony: {
    payload: {
      account: 'ada',
      id: 'Y2VyZW1vbnk',
      purpose: 'register',
      request: 'c2Vzc2lvbg',
      round: 0,
      epoch: 7,
      expiresAt: 1700000300000,
      label: 'Phone',
      switching: 0,
    },
    text: '["ada","Y2VyZW1vbnk","register","c2Vzc2lvbg",0,7,1700000300000,"Phone",0]',
    associated: '000000136e696768746c617463682f746f6b656e2f7631000000046d61696e00000008636572656d6f6e79',
    token:
      'nl1.mgM0Z1Sm.QEFCQ0RFRkdISUpLTE1OT1BRUlNUVVZXXrPnVlTuuxeI7GdxKk5xswTv5wAXHDt6PEQVlf8J6EANZjtWObB' +
      'LmE363Yq_k0_2WMsMqr3GkcRMYOyNZg0Ar73yRagotu1ESRQHGDtmskca6Jf83hQy3oo',
  },
  device: {
    payload: {
      accounts: [{ account: 'Kx0aYQ8fWm2p', id: 'ZGV2aWNl', birth: 'YmlydGg', commit: 42, trust: 'dHJ1c3Q' }],
      expiresAt: 1734560000000,
    },
    text: '[[["Kx0aYQ8fWm2p","ZGV2aWNl","YmlydGg",42,"dHJ1c3Q"]],1734560000000]',
    associated: '000000136e696768746c617463682f746f6b656e2f7631000000046d61696e00000006646576696365',
    token:
      'nl1.mgM0Z1Sm.QEFCQ0RFRkdISUpLTE1OT1BRUlNUVVZXXsrdEH60p1SIjwluJ3RytUStrnh8aHt-DGMKw7ZZkwFDfG1HJPF' +
      'VwAm0mMzb6VKiR6sZx9DakMNMZOmLZg0cvd2qGpuIv56eTC2oJmd-sm-l_iHz',
  },
} as const

/** Tokens that lack the last field of their kind. */
export const shorterTokens = {
  proof:
    'nl1.mgM0Z1Sm.QEFCQ0RFRkdISUpLTE1OT1BRUlNUVVZXXrPnVlTuuxeylnt-EisZ50qj7xBtRCotN1sEhrhX_UAeMjkwc-N' +
    'Jxwuoipijj0GnFZlP9f-Fg6nqdd1k02qEc6x0DXTQ5wbj',
  device:
    'nl1.mgM0Z1Sm.QEFCQ0RFRkdISUpLTE1OT1BRUlNUVVZXXrPcdWP-9mKfshMkKzsLvVbg1XMDWB5yaV1EvLZK_V8bMD8wc-N' +
    'JxAuo5zVS4w2AfzwF5FfsepMO2Qg',
} as const

/**
 * The body of a queued message, under the sub-key `outbox`. associated = frame(label, realm, record id, message id,
 * channel).
 */
export const outboxMessage = {
  recordId: 'account:ada',
  messageIdBytes: '606162636465666768696a6b6c6d6e6f',
  messageId: 'YGFiY2RlZmdoaWprbG1ubw',
  channel: 'mail',
  message: { channel: 'mail', template: { template: 'two-factor-off', at: 1700000000000 }, expiresAt: 1700259200000 },
  text: '{"template":{"template":"two-factor-off","at":1700000000000},"expiresAt":1700259200000}',
  associated:
    '000000146e696768746c617463682f6f7574626f782f7631000000046d61696e0000000b6163636f756e743a61646100' +
    '000016594746695932526c5a6d646f61577072624731756277000000046d61696c',
  body:
    'nl1.mgM0Z1Sm.QEFCQ0RFRkdISUpLTE1OT1BRUlNUVVZXvsp7NWthOClFws0i8kaCQ2yMWyY63GdarK1n80-UOPxPyg7BVhf' +
    '8bcck3jHo_KPb7bJVqc8FNasE-j36Metcd1UmBHqieWLcM-81CYKf9JDp70Z0JKbH0yXfKjJPePJ6ZieoaDIAWA',
} as const

/** First 12 bytes of SHA-256(frame(label, session id)). */
export const sessionReference = {
  session: 'c2Vzc2lvbg',
  framed: '0000001f6e696768746c617463682f73657373696f6e2d7265666572656e63652f76310000000a6332567a63326c766267',
  text: 'wadTNr8pknqh5xwu',
} as const

/** First 9 bytes of SHA-256(frame(label, account id)). */
export const accountHash = {
  account: 'ada',
  framed: '0000001a6e696768746c617463682f6163636f756e742d686173682f763100000003616461',
  text: 'EStOax5wgXPa',
} as const

/** Unique keys: prefix, then SHA-256(frame(label, realm, base64url of the id or handle)). */
export const passkeyKeys = {
  credential: {
    id: 'AQIDBAUGBwgJCgsMDQ4PEA',
    framed:
      '000000206e696768746c617463682f706173736b65792d63726564656e7469616c2f7631000000046d61696e00000016' +
      '41514944424155474277674a4367734d445134504541',
    key: 'passkey:GOaX_HKZyGrbgCe28_xnmgVgnstF0Z7IJ_x-lEMVcRQ',
  },
  userHandle: {
    handle: 'ERITFBUWFxgZGhscHR4fIA',
    framed:
      '0000001a6e696768746c617463682f706173736b65792d757365722f7631000000046d61696e00000016455249544642' +
      '55574678675a47687363485234664941',
    key: 'passkey-user:ZrV0lp01Fy1XngFvpB3jfxxzmmdWsfaxx_NIAvMOTWc',
  },
} as const

/** What goes into the slow hash: frame(label, profile, canonical code). */
export const backupCodeInput = {
  typed: 'tthq-zpvtx-qbza',
  profile: 'crockford-13',
  canonical: 'TTHQZPVTXQBZA',
  framed:
    '000000196e696768746c617463682f6261636b75702d636f64652f76310000000c63726f636b666f72642d3133000000' +
    '0d545448515a5056545851425a41',
} as const

/** The keys in the record of a realm, sealed as in {@link sealedValues}. Its kind is `realm`. */
export const realmRecordId = 'realm:main'
export const realmKeys = [
  {
    name: 'facts',
    path: 'state/keys/facts',
    purpose: 'fact-key',
    key: '404142434445464748494a4b4c4d4e4f505152535455565758595a5b5c5d5e5f',
    associated:
      '000000126e696768746c617463682f7365616c2f7631000000046d61696e000000057265616c6d0000000a7265616c6d' +
      '3a6d61696e0000001073746174652f6b6579732f666163747300000008666163742d6b6579',
    ciphertext: 'rbWxNOqyyRMPDfERpZllYw3fvxW31d-_0yUbpLTRFbmJV9iP4BoGgxoq0tf78IMK',
  },
  {
    name: 'names',
    path: 'state/keys/names',
    purpose: 'name-key',
    key: '606162636465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f',
    associated:
      '000000126e696768746c617463682f7365616c2f7631000000046d61696e000000057265616c6d0000000a7265616c6d' +
      '3a6d61696e0000001073746174652f6b6579732f6e616d6573000000086e616d652d6b6579',
    ciphertext: 'jZWRFMqS6TMvLdExhblFQy3_nzWX9f-f8wU7hJTxNZmCA11kZAqxfQdNrHtElm4y',
  },
] as const

/** First 18 bytes of HMAC-SHA-256(the realm's key `names`, frame(label, realm, parts …)): limiter keys, typed names. */
export const nameHashes = [
  {
    parts: ['sign-in', 'ada@example.org', '203.0.113.7'],
    framed:
      '000000126e696768746c617463682f6e616d652f7631000000046d61696e000000077369676e2d696e0000000f616461' +
      '406578616d706c652e6f72670000000b3230332e302e3131332e37',
    text: 'BKPAHmzpLoTnAvD5l03Z6O6T',
  },
  {
    parts: ['sign-in-ceiling', 'ada@example.org'],
    framed:
      '000000126e696768746c617463682f6e616d652f7631000000046d61696e0000000f7369676e2d696e2d6365696c696e' +
      '670000000f616461406578616d706c652e6f7267',
    text: '0oU03gyMJusc9fd4wjHQplL7',
  },
  {
    parts: ['name', 'ada@example.org'],
    framed:
      '000000126e696768746c617463682f6e616d652f7631000000046d61696e000000046e616d650000000f616461406578' +
      '616d706c652e6f7267',
    text: 'aG2dpjqMGa8CPo16UGH4GiVP',
  },
  {
    parts: ['code', 'ada', '2001:db8::/64'],
    framed:
      '000000126e696768746c617463682f6e616d652f7631000000046d61696e00000004636f646500000003616461000000' +
      '0d323030313a6462383a3a2f3634',
    text: 'zu8fquZLneeI6Aw9jzkQBv7i',
  },
] as const

/** draft-irtf-cfrg-xchacha-03 §2.2.1. */
export const hchacha20Vector = {
  key: '000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f',
  nonce: '000000090000004a0000000031415927',
  subKey: '82413b4227b27bfed30e42508a877d73a0f9e4d58a74a853c12ec41326d3ecdc',
} as const

/** draft-irtf-cfrg-xchacha-03 appendix A.3.1. */
export const xchachaVector = {
  key: '808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f',
  nonce,
  associated: '50515253c0c1c2c3c4c5c6c7',
  plaintext:
    "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, " +
    'sunscreen would be it.',
  ciphertext:
    'bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb731c7f1b0b4aa6440bf3a82f4eda7e39' +
    'ae64c6708c54c216cb96b72e1213b4522f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f76b2383565d3fff9' +
    '21f9664c97637da9768812f615c68b13b52e',
  tag: 'c0875924c1c7987947deafd8780acf49',
} as const
