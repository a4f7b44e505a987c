import { decodeBase64url, encodeBase64url } from '../bytes.ts'
import { backupCodeHashInput } from '../backup-codes/index.ts'
import type { BackupCodeSet } from './state.ts'
import type { Sealed, Secret } from '../secret.ts'
import type { SlowHashParams } from '../backup-codes/index.ts'
import { isSealed } from '../secret.ts'

/** Open a sealed value of the record. `path` is where it lies, as {@link import('../secret.ts').mapSecrets} names it. */
export interface OpenProof {
  readonly kind: 'open'
  readonly path: string
  readonly sealed: Sealed
}

export interface SlowHashProof {
  readonly kind: 'slow-hash'
  /** base64url */
  readonly salt: string
  readonly params: SlowHashParams
  /** base64url of the bytes to hash */
  readonly input: string
}

/** Plain data that a plan asks the service to work out. */
export type Proof = OpenProof | SlowHashProof

/** What came out, kept in memory for one call. `null`: it does not open, or the service could not work it out. */
export interface Evidence {
  readonly proof: Proof
  readonly value: Uint8Array | null
}

/** Evidence counts only for a proof that deep-equals it: anything made for another state of the record is void. */
export function valueOf(evidence: readonly Evidence[], proof: Proof): Uint8Array | null | undefined {
  const wanted = proofKey(proof)
  return evidence.find((entry) => proofKey(entry.proof) === wanted)?.value
}

export function proofKey(proof: Proof): string {
  return proof.kind === 'open'
    ? JSON.stringify(['open', proof.path, proof.sealed.keyId, proof.sealed.nonce, proof.sealed.ciphertext])
    : JSON.stringify([
        'slow-hash',
        proof.salt,
        proof.params.N,
        proof.params.r,
        proof.params.p,
        proof.params.length,
        proof.input,
      ])
}

/** Null for a secret that has not been sealed yet, which a loaded record never holds. */
export function openProof(path: string, secret: Secret): OpenProof | null {
  return isSealed(secret) ? { kind: 'open', path, sealed: secret } : null
}

export function slowHashProof(set: Pick<BackupCodeSet, 'salt' | 'params' | 'profile'>, code: string): SlowHashProof {
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
