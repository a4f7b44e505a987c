import { getCertificateInfo, verifySignature } from '@simplewebauthn/server/helpers'
import { concatBytes } from '../../core/bytes.ts'
import { equalBytes } from '../../core/compare.ts'
import { isSignatureFor } from '../../core/passkeys/index.ts'
import type { Cbor, CborMap, OpenedRegistration } from '../../core/passkeys/index.ts'

const es256 = -7
const mostCertificates = 8
/** Bytes. Those of security keys have less than a thousand; a reader of ASN.1 takes its time over long ones. */
const longestCertificate = 4096
/** An X.509 version counts from 0. */
const version3 = 2
/** id-fido-gen-ce-aaguid */
const aaguidExtension = '1.3.6.1.4.1.45724.1.1.4'

/**
 * Whether an attestation statement is a right one of its format: `none`, `packed` and `fido-u2f`, those of browsers and
 * security keys.
 *
 * Attestation is not asked for, and browsers then send `none`, or `packed` by the passkey's own key. Some programs send
 * what their security key says with a certificate: its signature must hold, and that is all. Nobody is asked whether the
 * certificate is genuine, because nothing depends on the answer, and asking would mean to fetch from addresses that a
 * stranger wrote into it. The formats of platforms (`tpm`, `android-key`, `apple`, …) are refused: they prove nothing
 * without that answer, and browsers do not send them unasked.
 */
export async function statementHolds(opened: OpenedRegistration): Promise<boolean> {
  const { statement, facts } = opened
  if (facts.attestation === 'none') return statement.size === 0
  if (facts.attestation === 'packed') return await packedHolds(opened)
  return facts.attestation === 'fido-u2f' && (await u2fHolds(opened))
}

function hasExactly(statement: CborMap, names: readonly string[]): boolean {
  return statement.size === names.length && names.every((name) => statement.has(name))
}

/** Of a chain, only the first certificate is ever read. */
function leafOf(chain: Cbor | undefined): Uint8Array | null {
  if (!Array.isArray(chain) || chain.length === 0 || chain.length > mostCertificates) return null
  const certificates = chain as readonly Cbor[]
  const [leaf] = certificates
  if (!(leaf instanceof Uint8Array) || leaf.length > longestCertificate) return null
  return certificates.every((one) => one instanceof Uint8Array) ? leaf : null
}

/** WebAuthn L3 §8.2 */
async function packedHolds({ statement, credential, signedBytes }: OpenedRegistration): Promise<boolean> {
  const [algorithm, signature] = [statement.get('alg'), statement.get('sig')]
  if (!(signature instanceof Uint8Array)) return false
  if (hasExactly(statement, ['alg', 'sig'])) {
    if (algorithm !== credential.key.algorithm || !isSignatureFor(credential.key.algorithm, signature)) return false
    return await verifySignature({
      // Copies, here and elsewhere: by its types the library takes no bytes that may be shared between threads.
      signature: signature.slice(),
      data: signedBytes.slice(),
      credentialPublicKey: credential.publicKey.slice(),
    })
  }
  const leaf = leafOf(statement.get('x5c'))
  if (leaf === null || !hasExactly(statement, ['alg', 'sig', 'x5c'])) return false
  if (algorithm !== es256 || !isPackedCertificate(leaf, credential.aaguid)) return false
  return await certified({ leaf, signature, data: signedBytes })
}

/** WebAuthn L3 §8.2.1. The dates are not asked for: they belong to the chain, which nobody follows. */
function isPackedCertificate(leaf: Uint8Array, aaguid: Uint8Array): boolean {
  const { subject, basicConstraintsCA, version, parsedCertificate } = getCertificateInfo(leaf.slice())
  const { C = '', O = '', OU, CN = '' } = subject
  if (version !== version3 || basicConstraintsCA || OU !== 'Authenticator Attestation') return false
  if (C.length !== 2 || O === '' || CN === '') return false
  const extension = parsedCertificate.tbsCertificate.extensions?.find(({ extnID }) => extnID === aaguidExtension)
  if (extension === undefined) return true
  const octets = new Uint8Array(extension.extnValue.buffer)
  return !extension.critical && equalBytes(octets, concatBytes(Uint8Array.of(4, aaguid.length), aaguid))
}

/** WebAuthn L3 §8.6: the statement of keys older than FIDO2. */
async function u2fHolds(opened: OpenedRegistration): Promise<boolean> {
  const { statement, credential, rpIdHash, clientDataHash } = opened
  const [signature, chain] = [statement.get('sig'), statement.get('x5c')]
  const leaf = leafOf(chain)
  if (leaf === null || !(signature instanceof Uint8Array) || !hasExactly(statement, ['sig', 'x5c'])) return false
  const { key, id } = credential
  if ((chain as readonly Cbor[]).length !== 1 || key.algorithm !== es256) return false
  const point = concatBytes(Uint8Array.of(4), key.x, key.y)
  const data = concatBytes(Uint8Array.of(0), rpIdHash, clientDataHash, id, point)
  return await certified({ leaf, signature, data })
}

/** ES256, which is what security keys attest by; its signatures have no form that keys of other kinds make. */
async function certified(question: {
  readonly leaf: Uint8Array
  readonly signature: Uint8Array
  readonly data: Uint8Array
}): Promise<boolean> {
  const [x509Certificate, signature, data] = [question.leaf.slice(), question.signature.slice(), question.data.slice()]
  if (!isSignatureFor(es256, signature)) return false
  return await verifySignature({ signature, data, x509Certificate, hashAlgorithm: es256 })
}
