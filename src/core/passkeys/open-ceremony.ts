import { concatBytes, decodeBase64url, encodeBase64url, utf8 } from '../bytes.ts'
import { equalBytes } from '../compare.ts'
import { sha256 } from '../hmac.ts'
import type { AttestedCredential, AuthenticatorData } from './authenticator-data.ts'
import { readAuthenticatorData } from './authenticator-data.ts'
import type { CborMap } from './cbor.ts'
import { isCborMap, readCbor } from './cbor.ts'
import type { CeremonyType } from './client-data.ts'
import { isExpectedClientData } from './client-data.ts'
import type { CoseKey } from './cose-key.ts'
import { readCoseKey } from './cose-key.ts'
import { isEcdsaSignature } from './ecdsa-signature.ts'
import type { AssertionFacts, RegistrationFacts } from './facts.ts'
import { passkeyLimits as limits } from './limits.ts'
import type { RelyingParty } from './relying-party.ts'
import type { AssertionResponse, RegistrationResponse } from './responses.ts'

/** The bytes that an authenticator signs: its data, then the hash of the client data. */
interface Signed {
  readonly data: AuthenticatorData
  readonly clientDataHash: Uint8Array
  readonly bytes: Uint8Array
}

/** A registration of which everything is checked except the attestation statement. */
export interface OpenedRegistration {
  readonly facts: RegistrationFacts
  readonly credential: AttestedCredential
  readonly statement: CborMap
  readonly rpIdHash: Uint8Array
  readonly clientDataHash: Uint8Array
  readonly signedBytes: Uint8Array
}

/** An assertion of which everything is checked except the signature. */
export interface OpenedAssertion {
  readonly facts: AssertionFacts
  readonly publicKey: Uint8Array
  readonly signature: Uint8Array
  readonly signedBytes: Uint8Array
}

function bytesOf(text: string, most: number): Uint8Array | null {
  return text.length > Math.ceil((most * 4) / 3) ? null : decodeBase64url(text)
}

/** The steps that both ceremonies share [PKR-3, PKR-4, PKR-5, PKR-6, PKR-7, PKR-8, PKA-3]. */
function readSigned(question: {
  readonly clientDataJSON: string
  readonly authenticatorData: Uint8Array | null
  readonly type: CeremonyType
  readonly challenge: string
  readonly relyingParty: RelyingParty
}): Signed | null {
  const { clientDataJSON, authenticatorData, type, challenge, relyingParty } = question
  const clientData = bytesOf(clientDataJSON, limits.clientData)
  if (clientData === null || !isExpectedClientData({ bytes: clientData, type, challenge, relyingParty })) return null
  const data = authenticatorData === null ? null : readAuthenticatorData(authenticatorData)
  if (authenticatorData === null || data === null || !data.userPresent) return null
  if (!equalBytes(data.rpIdHash, sha256(utf8(relyingParty.id)))) return null
  const clientDataHash = sha256(clientData)
  return { data, clientDataHash, bytes: concatBytes(authenticatorData, clientDataHash) }
}

/** Reads an attestation object. It must have exactly three parts: fmt, attStmt, authData (WebAuthn L3 §6.5.4). */
function readAttestationObject(
  text: string,
): { readonly format: string; readonly statement: CborMap; readonly authenticatorData: Uint8Array } | null {
  const bytes = bytesOf(text, limits.attestationObject)
  const read = bytes === null ? null : readCbor(bytes)
  if (bytes === null || read === null || read.end !== bytes.length || !isCborMap(read.value)) return null
  const [format, statement, data] = ['fmt', 'attStmt', 'authData'].map((name) => (read.value as CborMap).get(name))
  if (read.value.size !== 3 || typeof format !== 'string' || !isCborMap(statement)) return null
  return data instanceof Uint8Array ? { format, statement, authenticatorData: data } : null
}

/** Writes the model of an authenticator as a UUID. */
function uuidOf(aaguid: Uint8Array): string {
  const hex = [...aaguid].map((byte) => byte.toString(16).padStart(2, '0')).join('')
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

/**
 * Does the steps of WebAuthn L3 §7.1 for a registration. The attestation statement is checked elsewhere, because that
 * takes a check of signatures.
 *
 * @contract pure · opened|null · throws none · WebAuthn L3 §7.1 steps 5–20
 */
export function openRegistration(question: {
  readonly response: RegistrationResponse
  readonly challenge: string
  readonly relyingParty: RelyingParty
}): OpenedRegistration | null {
  const { response, challenge, relyingParty } = question
  const attestation = readAttestationObject(response.attestationObject)
  const signed = readSigned({
    clientDataJSON: response.clientDataJSON,
    authenticatorData: attestation?.authenticatorData ?? null,
    type: 'webauthn.create',
    challenge,
    relyingParty,
  })
  const credential = signed?.data.attested ?? null
  if (attestation === null || signed === null || credential === null) return null
  const id = encodeBase64url(credential.id)
  if (id !== response.id) return null
  const { counter, userVerified, backupEligible, backedUp, rpIdHash } = signed.data
  return {
    facts: {
      id,
      publicKey: encodeBase64url(credential.publicKey),
      algorithm: credential.key.algorithm,
      counter,
      userVerified,
      backupEligible,
      backedUp,
      aaguid: uuidOf(credential.aaguid),
      transports: response.transports,
      attestation: attestation.format,
    },
    credential,
    statement: attestation.statement,
    rpIdHash,
    clientDataHash: signed.clientDataHash,
    signedBytes: signed.bytes,
  }
}

/** Whether a signature has the form that its algorithm gives. The signature is not verified here. */
export function isSignatureFor(algorithm: CoseKey['algorithm'], signature: Uint8Array): boolean {
  return algorithm === -7 ? isEcdsaSignature(signature) : signature.length > 0
}

/**
 * Does the steps of WebAuthn L3 §7.2 for an assertion. The signature is verified elsewhere. The caller checks whose
 * passkey it is.
 *
 * @contract pure · publicKey base64url · opened|null · throws none · WebAuthn L3 §7.2 steps 8–18
 */
export function openAssertion(question: {
  readonly response: AssertionResponse
  readonly challenge: string
  readonly publicKey: string
  readonly relyingParty: RelyingParty
}): OpenedAssertion | null {
  const { response, challenge, relyingParty } = question
  const signed = readSigned({
    clientDataJSON: response.clientDataJSON,
    authenticatorData: bytesOf(response.authenticatorData, limits.authenticatorData),
    type: 'webauthn.get',
    challenge,
    relyingParty,
  })
  const publicKey = decodeBase64url(question.publicKey)
  const key = publicKey === null ? null : readCoseKey(publicKey)
  const signature = bytesOf(response.signature, limits.signature)
  if (signed === null || signed.data.attested !== null || publicKey === null) return null
  if (key === null || signature === null || !isSignatureFor(key.algorithm, signature)) return null
  const { counter, userVerified, backupEligible, backedUp } = signed.data
  return { facts: { counter, userVerified, backupEligible, backedUp }, publicKey, signature, signedBytes: signed.bytes }
}
