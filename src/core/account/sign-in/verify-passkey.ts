import type { AssertionResponse } from '../../passkeys/index.ts'
import { levelOf } from '../factors/level.ts'
import { sourceOf } from '../guessing/source.ts'
import { creditSuccess, failedFactor, noticeFailure } from '../guessing/verdict.ts'
import type { WrongAssertion } from '../passkeys/assertion.ts'
import { checkAssertion } from '../passkeys/assertion.ts'
import type { Ceremony } from '../passkeys/ceremony.ts'
import { ceremonyFault } from '../passkeys/ceremony.ts'
import type { PasskeyMatch } from '../passkeys/state.ts'
import type { Client, Context } from '../record/context.ts'
import { referenceTo } from '../record/ids.ts'
import type { AccountState } from '../record/state.ts'
import type { Step, UseCase } from '../record/step.ts'
import { commit, done, need } from '../record/step.ts'
import { knownDeviceOf } from '../sessions/known-devices.ts'
import { isFull, spend } from '../sessions/spent-tokens.ts'
import type { Challenge, OpenChallenge, RefusedChallenge } from './challenge.ts'
import { consume, openAfterFailure, refuseEnded } from './challenge.ts'
import { countFailure, entryOf, roundOf } from './challenge-entries.ts'
import type { GrantedResult } from './complete.ts'
import { completeSignIn } from './complete.ts'

export interface VerifyPasskey {
  readonly account: string
  readonly ceremony: Ceremony
  readonly response: AssertionResponse
  /** The sign-in that waits for a factor. Null if only the passkey is shown. */
  readonly challenge: Challenge | null
  readonly client: Client
  readonly trust: boolean
}

export type VerifyPasskeyResult =
  | GrantedResult
  | OpenChallenge
  | RefusedChallenge
  /** `unknown-passkey`: the account does not have it, or no longer has it. Nothing was evaluated. */
  | { readonly status: 'refused'; readonly reason: 'wrong-credentials' | 'unknown-passkey' | 'user-verification' }

/**
 * A passkey as the second factor of a challenge, or alone. A signature cannot be guessed, so waits and locks do not
 * stop a passkey.
 */
export const verifyPasskey: UseCase<VerifyPasskey, VerifyPasskeyResult> = (state, command, context, results) => {
  const { challenge, ceremony, response } = command
  const refusal = refusalBefore(state, command, context)
  if (refusal !== null) return refusal
  const isAlone = challenge === null
  const userVerification = isAlone ? 'required' : 'preferred'
  const question = { ceremony, response, userVerification, otherFactor: !isAlone } as const
  const check = checkAssertion(state, question, context, results)
  if (check.status === 'need') return need(check.tasks)
  return check.status === 'matched' ? accept(state, command, check, context) : refuse(state, command, check, context)
}

/** Why the answer is not checked. */
function refusalBefore(
  state: AccountState,
  { challenge, ceremony, response, client }: VerifyPasskey,
  context: Context,
): Step<VerifyPasskeyResult> | null {
  const ended = challenge === null ? null : refuseEnded(state, { challenge, client }, context)
  if (ended !== null) return ended
  const asked =
    challenge === null
      ? ({ purpose: 'passwordless', request: '', round: 0 } as const)
      : ({ purpose: 'sign-in', request: challenge.id, round: roundOf(state, challenge) } as const)
  const fault = ceremonyFault(state, ceremony, asked, context)
  if (fault !== null) {
    const values = { flow: 'passkey', reason: `ceremony-${fault}` } as const
    return done({ status: 'refused', reason: 'challenge-ended' }, [{ type: 'sequence_fail', values }])
  }
  if (challenge !== null) return null
  const wrongOwner = ownerFault(state, response)
  if (wrongOwner === null) {
    const who = { own: knownDeviceOf(state, client) !== null }
    return isFull(state, 'spentCeremonies', who, context.now) ? done({ status: 'refused', reason: 'busy' }) : null
  }
  const values = { flow: 'passkey', reason: wrongOwner } as const
  return done({ status: 'refused', reason: wrongOwner }, [{ type: 'sequence_fail', values }])
}

/** Without a name, the user handle must say whose passkey it is [PKA-2]. */
function ownerFault(
  { passkey: { handle, credentials } }: AccountState,
  response: AssertionResponse,
): 'wrong-credentials' | 'unknown-passkey' | null {
  if (handle === null || response.userHandle !== handle) return 'wrong-credentials'
  return credentials.some(({ id }) => id === response.id) ? null : 'unknown-passkey'
}

function accept(
  state: AccountState,
  { account, ceremony, challenge, client, trust }: VerifyPasskey,
  match: PasskeyMatch,
  context: Context,
): Step<VerifyPasskeyResult> {
  const { now } = context
  const source = sourceOf(state, client)
  const entry = challenge === null ? null : entryOf(state, challenge)
  const accepted = creditSuccess(state, { match, source, client, now, entry })
  const primary = challenge?.primary ?? 'passkey'
  const { verified, passkey } = match
  const level = levelOf(primary, 'passkey', { synced: passkey.backupEligible, verified })
  return completeSignIn(
    challenge === null
      ? spend(accepted.state, 'spentCeremonies', ceremony, now)
      : consume(accepted.state, challenge, context),
    {
      account,
      client,
      session: { primary, primaryAt: challenge?.primaryAt ?? now, factor: 'passkey', ...level },
      failures: state.throttle.failures,
      ...(challenge === null ? {} : { challenge: challenge.id }),
      authenticator: referenceTo(passkey.id),
      trust,
      accepted,
    },
    context,
  )
}

/**
 * A wrong answer spends a try of the challenge, and voids every ceremony of its round. It charges no count of the
 * account, because a signature cannot be guessed. A passkey alone has no challenge: nothing but the event is written.
 */
function refuse(
  state: AccountState,
  { challenge, client, response }: VerifyPasskey,
  { reason, events }: WrongAssertion,
  context: Context,
): Step<VerifyPasskeyResult> {
  const source = sourceOf(state, client)
  const failed = failedFactor({
    flow: 'sign-in',
    source,
    compared: ['passkey'],
    reason,
    authenticator: referenceTo(response.id),
    ...(challenge === null ? {} : { challenge: challenge.id }),
  })
  const written = [failed, ...events]
  if (challenge === null) {
    const shown = reason === 'user-verification' ? reason : 'wrong-credentials'
    return commit(state, { status: 'refused', reason: shown }, { events: written })
  }
  const noticed = noticeFailure(state, { client, now: context.now, isStrange: source.kind !== 'device' })
  const failure = { charged: [], source, answer: 'passkey' } as const
  const counted = countFailure({ ...state, notices: noticed.notices }, challenge, failure, context.now)
  return commit(counted, openAfterFailure(counted, challenge, context, source), {
    events: written,
    messages: noticed.messages,
  })
}
