import type { AssertionResponse } from '../../passkeys/index.ts'
import type { TokenPayloads } from '../../token/index.ts'
import type { GrantedResult } from './complete.ts'
import { completeSignIn } from './complete.ts'
import type { AssertionCheck, Ceremony } from '../passkeys/ceremony.ts'
import { ceremonyFault, checkAssertion, isFullOfCeremonies, spendCeremony } from '../passkeys/ceremony.ts'
import type { OpenChallenge } from './challenge.ts'
import { consume, countFailure, entryOf, openChallenge } from './challenge.ts'
import { sourceAt } from '../guessing/typed-code.ts'
import type { PasskeyMatch } from '../guessing/verdict.ts'
import { creditSuccess, failedFactor, noticeFailure } from '../guessing/verdict.ts'
import type { TaskResult } from '../record/tasks.ts'
import { factorLevel, primaries } from '../../factor.ts'
import { referenceTo } from '../sessions/session.ts'
import type { AccountState } from '../record/state.ts'
import type { Client, Context, Decision, UseCase } from '../record/step.ts'
import { decided, done, ready } from '../record/step.ts'
import type { RefusedChallenge } from './verify-code.ts'
import { endedChallenge } from './verify-code.ts'

export interface VerifyPasskey {
  readonly account: string
  readonly ceremony: Ceremony
  readonly response: AssertionResponse
  /** The sign-in that waits for a factor; null: the passkey is all that is shown. */
  readonly challenge: TokenPayloads['challenge'] | null
  readonly client: Client
  readonly trust: boolean
}

export type VerifyPasskeyResult =
  | GrantedResult
  | OpenChallenge
  | RefusedChallenge
  /** `unknown-passkey`: the account does not have it (any more), and nothing was evaluated. */
  | { readonly status: 'refused'; readonly reason: 'wrong-credentials' | 'unknown-passkey' | 'user-verification' }

/**
 * A passkey as the second factor of a challenge, or alone. Nobody guesses a signature, so neither waits nor locks close
 * this flow: they are for codes.
 */
export const verifyPasskey: UseCase<VerifyPasskey, VerifyPasskeyResult> = {
  plan(state, command, context, evidence) {
    const { challenge, ceremony } = command
    const over = challenge === null ? null : endedChallenge(state, challenge, context)
    if (over !== null) return over
    const purpose = challenge === null ? 'passwordless' : 'sign-in'
    const fault = ceremonyFault(state, ceremony, { purpose, request: challenge?.id ?? '' }, context)
    if (fault !== null) {
      const values = { flow: 'passkey', reason: `ceremony-${fault}` }
      return done({ status: 'refused', reason: 'challenge-ended' }, [{ type: 'sequence_fail', values }])
    }
    if (isFullOfCeremonies(state, context.now)) return done({ status: 'refused', reason: 'busy' })
    const unowned = challenge === null ? unownedBy(state, command) : null
    if (unowned !== null) {
      return done({ status: 'refused', reason: unowned }, [
        { type: 'sequence_fail', values: { flow: 'passkey', reason: unowned } },
      ])
    }
    const check = checked(state, command, context, evidence)
    return check.status === 'need' ? { step: 'need', tasks: check.proofs } : ready
  },

  decide(state, command, context, evidence) {
    const check = checked(state, command, context, evidence)
    if (check.status !== 'matched') return refuse(state, command, check, context)
    return accept(state, command, check, context)
  },
}

/** Without a name the handle is what says whose passkey it is, and must [PKA-2]. */
function unownedBy(state: AccountState, { response }: VerifyPasskey): 'wrong-credentials' | 'unknown-passkey' | null {
  const { handle, credentials } = state.passkey
  if (handle === null || response.userHandle !== handle) return 'wrong-credentials'
  return credentials.some(({ id }) => id === response.id) ? null : 'unknown-passkey'
}

function checked(
  state: AccountState,
  { ceremony, response, challenge }: VerifyPasskey,
  context: Context,
  evidence: readonly TaskResult[],
): AssertionCheck {
  const alone = challenge === null
  const userVerification = alone ? 'required' : 'preferred'
  return checkAssertion(state, { ceremony, response, userVerification, otherFactor: !alone }, context, evidence)
}

function accept(
  state: AccountState,
  { account, ceremony, challenge, client, trust }: VerifyPasskey,
  match: PasskeyMatch,
  context: Context,
): Decision<VerifyPasskeyResult> {
  const { now } = context
  const source = sourceAt(state, client)
  const credited = creditSuccess(state, {
    flow: 'sign-in',
    source,
    client,
    now,
    match,
    entry: challenge === null ? null : entryOf(state, challenge),
  })
  const spent = spendCeremony(credited.state, ceremony, true, context)
  const primary = challenge === null ? 'passkey' : (primaries.find((name) => name === challenge.primary) ?? 'other')
  const { verified, passkey } = match
  const level = factorLevel(primary, 'passkey', { synced: passkey.backupEligible, verified })
  return completeSignIn<VerifyPasskeyResult>(
    challenge === null ? spent : consume(spent, challenge, source.id, context),
    {
      account,
      client,
      session: { primary, primaryAt: challenge?.primaryAt ?? now, factor: 'passkey', ...level },
      failures: state.throttle.failures,
      ...(challenge === null ? {} : { challenge: challenge.id }),
      authenticator: referenceTo(match.passkey.id),
      trust,
      written: credited,
    },
    context,
  )
}

/** Costs a try of the challenge and the ceremony, and no count of the account: there is nothing to guess. */
function refuse(
  state: AccountState,
  { ceremony, challenge, client, response }: VerifyPasskey,
  check: AssertionCheck,
  context: Context,
): Decision<VerifyPasskeyResult> {
  const wrong = check.status === 'wrong' ? check : null
  const reason = wrong?.reason ?? 'unverified'
  const source = sourceAt(state, client)
  const failed = failedFactor({
    flow: 'sign-in',
    source,
    compared: ['passkey'],
    reason,
    authenticator: referenceTo(response.id),
    ...(challenge === null ? {} : { challenge: challenge.id }),
  })
  const written = { events: [failed, ...(wrong?.events ?? [])] }
  const spent = spendCeremony(state, ceremony, false, context)
  if (challenge === null) {
    const told = reason === 'user-verification' ? reason : 'wrong-credentials'
    return decided<VerifyPasskeyResult>(spent, { status: 'refused', reason: told }, written)
  }
  const told = noticeFailure(state, { client, now: context.now, strange: !source.knownDevice })
  const place = { compared: [], source: source.id }
  const counted = countFailure({ ...spent, notices: told.notices }, challenge, place, context)
  const last = (entryOf(counted, challenge)?.failures ?? 0) >= context.settings.challengeTries
  return decided<VerifyPasskeyResult>(
    counted,
    last
      ? { status: 'refused', reason: 'too-many-tries' }
      : openChallenge(counted, challenge, context, { reason: 'wrong', retryAt: null }),
    { ...written, messages: told.messages },
  )
}
