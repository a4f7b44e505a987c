import { concatBytes } from '../../core/bytes.ts'
import { equalBytes } from '../../core/compare.ts'
import { isSignatureFor } from '../../core/passkeys/index.ts'
import type { Cbor, CborMap, OpenedRegistration } from '../../core/passkeys/index.ts'
import { loadServer } from './server-package.ts'

const es256 = -7
const mostCertificates = 8
/** Bytes. Certificates of security keys have less than a thousand. Longer ones take the ASN.1 reader much time. */
const longestCertificate = 4096
/** X.509 counts its versions from 0. */
const version3 = 2
/** id-fido-gen-ce-aaguid */
const aaguidExtension = '1.3.6.1.4.1.45724.1.1.4'

/**
 * Whether an attestation statement is valid for its format: `none`, `packed` or `fido-u2f`, which browsers and security
 * keys use.
 *
 * The library asks for no attestation. Browsers then send `none`, or `packed` signed by the passkey's own key. Some
 * programs send the statement of their security key with a certificate: only its signature is checked. Whether the
 * certificate is genuine is not checked, because nothing depends on it, and the check would have to fetch from
 * addresses that a stranger wrote into the certificate. The formats of platforms (`tpm`, `android-key`, `apple`, …) are
 * refused: they prove nothing without that check, and browsers do not send them unless asked.
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

/** The first certificate of a chain. The others are not read. */
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
    const { verifySignature } = await loadServer()
    return await verifySignature({
      // Copies, here and below: by its types, the library takes no bytes that threads may share.
      signature: signature.slice(),
      data: signedBytes.slice(),
      credentialPublicKey: credential.publicKey.slice(),
    })
  }
  const leaf = leafOf(statement.get('x5c'))
  if (leaf === null || !hasExactly(statement, ['alg', 'sig', 'x5c'])) return false
  if (algorithm !== es256 || !(await isPackedCertificate(leaf, credential.aaguid))) return false
  return await certified({ leaf, signature, data: signedBytes })
}

/** WebAuthn L3 §8.2.1. The dates are not checked: they belong to the check of the chain, which is not done. */
async function isPackedCertificate(leaf: Uint8Array, aaguid: Uint8Array): Promise<boolean> {
  const { getCertificateInfo } = await loadServer()
  const { subject, basicConstraintsCA, version, parsedCertificate } = getCertificateInfo(leaf.slice())
  const { C = '', O = '', OU, CN = '' } = subject
  if (version !== version3 || basicConstraintsCA || OU !== 'Authenticator Attestation') return false
  if (C.length !== 2 || O === '' || CN === '') return false
  const extension = parsedCertificate.tbsCertificate.extensions?.find(({ extnID }) => extnID === aaguidExtension)
  if (extension === undefined) return true
  const octets = new Uint8Array(extension.extnValue.buffer)
  return !extension.critical && equalBytes(octets, concatBytes(Uint8Array.of(4, aaguid.length), aaguid))
}

/** WebAuthn L3 §8.6, the statement of keys older than FIDO2. */
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

/**
 * Checks a signature of ES256, with which security keys attest. Keys of other kinds make signatures of another form.
 */
async function certified(question: {
  readonly leaf: Uint8Array
  readonly signature: Uint8Array
  readonly data: Uint8Array
}): Promise<boolean> {
  const [x509Certificate, signature, data] = [question.leaf.slice(), question.signature.slice(), question.data.slice()]
  if (!isSignatureFor(es256, signature)) return false
  const { verifySignature } = await loadServer()
  return await verifySignature({ signature, data, x509Certificate, hashAlgorithm: es256 })
}
