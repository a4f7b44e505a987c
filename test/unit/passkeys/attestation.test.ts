import { describe, expect, it } from 'vitest'
import { attestationCertificate } from '../../world/attestation-certificate.ts'
import type { CertificateFields } from '../../world/attestation-certificate.ts'
import type { Cbor } from '../../world/cbor.ts'
import type { BrowserWords, PasskeyAlgorithm } from '../../world/passkey-authenticator.ts'
import { ceremony } from '../../world/passkey-ceremony.ts'

type Attest = NonNullable<BrowserWords['attestation']>
type Statement = Readonly<Record<string, Cbor>>

const aaguid = Uint8Array.from({ length: 16 }, (_, at) => at)
const object = (fmt: string, statement: Statement, authData: Uint8Array): Cbor =>
  new Map<string, Cbor>([
    ['fmt', fmt],
    ['attStmt', new Map(Object.entries(statement))],
    ['authData', authData],
  ])

/** A packed statement with a certificate; `change` spoils it. */
function packed(fields: CertificateFields = {}, change: (statement: Statement) => Statement = (one) => one): Attest {
  const certificate = attestationCertificate(fields)
  return ({ authData, clientDataHash }) => {
    const sig = certificate.sign(Buffer.concat([authData, clientDataHash]))
    return object('packed', change({ alg: -7, sig, x5c: [certificate.der] }), authData)
  }
}

function u2f(fields: CertificateFields = {}, change: (statement: Statement) => Statement = (one) => one): Attest {
  const certificate = attestationCertificate(fields)
  return ({ authData, clientDataHash }) => {
    const idLength = authData[54]!
    const id = authData.subarray(55, 55 + idLength)
    // An ES256 key ends with its two coordinates, each after a head of three bytes.
    const [x, y] = [authData.subarray(-67, -35), authData.subarray(-32)]
    const point = Buffer.concat([Uint8Array.of(4), x, y])
    const sig = certificate.sign(Buffer.concat([Uint8Array.of(0), authData.subarray(0, 32), clientDataHash, id, point]))
    return object('fido-u2f', change({ sig, x5c: [certificate.der] }), authData)
  }
}

const spoilt = (bytes: Cbor | undefined): Uint8Array =>
  (bytes as Uint8Array).map((byte, at, { length }) => (at === length - 1 ? byte ^ 1 : byte))

describe('[PKR-10] an attestation of the format none', () => {
  it('is accepted only without a statement', async () => {
    const { register } = ceremony()
    expect(await register()).toMatchObject({ attestation: 'none' })
    const withStatement: Attest = ({ authData }) => object('none', { sig: new Uint8Array(8) }, authData)
    expect(await register({ attestation: withStatement })).toBeNull()
  })
})

describe.each<PasskeyAlgorithm>([-7, -8, -257])(
  '[PKR-10] a statement by the passkey’s own key of algorithm %i',
  (algorithm) => {
    const { register } = ceremony({ algorithm, attestation: 'packed' })
    const changed = (change: (statement: Map<string, Cbor>) => unknown): Parameters<typeof register>[0] => ({
      attestation: ({ fmt, attStmt, authData }) => {
        const statement = new Map(attStmt)
        change(statement)
        return object(fmt, Object.fromEntries(statement), authData)
      },
    })

    it('is accepted with a right signature', async () => {
      expect(await register()).toMatchObject({ attestation: 'packed', algorithm })
    })

    it('is refused with a wrong signature or in another form', async () => {
      expect(await register(changed((one) => one.set('sig', spoilt(one.get('sig')))))).toBeNull()
      expect(await register(changed((one) => one.set('sig', new Uint8Array(0))))).toBeNull()
      expect(await register(changed((one) => one.set('sig', 'text')))).toBeNull()
      expect(await register(changed((one) => one.delete('sig')))).toBeNull()
      expect(await register(changed((one) => one.delete('alg')))).toBeNull()
      expect(await register(changed((one) => one.set('ecdaaKeyId', new Uint8Array(1))))).toBeNull()
      for (const alg of [-7, -8, -257, -35, -65535, 0, 'ES256', null] as const) {
        const verdict = expect(await register(changed((one) => one.set('alg', alg))), String(alg))
        if (alg === algorithm) verdict.not.toBeNull()
        else verdict.toBeNull()
      }
    })
  },
)

