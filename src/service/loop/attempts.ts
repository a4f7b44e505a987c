import { NightlatchError } from '../../core/errors.ts'
import { limits } from '../../core/limits.ts'
import { versionNumber } from '../../core/record/envelope.ts'

/** A commit that was sent to the storage and not answered `committed`. */
export interface OpenAttempt<Outcome, Written> {
  readonly id: string
  /** The version that it expected; null: no record. */
  readonly expected: string | null
  readonly outcome: Outcome
  readonly written: Written
  /** The storage threw: it may have written all the same. */
  readonly threw: boolean
}

interface Loaded {
  readonly version: string | null
  readonly attempts: readonly string[]
}

/** The attempts of one call of which it is not known yet whether they were stored. The record shows which were. */
export interface Attempts<Outcome, Written> {
  add(attempt: OpenAttempt<Outcome, Written>, fault: unknown): void
  /** The attempt that the record names as committed. What the record shows to be lost is forgotten. */
  landed(loaded: Loaded | null): OpenAttempt<Outcome, Written> | null
  /** Throws if an attempt may have been stored and the record cannot show it. Any answer would be a guess. */
  requireSettled(cause?: unknown): void
}

export function createAttempts<Outcome, Written>(): Attempts<Outcome, Written> {
  let open: readonly OpenAttempt<Outcome, Written>[] = []
  let lastFault: unknown = null
  return {
    add(attempt, fault) {
      open = [...open, attempt]
      if (attempt.threw) lastFault = fault
    },
    landed(loaded) {
      const landed = open.find(({ id }) => loaded?.attempts.includes(id)) ?? null
      open = open.filter((attempt) => !isLost(attempt, loaded?.version ?? null))
      return landed
    },
    requireSettled(cause) {
      if (open.some(({ threw }) => threw)) throw unknownFate(cause ?? lastFault)
    },
  }
}

/**
 * An attempt is lost if the record has a later version than the attempt expected, and does not list its id. After too
 * many later commits the list may have dropped the id, and then nothing is known. An attempt that was answered
 * `conflict` wrote nothing.
 */
function isLost({ threw, expected }: OpenAttempt<unknown, unknown>, version: string | null): boolean {
  if (!threw) return true
  if (version === expected) return false
  return versionNumber(version) - versionNumber(expected) <= limits.attemptIds
}

function unknownFate(cause: unknown): NightlatchError {
  return new NightlatchError('NL_STORAGE_UNKNOWN', 'a commit was sent and its fate could not be learned', { cause })
}
