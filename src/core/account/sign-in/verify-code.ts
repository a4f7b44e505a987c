import { limits } from '../../limits.ts'
import { levelOf } from '../factors/level.ts'
import type { CodeMatch } from '../factors/factor-types.ts'
import type { MadeReplacement } from '../backup-codes/new-codes.ts'
import { replacementCode } from '../backup-codes/new-codes.ts'
import type { UsedCode, WrongCode } from '../guessing/check-code.ts'
import { sourceOf } from '../guessing/source.ts'
import { waitUntil } from '../guessing/throttle.ts'
import type { TypedCode } from '../guessing/typed-code.ts'
import { checkTypedCode, waitFacts } from '../guessing/typed-code.ts'
import { chargeUsed } from '../guessing/used-code.ts'
import { chargeFailure, creditSuccess } from '../guessing/verdict.ts'
import type { Context } from '../record/context.ts'
import type { AccountState } from '../record/state.ts'
import type { Change, Step, UseCase } from '../record/step.ts'
import { commit, done, need } from '../record/step.ts'
import { deviceIdOf } from '../sessions/known-devices.ts'
import type { Challenge, OpenChallenge, RefusedChallenge } from './challenge.ts'
import { consume, openChallenge, refuseEnded } from './challenge.ts'
import { countFailure, entryOf } from './challenge-entries.ts'
import type { GrantedResult } from './complete.ts'
import { completeSignIn } from './complete.ts'

export interface VerifySignIn extends TypedCode {
  readonly challenge: Challenge
  /** The owner asks for this browser to be trusted. */
  readonly trust: boolean
}

export type VerifySignInResult = GrantedResult | OpenChallenge | RefusedChallenge

/** One field takes any code. The shape of the text and the live factors decide what it is. One attempt is charged. */
export const verifySignIn: UseCase<VerifySignIn, VerifySignInResult> = (state, command, context, results) => {
  const { challenge } = command
  const ended = refuseEnded(state, command, context)
  if (ended !== null) return ended
  const source = sourceOf(state, command.client)
  const request = { purpose: 'login', id: challenge.id } as const
  const check = checkTypedCode(state, command, { request, source }, context, results)
  const stillOpen = (reason: 'wait' | 'malformed' | 'expired', retryAt: number | null): VerifySignInResult =>
    openChallenge(state, challenge, context, { reason, retryAt, source })
  switch (check.status) {
    case 'need':
      return need(check.tasks)
    case 'wait':
      return done(stillOpen('wait', check.retryAt), waitFacts('sign-in'))
    case 'expired':
      return done(stillOpen('expired', null))
    case 'malformed':
    case 'no-factor':
      return done(stillOpen('malformed', null))
    case 'wrong':
      return refuse(state, command, check, context)
    case 'used':
      return refuseUsed(state, command, check, context)
    case 'matched': {
      const { set } = state['backup-code']
      const { replaceUsed } = context.settings.backupCodes
      const made =
        check.factor === 'backup-code' && replaceUsed && set !== null
          ? replacementCode(set, check.index, context, results)
          : null
      return made?.status === 'need' ? need(made.tasks) : accept(state, command, check, made, context)
    }
  }
}

function accept(
  state: AccountState,
  { challenge, client, trust }: VerifySignIn,
  found: CodeMatch,
  made: MadeReplacement | null,
  context: Context,
): Step<VerifySignInResult> {
  const { account, primary, primaryAt } = challenge
  const { factor } = found
  const source = sourceOf(state, client)
  const match = made !== null && factor === 'backup-code' ? { ...found, replaced: made.digests } : found
  const entry = entryOf(state, challenge)
  const device = deviceIdOf(state, client, context)
  const accepted = creditSuccess(state, { match, source, client, now: context.now, entry, device })
  return completeSignIn(
    consume(accepted.state, challenge, context),
    {
      account,
      client,
      session: { primary, primaryAt, factor, ...levelOf(primary, factor) },
      failures: state.throttle.failures,
      challenge: challenge.id,
      trust,
      ...(factor === 'totp' ? { authenticator: found.authenticator.id } : {}),
      ...(made === null ? {} : { replacementCode: made.code }),
      accepted,
    },
    context,
  )
}

function refuse(
  state: AccountState,
  { challenge, client }: VerifySignIn,
  { compared, cost }: WrongCode,
  context: Context,
  reason: 'wrong' | 'used' = 'wrong',
): Step<VerifySignInResult> {
  const { now } = context
  const source = sourceOf(state, client)
  const last = isLastTry(state, challenge, context)
  const { id, primary } = challenge
  const attempt = { flow: 'sign-in', challenge: id, primary, source, client, now } as const
  const charged = chargeFailure(state, { ...attempt, compared, cost, reason, last })
  const failed = { charged: cost === null ? [] : compared, source, answer: 'code' } as const
  const counted = countFailure(charged.state, challenge, failed, now)
  return answerFailure({ ...charged, state: counted }, { challenge, client, cost, last, reason: 'wrong' }, context)
}

/** A code that was used already costs a try and a wait. After a few in one challenge it is charged like a wrong one. */
function refuseUsed(
  state: AccountState,
  command: VerifySignIn,
  used: UsedCode,
  context: Context,
): Step<VerifySignInResult> {
  const { challenge, client } = command
  if ((entryOf(state, challenge)?.used ?? 0) >= limits.usedCodes) return refuse(state, command, used, context, 'used')
  const { now } = context
  const source = sourceOf(state, client)
  const last = isLastTry(state, challenge, context)
  const charged = chargeUsed(state, { flow: 'sign-in', challenge: challenge.id, source, client, now, used })
  const counted = countFailure(charged.state, challenge, { charged: [], source, answer: 'used-code' }, now)
  const { cost } = used
  return answerFailure({ ...charged, state: counted }, { challenge, client, cost, last, reason: 'used' }, context)
}

function isLastTry(state: AccountState, challenge: Challenge, { settings }: Context): boolean {
  return (entryOf(state, challenge)?.failures ?? 0) + 1 >= settings.challengeTries
}

function answerFailure(
  charged: Change,
  failed: Pick<VerifySignIn, 'challenge' | 'client'> &
    Pick<WrongCode, 'cost'> & { readonly last: boolean; readonly reason: 'wrong' | 'used' },
  context: Context,
): Step<VerifySignInResult> {
  const { challenge, client, cost, last, reason } = failed
  const { state } = charged
  // The failure may have made the device unknown.
  const source = sourceOf(state, client)
  const retryAt = waitUntil(state, source, cost ?? 0, context.now)
  const outcome: VerifySignInResult = last
    ? { status: 'refused', reason: 'too-many-tries' }
    : openChallenge(state, challenge, context, { reason, retryAt, source })
  return commit(state, outcome, charged)
}