describe('[PKR-10] a statement with a certificate', () => {
  const { register } = ceremony({ aaguid })

  it('is accepted with a right signature, from any issuer of the certificate', async () => {
    expect(await register({ attestation: packed() })).toMatchObject({ attestation: 'packed' })
    expect(await register({ attestation: packed({ aaguid }) })).not.toBeNull()
    const chain = attestationCertificate().der
    const followed = packed({}, (one) => ({ ...one, x5c: [...(one.x5c as Cbor[]), chain] }))
    expect(await register({ attestation: followed })).not.toBeNull()
  })

  it('is refused with a wrong signature', async () => {
    const other = attestationCertificate()
    expect(await register({ attestation: packed({}, (one) => ({ ...one, sig: spoilt(one.sig) })) })).toBeNull()
    expect(await register({ attestation: packed({}, (one) => ({ ...one, x5c: [other.der] })) })).toBeNull()
  })

  it.each<[string, CertificateFields]>([
    ['version 1', { version: 0 }],
    ['version 2', { version: 1 }],
    ['another unit', { unit: 'Authenticator Attestation ' }],
    ['no country of two letters', { country: 'HUN' }],
    ['no country', { country: '' }],
    ['no organization', { organization: '' }],
    ['no name', { name: '' }],
    ['an authority', { isAuthority: true }],
    ['another model', { aaguid: aaguid.map((byte) => byte ^ 1) }],
    ['a model of another length', { aaguid: aaguid.subarray(1) }],
    ['a critical model', { aaguid, isAaguidCritical: true }],
    ['more than 4096 bytes', { padding: 4096 }],
    ['another curve', { namedCurve: 'P-384' }],
  ])('is refused with a certificate of %s', async (_, fields) => {
    expect(await register({ attestation: packed(fields) })).toBeNull()
  })

  it('is refused in any other form', async () => {
    const forms: readonly ((statement: Statement) => Statement)[] = [
      (one) => ({ ...one, x5c: [] }),
      (one) => ({ ...one, x5c: 'text' }),
      (one) => ({ ...one, x5c: [...(one.x5c as Cbor[]), 'text'] }),
      (one) => ({ ...one, x5c: Array<Cbor>(9).fill((one.x5c as Cbor[])[0]!) }),
      (one) => ({ ...one, x5c: [new Uint8Array(64)] }),
      (one) => ({ ...one, x5c: [Buffer.alloc(4096, Buffer.from('3080', 'hex'))] }),
      (one) => ({ ...one, alg: -257 }),
      (one) => ({ ...one, alg: -35 }),
      (one) => ({ ...one, alg: -65_535 }),
      (one) => ({ ...one, ver: '2.0' }),
    ]
    for (const form of forms) expect(await register({ attestation: packed({}, form) }), String(form)).toBeNull()
  })
})

describe('[PKR-10] a U2F statement', () => {
  const { register } = ceremony()

  it('is accepted with a right signature', async () => {
    expect(await register({ attestation: u2f() })).toMatchObject({ attestation: 'fido-u2f' })
  })

  it('is refused with a wrong signature or in another form', async () => {
    const forms: readonly ((statement: Statement) => Statement)[] = [
      (one) => ({ ...one, sig: spoilt(one.sig) }),
      (one) => ({ ...one, sig: new Uint8Array(64) }),
      (one) => ({ ...one, alg: -7 }),
      (one) => ({ ...one, x5c: [] }),
      (one) => ({ ...one, x5c: [...(one.x5c as Cbor[]), ...(one.x5c as Cbor[])] }),
      ({ sig }) => ({ sig: sig! }),
      ({ x5c }) => ({ x5c: x5c! }),
    ]
    for (const form of forms) expect(await register({ attestation: u2f({}, form) }), String(form)).toBeNull()
    expect(await register({ attestation: u2f({ namedCurve: 'P-384' }) })).toBeNull()
    expect(await ceremony({ algorithm: -8 }).register({ attestation: u2f() })).toBeNull()
  })
})

it.each(['tpm', 'android-key', 'android-safetynet', 'apple', 'compound', 'Packed', 'none ', '', '__proto__'])(
  '[PKR-10] a statement of the format %j is refused',
  async (fmt) => {
    const { register } = ceremony({ aaguid })
    for (const inner of [packed(), u2f()]) {
      const attestation: Attest = (parts) => new Map([...(inner(parts) as Map<string, Cbor>), ['fmt', fmt]])
      expect(await register({ attestation })).toBeNull()
    }
    expect(await register({ attestation: ({ authData }) => object(fmt, {}, authData) })).toBeNull()
  },
)
