import { decodeBase64url, encodeBase64url, textOf } from '../../bytes.ts'
import { backupCodeHashInput } from '../../backup-codes/hash.ts'
import type { SlowHashParams } from '../../backup-codes/index.ts'
import type { CodePurpose } from '../../flow.ts'
import { equalData } from '../../equal-data.ts'
import type {
  AssertionFacts,
  AssertionResponse,
  RegistrationFacts,
  RegistrationResponse,
} from '../../passkeys/index.ts'
import type { Sealed, Secret } from '../../secret.ts'
import { isSealed } from '../../secret.ts'
import type { BackupCodeSet } from '../backup-codes/state.ts'

/**
 * Opens a sealed value of the record. `path` is its place, as {@link import('../../secret.ts').mapSecrets} names it.
 */
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

/** Whether a message may be sent to a number. The host's risk hook and the limits that many accounts share decide. */
export interface SendPermitTask {
  readonly kind: 'send-permit'
  /** E.164 */
  readonly phone: string
  readonly country: string
  readonly type: string
  readonly purpose: CodePurpose
  /** A known device or a signed-in session asked for it. */
  readonly own: boolean
}

export type SendPermit = 'permitted' | 'limited' | 'denied'

/** Whether an authenticator made a credential for this challenge. */
export interface RegistrationTask {
  readonly kind: 'webauthn-registration'
  readonly challenge: string
  readonly response: RegistrationResponse
}

/** Whether a credential signed this challenge. */
export interface AssertionTask {
  readonly kind: 'webauthn-assertion'
  readonly challenge: string
  readonly publicKey: string
  readonly response: AssertionResponse
}

/** What a step asks the service to work out. It is plain data. */
export type Task = OpenTask | SlowHashTask | SendPermitTask | RegistrationTask | AssertionTask

/** The result of a task of each kind. Null: it does not open or verify, or could not be worked out. */
export interface ResultByKind {
  readonly open: Uint8Array | null
  readonly 'slow-hash': Uint8Array | null
  readonly 'send-permit': SendPermit
  readonly 'webauthn-registration': RegistrationFacts | null
  readonly 'webauthn-assertion': AssertionFacts | null
}

export type ResultOf<T extends Task> = ResultByKind[T['kind']]

/** A task with its result. Both are kept in memory for one call. */
export type TaskResult = {
  [K in Task['kind']]: { readonly task: Extract<Task, { kind: K }>; readonly result: ResultByKind[K] }
}[Task['kind']]

export type TaskResults = readonly TaskResult[]

/**
 * The result of a task. Undefined if it was not worked out yet. A result counts only for a task that is equal in every
 * field. So a result for another state of the record does not count.
 */
export function resultOf<T extends Task>(results: TaskResults, task: T): ResultOf<T> | undefined {
  return results.find((entry): entry is TaskResult & ResultFor<T> => equalData(entry.task, task))?.result
}

interface ResultFor<T extends Task> {
  readonly result: ResultOf<T>
}

/** The tasks that have no result yet. */
export function unworked<T extends Task>(results: TaskResults, tasks: readonly T[]): readonly T[] {
  return tasks.filter((task) => resultOf(results, task) === undefined)
}

/** Null for a secret that is not sealed yet. A loaded record has none. */
export function openTask(path: string, secret: Secret): OpenTask | null {
  return isSealed(secret) ? { kind: 'open', path, sealed: secret } : null
}

/** The opened secret. Undefined: the task must be worked out first. Null: it does not open. */
export function openedBy(results: TaskResults, task: OpenTask | null): Uint8Array | null | undefined {
  return task === null ? null : resultOf(results, task)
}

export function slowHashTask(set: Pick<BackupCodeSet, 'salt' | 'params' | 'profile'>, code: string): SlowHashTask {
  return {
    kind: 'slow-hash',
    salt: set.salt,
    params: set.params,
    input: encodeBase64url(backupCodeHashInput(code, set.profile)),
  }
}

/** The bytes of a base64url text that the library wrote. Empty if the record has something else there. */
export function storedBytes(text: string): Uint8Array {
  return decodeBase64url(text) ?? new Uint8Array()
}

/** The text that was sealed. Empty if it is none. */
export function openedText(opened: Uint8Array | null | undefined): string {
  try {
    return opened ? textOf(opened) : ''
  } catch {
    return ''
  }
}
