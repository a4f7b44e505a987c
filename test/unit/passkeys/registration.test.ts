import { webauthn } from 'nightlatch/passkeys'
import { describe, expect, it } from 'vitest'
import { readRegistrationResponse } from '../../../src/core/passkeys/index.ts'
import type { Cbor } from '../../world/cbor.ts'
import type { PasskeyAlgorithm } from '../../world/passkey-authenticator.ts'
import { ceremony, challenges, origin, site, verifyCreated } from '../../world/passkey-ceremony.ts'
import { hostileValues } from '../hostile-values.ts'

const bytes = (length: number): Uint8Array => new Uint8Array(length).fill(7)

describe('a registration', () => {
  it.each<PasskeyAlgorithm>([-7, -8, -257])(
    '[PKR-9, PKR-13] with algorithm %i returns everything that a record keeps',
    async (algorithm) => {
      const aaguid = Uint8Array.from({ length: 16 }, (_, at) => at * 16 + 1)
      const { register, authenticator, verifier } = ceremony({ algorithm, aaguid, counter: 5 })
      const facts = await register({ transports: ['usb', 'nfc'] })
      expect(facts).toEqual({
        id: authenticator.ids[0],
        publicKey: expect.stringMatching(/^p[\w-]{50,}$/),
        algorithm,
        counter: 5,
        userVerified: true,
        backupEligible: true,
        backedUp: true,
        aaguid: '01112131-4151-6171-8191-a1b1c1d1e1f1',
        transports: ['usb', 'nfc'],
        attestation: 'none',
      })
      const flags = { userVerified: false, backupEligible: false, backedUp: false }
      expect(await register(flags)).toMatchObject({ ...flags, counter: 6 })
      expect(verifier.relyingParty.id).toBe('acme.example')
    },
  )

  it('[PKR-3] is refused with another type or challenge', async () => {
    const { register, created, verifier } = ceremony()
    expect(await register({ type: 'webauthn.get' })).toBeNull()
    expect(await register({ type: 'webauthn.create ' })).toBeNull()
    for (const challenge of [challenges.get, `${challenges.create.slice(0, -1)}A`, challenges.create.slice(1), '']) {
      expect(await register({ challenge })).toBeNull()
    }
    const response = readRegistrationResponse(created())!
    expect(await verifier.verifyRegistration({ response, challenge: challenges.get })).toBeNull()
    expect(await verifier.verifyRegistration({ response, challenge: challenges.create })).not.toBeNull()
  })

  it('[PKR-4] is refused from every origin that is not exactly in the list', async () => {
    const { register } = ceremony()
    for (const own of site.origins) expect(await register({ origin: own }), own).not.toBeNull()
    const others = [
      'https://acme.example',
      'https://evil.www.acme.example',
      'https://www.acme.example:8443',
      'https://www.acme.example/',
      'https://WWW.acme.example',
      'https://www.acme.example.evil.example',
      'http://www.acme.example',
      'https://evilacme.example',
      'null',
      '',
    ]
    for (const other of others) expect(await register({ origin: other }), other).toBeNull()
    expect(await register({ clientData: ({ origin: _, ...fields }) => fields })).toBeNull()
    expect(await register({ clientData: (fields) => ({ ...fields, origin: [origin] }) })).toBeNull()
  })

  it('[PKR-5] is refused in a frame of another site', async () => {
    const { register } = ceremony()
    expect(await register({ crossOrigin: true })).toBeNull()
    expect(await register({ crossOrigin: true, topOrigin: 'https://partner.example' })).toBeNull()
    expect(await register({ crossOrigin: true, topOrigin: origin })).toBeNull()
    expect(await register({ topOrigin: 'https://partner.example' })).toBeNull()
    for (const crossOrigin of ['false', 0, null, {}]) {
      expect(await register({ clientData: (fields) => ({ ...fields, crossOrigin }) })).toBeNull()
    }
    expect(await register({ clientData: ({ crossOrigin: _, ...fields }) => fields })).not.toBeNull()
  })

  it('[PKR-5] is accepted in the frame of a configured site that the browser names', async () => {
    const { register } = ceremony({}, webauthn({ ...site, topOrigins: ['https://partner.example'] }))
    expect(await register({ crossOrigin: true, topOrigin: 'https://partner.example' })).not.toBeNull()
    expect(await register()).not.toBeNull()
    expect(await register({ crossOrigin: true, topOrigin: 'https://evil.example' })).toBeNull()
    expect(await register({ crossOrigin: true })).toBeNull()
    expect(await register({ crossOrigin: false, topOrigin: 'https://partner.example' })).toBeNull()
  })

  it('[PKR-6] is refused for another RP ID', async () => {
    const { register } = ceremony()
    for (const rpId of ['www.acme.example', 'evil.example', 'ACME.example', '']) {
      expect(await register({ rpId })).toBeNull()
    }
  })

  it('[PKR-7] is refused without user presence, and reports user verification', async () => {
    const { register } = ceremony()
    expect(await register({ userPresent: false })).toBeNull()
    expect(await register({ userVerified: false })).toMatchObject({ userVerified: false })
  })

  it('[PKR-8] is refused as backed up without backup eligibility', async () => {
    const { register } = ceremony()
    expect(await register({ backupEligible: false, backedUp: true })).toBeNull()
    expect(await register({ backupEligible: true, backedUp: false })).not.toBeNull()
  })

  it('[PKR-9] is refused with a key of any other kind', async () => {
    const es256 = ceremony({ algorithm: -7 })
    const with256 = async (changes: readonly (readonly [number, Cbor])[]): Promise<unknown> =>
      await es256.register({ publicKey: (key) => new Map([...key, ...changes]) })
    expect(await with256([])).not.toBeNull()
    for (const alg of [-9, -35, -36, -47, -48, -257, -65535, -8, 0, 'ES256', null]) {
      expect(await with256([[3, alg]]), String(alg)).toBeNull()
    }
    // Another curve, a compressed, cut or long point, and unknown parameters.
    for (const changes of [
      [-1, 2],
      [-1, 8],
      [-1, 6],
      [1, 1],
      [-3, true],
      [-2, bytes(31)],
      [-3, bytes(33)],
      [4, 1],
    ]) {
      expect(await with256([changes as [number, Cbor]]), String(changes)).toBeNull()
    }
    expect(await es256.register({ publicKey: () => 'key' })).toBeNull()
    expect(await es256.register({ publicKey: () => new Map() })).toBeNull()
    const eddsa = ceremony({ algorithm: -8 })
    for (const changes of [
      [-1, 7],
      [-1, 1],
      [-2, bytes(31)],
      [-2, bytes(57)],
      [1, 2],
      [-3, bytes(32)],
      [3, -19],
    ]) {
      const [label, value] = changes as [number, Cbor]
      expect(
        await eddsa.register({ publicKey: (key) => new Map([...key, [label, value]]) }),
        String(changes),
      ).toBeNull()
    }
  })

  it('[PKR-9] is refused with an RSA key that is short, too long, even, or has a bad exponent', async () => {
    const { register } = ceremony({ algorithm: -257 })
    const odd = (length: number): Uint8Array => bytes(length).fill(255)
    const keys = [
      [-1, odd(255)],
      [-1, odd(513)],
      [-1, bytes(256).fill(254)],
      [-1, Buffer.concat([bytes(1).fill(0), odd(256)])],
      [-2, Uint8Array.of(1)],
      [-2, Uint8Array.of(2)],
      [-2, odd(5)],
      [-2, new Uint8Array(0)],
      [-2, 65_537],
    ] as const
    for (const [label, value] of keys) {
      expect(await register({ publicKey: (key) => new Map([...key, [label, value]]) })).toBeNull()
    }
  })

  it('[PKR-11] requires an id of 1 to 1023 bytes that equals the attested id', async () => {
    const longest = ceremony({ idLength: 1023 })
    expect(await longest.register()).toMatchObject({ id: longest.authenticator.ids[0] })
    const { verifier, created } = ceremony({ idLength: 1024 })
    const { id, response } = created()
    expect(readRegistrationResponse({ id, type: 'public-key', response })).toBeNull()
    expect(
      await verifier.verifyRegistration({
        response: { id, ...response, discoverable: null },
        challenge: challenges.create,
      }),
    ).toBeNull()
    const { register } = ceremony()
    for (const attestedId of [new Uint8Array(0), bytes(16), bytes(1023)]) {
      expect(await register({ attestedId })).toBeNull()
    }
  })

  it('[PKR-14] is read alike with extension outputs that nobody requested', async () => {
    const { register } = ceremony()
    const extensions = new Map<string, Cbor>([
      ['credProtect', 2],
      ['hmac-secret', true],
      ['uvm', [[2, 4, 2]]],
      ['minPinLength', null],
      ['half a float', { raw: Uint8Array.of(0xf9, 0x3c, 0x00) }],
    ])
    const facts = await register()
    expect(await register({ extensions })).toEqual({ ...facts, id: expect.any(String), publicKey: expect.any(String) })
    expect(await register({ extensions: new Map() })).not.toBeNull()
  })

  it('[PKR-19] is refused with authenticator data that is cut, too long, or contradicts its flags', async () => {
    const { register } = ceremony()
    const withData = async (change: (data: Uint8Array) => Uint8Array): Promise<unknown> =>
      await register({ authenticatorData: change })
    const flagged = (bit: number) => (data: Uint8Array) => data.map((byte, at) => (at === 32 ? byte ^ bit : byte))
    expect(await withData((data) => data)).not.toBeNull()
    for (let length = 0; length < 55 + 16 + 77; length++) {
      expect(await withData((data) => data.subarray(0, length)), String(length)).toBeNull()
    }
    expect(await withData((data) => Buffer.concat([data, Uint8Array.of(0)]))).toBeNull()
    expect(await withData((data) => Buffer.concat([data, Uint8Array.of(0xa0)]))).toBeNull()
    expect(await withData((data) => Buffer.concat([data, new Uint8Array(4096)]))).toBeNull()
    expect(await withData(flagged(64))).toBeNull()
    expect(await withData(flagged(128))).toBeNull()
    for (const raw of [[0x80], [0x60], [0xa1, 0x61], [0xbf, 0xff], [0xa0, 0xa0], [0xa1, 0xa0, 0x01], [0xc0, 0xa0]]) {
      const appended = (data: Uint8Array): Uint8Array => Buffer.concat([flagged(128)(data), Uint8Array.from(raw)])
      expect(await withData(appended), String(raw)).toBeNull()
    }
    const padded = (length: number): Parameters<typeof register>[0] => ({ extensions: new Map([['x', bytes(length)]]) })
    expect(await register(padded(3900))).not.toBeNull()
    expect(await register(padded(4096))).toBeNull()
    // The reserved bits have no meaning yet.
    expect(await withData(flagged(2 | 32))).not.toBeNull()
  })

  it('[PKR-19] is refused with an attestation object of other parts, or with bytes after it', async () => {
    const { register, created, verifier } = ceremony()
    const parts = (fields: Readonly<Record<string, Cbor>>): Parameters<typeof register>[0] => ({
      attestation: ({ authData }) =>
        new Map(Object.entries({ fmt: 'none', attStmt: new Map(), authData, ...fields })) as Cbor,
    })
    expect(await register(parts({}))).not.toBeNull()
    const others = [
      { fmt: 1 },
      { fmt: 'None' },
      { attStmt: [] },
      { authData: 'text' },
      { authData: [] },
      { epAtt: true },
    ]
    for (const fields of others) expect(await register(parts(fields)), JSON.stringify(fields)).toBeNull()
    for (const whole of [[], 'none', 7, null, new Map(), new Map([['fmt', 'none']])] as const) {
      expect(await register({ attestation: () => whole })).toBeNull()
    }
    const json = created()
    const object = Buffer.from(json.response.attestationObject, 'base64url')
    const longer = Buffer.concat([object, Uint8Array.of(0)]).toString('base64url')
    expect(await verifyCreated(verifier, json)).not.toBeNull()
    expect(
      await verifyCreated(verifier, { ...json, response: { ...json.response, attestationObject: longer } }),
    ).toBeNull()
  })

  it('[PKR-19] is refused with CBOR that is made to cost time or memory', async () => {
    const { created, verifier } = ceremony()
    const { id, response } = created()
    const hostile = [
      Buffer.alloc(16_384, 0x81),
      Buffer.alloc(16_384, 0xa1),
      Buffer.alloc(16_384, 0x9f),
      Buffer.alloc(16_384, 0xc0),
      Buffer.concat([Buffer.from('bb001fffffffffffff', 'hex'), Buffer.alloc(16_000)]),
      Buffer.concat([Buffer.from('9b001fffffffffffff', 'hex'), Buffer.alloc(16_000)]),
      Buffer.from('5b001fffffffffffff', 'hex'),
      Buffer.from('7b7fffffffffffffff', 'hex'),
      Buffer.concat([Buffer.from('b91fff', 'hex'), Buffer.alloc(16_000)]),
      Buffer.from('a363666d74646e6f6e656761747453746d74a0686175746844617461', 'hex'),
    ]
    for (const object of hostile) {
      const attestationObject = object.toString('base64url')
      const question = {
        response: { ...response, id, attestationObject, discoverable: null },
        challenge: challenges.create,
      }
      expect(await verifier.verifyRegistration(question)).toBeNull()
    }
  })

  it('is refused with client data that is no UTF-8, no JSON or no object', async () => {
    const { created, verifier } = ceremony()
    const json = created()
    const fields = Buffer.from(json.response.clientDataJSON, 'base64url').toString()
    const texts = ['', '{', '[]', 'null', '"x"', '7', `${fields}x`, fields.replace('"type"', '"__proto__"')]
    const raw = [...texts.map((text) => Buffer.from(text)), Buffer.from(`${fields.slice(0, -1)},"x":"\xff"}`, 'latin1')]
    for (const bad of raw) {
      const clientDataJSON = bad.toString('base64url')
      expect(await verifyCreated(verifier, { ...json, response: { ...json.response, clientDataJSON } })).toBeNull()
    }
  })
})

describe('the verifier', () => {
  it('[PKR-1] requires a challenge of 16 bytes or more', async () => {
    const { verifier, created } = ceremony()
    const response = readRegistrationResponse(created())!
    for (const challenge of ['', 'AQEB', 'AQEBAQEBAQEBAQEBAQEB', 'not base64url', 7, null, undefined]) {
      const question = { response, challenge: challenge as string }
      await expect(verifier.verifyRegistration(question)).rejects.toMatchObject({ code: 'NL_ARGUMENT' })
    }
  })

  it('answers null for any hostile value as a response or one of its fields', async () => {
    const { verifier, created } = ceremony()
    const response = readRegistrationResponse(created())!
    const rest = { challenge: challenges.create }
    for (const value of hostileValues) {
      expect(await verifier.verifyRegistration({ ...rest, response: value as never })).toBeNull()
      for (const name of ['id', 'clientDataJSON', 'attestationObject'] as const) {
        const changed = { ...response, [name]: value } as typeof response
        expect(await verifier.verifyRegistration({ ...rest, response: changed })).toBeNull()
      }
    }
  })
})
