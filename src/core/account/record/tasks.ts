import { decodeBase64url, encodeBase64url, textOf } from '../../bytes.ts'
import { backupCodeHashInput } from '../../backup-codes/hash.ts'
import type { BackupCodeSet } from './state.ts'
import type { Sealed, Secret } from '../../secret.ts'
import type { SlowHashParams } from '../../backup-codes/index.ts'
import type {
  AssertionFacts,
  AssertionResponse,
  RegistrationFacts,
  RegistrationResponse,
} from '../../passkeys/index.ts'
import type { SmsPurpose } from '../../sms/index.ts'
import { isSealed } from '../../secret.ts'

/** Open a sealed value of the record. `path` is where it lies, as {@link import('../secret.ts').mapSecrets} names it. */
export interface OpenTask {
  readonly kind: 'open'
  readonly path: string
  readonly sealed: Sealed
}

export interface SlowHashTask {
  readonly kind: 'slow-hash'
  /** base64url */
  readonly salt: string
  readonly params: SlowHashParams
  /** base64url of the bytes to hash */
  readonly input: string
}

/**
 * Whether a message may be sent to a number: the host's risk hook and the limits that many accounts share. The value is
 * one byte, an index of {@link sendPermits}.
 */
export interface SendPermitTask {
  readonly kind: 'send-permit'
  /** E.164 */
  readonly phone: string
  readonly country: string
  readonly type: string
  readonly purpose: SmsPurpose
  /** Asked by a known device or by somebody who is signed in. */
  readonly own: boolean
}

export const sendPermits = ['permitted', 'limited', 'denied'] as const

/** Whether an authenticator made a credential for this challenge. The value is {@link RegistrationFacts} as JSON. */
export interface RegistrationTask {
  readonly kind: 'webauthn-registration'
  readonly challenge: string
  readonly response: RegistrationResponse
}

/** Whether a credential signed this challenge. The value is {@link AssertionFacts} as JSON. */
export interface AssertionTask {
  readonly kind: 'webauthn-assertion'
  readonly challenge: string
  readonly publicKey: string
  readonly response: AssertionResponse
}

/** Plain data that a plan asks the service to work out. */
export type Task = OpenTask | SlowHashTask | SendPermitTask | RegistrationTask | AssertionTask

/** What came out, kept in memory for one call. `null`: it does not open, or the service could not work it out. */
export interface TaskResult {
  readonly task: Task
  readonly result: Uint8Array | null
}

/** Evidence counts only for a proof that deep-equals it: anything made for another state of the record is void. */
export function resultOf(evidence: readonly TaskResult[], proof: Task): Uint8Array | null | undefined {
  const wanted = taskKey(proof)
  return evidence.find((entry) => taskKey(entry.task) === wanted)?.result
}

export function taskKey(proof: Task): string {
  switch (proof.kind) {
    case 'open': {
      const { path, sealed } = proof
      return JSON.stringify([proof.kind, path, sealed.keyId, sealed.nonce, sealed.ciphertext])
    }
    case 'slow-hash': {
      const { N, r, p, length } = proof.params
      return JSON.stringify([proof.kind, proof.salt, N, r, p, length, proof.input])
    }
    case 'send-permit':
      return JSON.stringify([proof.kind, proof.phone, proof.country, proof.type, proof.purpose, proof.own])
    case 'webauthn-registration': {
      const { id, clientDataJSON, attestationObject, transports } = proof.response
      return JSON.stringify([proof.kind, proof.challenge, id, clientDataJSON, attestationObject, transports])
    }
    case 'webauthn-assertion': {
      const { id, clientDataJSON, authenticatorData, signature, userHandle } = proof.response
      return JSON.stringify([
        proof.kind,
        proof.challenge,
        proof.publicKey,
        id,
        clientDataJSON,
        authenticatorData,
        signature,
        userHandle,
      ])
    }
  }
}

/** Null for a secret that has not been sealed yet, which a loaded record never holds. */
export function openTask(path: string, secret: Secret): OpenTask | null {
  return isSealed(secret) ? { kind: 'open', path, sealed: secret } : null
}

export function slowHashTask(set: Pick<BackupCodeSet, 'salt' | 'params' | 'profile'>, code: string): SlowHashTask {
  return {
    kind: 'slow-hash',
    salt: set.salt,
    params: set.params,
    input: encodeBase64url(backupCodeHashInput(code, set.profile)),
  }
}

/** The bytes of a base64url text that this library wrote itself; empty when a record holds something else. */
export function storedBytes(text: string): Uint8Array {
  return decodeBase64url(text) ?? new Uint8Array()
}

/** The text that was sealed; empty when it is none. */
export function openedText(value: Uint8Array | null | undefined): string {
  try {
    return value ? textOf(value) : ''
  } catch {
    return ''
  }
}

/**
 * What the service found out of a browser's answer; null if it does not verify. The verifier may be the host's own: an
 * answer of another form than its port says is none.
 */
export function registrationFacts(value: Uint8Array | null | undefined): RegistrationFacts | null {
  const facts = parsed(value)
  if (facts === null || !saysAssertion(facts) || !isWhole(facts.algorithm)) return null
  const { id, publicKey, aaguid, attestation, transports } = facts
  if (![id, publicKey, aaguid, attestation].every(isText)) return null
  return Array.isArray(transports) && transports.every(isText) ? (facts as unknown as RegistrationFacts) : null
}

export function assertionFacts(value: Uint8Array | null | undefined): AssertionFacts | null {
  const facts = parsed(value)
  return facts !== null && saysAssertion(facts) ? (facts as unknown as AssertionFacts) : null
}

type Fields = Readonly<Record<string, unknown>>

function saysAssertion({ counter, userVerified, backupEligible, backedUp }: Fields): boolean {
  return (
    isWhole(counter) &&
    counter >= 0 &&
    [userVerified, backupEligible, backedUp].every((flag) => typeof flag === 'boolean')
  )
}

function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value)
}

function isText(value: unknown): boolean {
  return typeof value === 'string'
}

function parsed(value: Uint8Array | null | undefined): Fields | null {
  try {
    const facts: unknown = JSON.parse(openedText(value))
    return typeof facts === 'object' ? (facts as Fields | null) : null
  } catch {
    return null
  }
}
