import type { AssertionFacts } from './facts.ts'
import type { UserVerification } from './ceremony-options.ts'

/** What an account's record knows of a passkey, as far as an assertion is judged by it. */
export interface StoredPasskey {
  readonly counter: number
  readonly backupEligible: boolean
  readonly backedUp: boolean
  /** User verification has once been shown together with another factor, or at registration [PKA-5]. */
  readonly uvInitialized: boolean
}

export type AssertionVerdict =
  | {
      readonly ok: true
      /** The authenticator verified the user, and its word may count as a factor [PKA-4, PKA-5]. */
      readonly verified: boolean
      /** The counter did not rise: perhaps a copy of the authenticator is about [PKA-10]. */
      readonly counterRegressed: boolean
      /** The passkey was backed up before and is no more [PKA-7]. */
      readonly backupLost: boolean
      /** What to store, once every other check of the sign-in has passed too [PKA-11]. */
      readonly next: { readonly counter: number; readonly backedUp: boolean; readonly uvInitialized: boolean }
    }
  | { readonly ok: false; readonly reason: 'user-verification' | 'backup-eligibility' | 'counter' | 'synced' }

/**
 * The policy over a passkey and a verified assertion of it. Backup eligibility never changes in a credential's life, so
 * a change is refused [PKA-6]. Without user verification a passkey shows possession only.
 *
 * @contract pure · ok|user-verification|backup-eligibility|counter|synced · throws none · WebAuthn L3 §7.2 steps 17–24
 */
export function judgeAssertion(question: {
  readonly stored: StoredPasskey
  readonly facts: AssertionFacts
  readonly userVerification: UserVerification
  /** Another factor was shown in the same sign-in. */
  readonly otherFactor: boolean
  /** Default `refuse`. */
  readonly counterRegression?: 'refuse' | 'report' | undefined
  /** Default `accept` [PKA-8]. */
  readonly synced?: 'accept' | 'refuse' | undefined
}): AssertionVerdict {
  const { stored, facts, userVerification, otherFactor, counterRegression = 'refuse', synced = 'accept' } = question
  if (facts.backupEligible !== stored.backupEligible || (facts.backedUp && !facts.backupEligible)) {
    return { ok: false, reason: 'backup-eligibility' }
  }
  if (synced === 'refuse' && facts.backupEligible) return { ok: false, reason: 'synced' }
  const isInitialized = stored.uvInitialized || otherFactor
  if (userVerification === 'required' && !(facts.userVerified && isInitialized)) {
    return { ok: false, reason: 'user-verification' }
  }
  const isUncounted = facts.counter === 0 && stored.counter === 0
  const counterRegressed = !isUncounted && facts.counter <= stored.counter
  if (counterRegressed && counterRegression === 'refuse') return { ok: false, reason: 'counter' }
  return {
    ok: true,
    verified: facts.userVerified && stored.uvInitialized,
    counterRegressed,
    backupLost: stored.backedUp && !facts.backedUp,
    next: {
      counter: Math.max(stored.counter, facts.counter),
      backedUp: facts.backedUp,
      uvInitialized: stored.uvInitialized || (facts.userVerified && otherFactor),
    },
  }
}
