import { generateKeyPairSync, sign } from 'node:crypto'

/** A certificate without an issuer, and its key: enough for a check that follows no chain. */
export interface AttestationCertificate {
  readonly der: Uint8Array
  /** PKCS #8, as PEM. */
  readonly key: string
  sign(data: Uint8Array): Uint8Array
}

export interface CertificateFields {
  /** As X.509 counts: 2 is version 3. */
  readonly version?: number
  readonly country?: string
  readonly organization?: string
  readonly unit?: string
  readonly name?: string
  readonly isAuthority?: boolean
  readonly aaguid?: Uint8Array
  readonly isAaguidCritical?: boolean
  /** The address that it gives for its revocation list and its issuer. */
  readonly address?: string
  /** So many bytes make it longer. */
  readonly padding?: number
  readonly namedCurve?: string
}

function der(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const body = Buffer.concat(parts)
  const { length } = body
  const long = length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Uint8Array.of(tag, ...(length < 0x80 ? [length] : long)), body])
}

const sequence = (...parts: readonly Uint8Array[]): Uint8Array => der(0x30, ...parts)
const integer = (value: number): Uint8Array => der(0x02, Uint8Array.of(value))
const oid = (hex: string): Uint8Array => der(0x06, Buffer.from(hex, 'hex'))
const text = (value: string): Uint8Array => der(0x0c, Buffer.from(value))
const truth = der(0x01, Uint8Array.of(0xff))
const attribute = (id: string, value: string): Uint8Array => der(0x31, sequence(oid(id), text(value)))
const extension = (id: string, critical: boolean, value: Uint8Array): Uint8Array =>
  sequence(oid(id), ...(critical ? [truth] : []), der(0x04, value))

/** Right for `packed` unless a field says otherwise (WebAuthn L3 §8.2.1). */
export function attestationCertificate(fields: CertificateFields = {}): AttestationCertificate {
  const {
    version = 2,
    country = 'HU',
    organization = 'Acme',
    unit = 'Authenticator Attestation',
    name = 'Key',
  } = fields
  const { isAuthority = false, aaguid, isAaguidCritical = false, address, padding = 0, namedCurve = 'P-256' } = fields
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve })
  const ecdsaWithSha256 = sequence(oid('2a8648ce3d040302'))
  const subject = sequence(
    attribute('550406', country),
    attribute('55040a', organization),
    attribute('55040b', unit),
    attribute('550403', name),
  )
  const date = der(0x17, Buffer.from('200101000000Z'))
  const uri = der(0x86, Buffer.from(address ?? ''))
  const extensions = [
    extension('551d13', true, sequence(...(isAuthority ? [truth] : []))),
    ...(aaguid === undefined ? [] : [extension('2b0601040182e51c010104', isAaguidCritical, der(0x04, aaguid))]),
    ...(address === undefined
      ? []
      : [
          extension('551d1f', false, sequence(sequence(der(0xa0, der(0xa0, uri))))),
          extension('2b06010505070101', false, sequence(sequence(oid('2b06010505073002'), uri))),
        ]),
    ...(padding === 0 ? [] : [extension('2a0304', false, der(0x04, new Uint8Array(padding)))]),
  ]
  const body = sequence(
    ...(version === 0 ? [] : [der(0xa0, integer(version))]),
    integer(1),
    ecdsaWithSha256,
    subject,
    sequence(date, date),
    subject,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(...extensions)),
  )
  return {
    der: sequence(body, ecdsaWithSha256, der(0x03, new Uint8Array(65))),
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    sign: (data) => sign('sha256', data, privateKey),
  }
}
