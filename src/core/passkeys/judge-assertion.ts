import type { AssertionFacts } from './facts.ts'
import type { UserVerification } from './ceremony-options.ts'

/** The part of a stored passkey that an assertion is checked against. */
export interface StoredPasskey {
  readonly counter: number
  readonly backupEligible: boolean
  readonly backedUp: boolean
  /** The passkey once verified its user together with another factor, or at registration [PKA-5]. */
  readonly uvInitialized: boolean
}

export type AssertionVerdict =
  | {
      readonly ok: true
      /** The authenticator verified the user, and this counts as a factor [PKA-4, PKA-5]. */
      readonly verified: boolean
      /** The counter did not grow. Perhaps the authenticator was copied [PKA-10]. */
      readonly counterRegressed: boolean
      /** The passkey was backed up before, and is not backed up now [PKA-7]. */
      readonly backupLost: boolean
      /** Store this after every other check of the sign-in has passed too [PKA-11]. */
      readonly next: { readonly counter: number; readonly backedUp: boolean; readonly uvInitialized: boolean }
    }
  | { readonly ok: false; readonly reason: 'user-verification' | 'backup-eligibility' | 'counter' | 'synced' }

/**
 * Checks a verified assertion against the stored passkey and the policy. The backup eligibility of a credential never
 * changes, so a change is refused [PKA-6]. Without user verification a passkey shows possession only.
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
