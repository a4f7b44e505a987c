import type { TokenPayloads } from '../../token/index.ts'
import type { GrantedResult } from './complete.ts'
import { completeSignIn } from './complete.ts'
import type { ChallengeFault, OpenChallenge } from './challenge.ts'
import { challengeFault, consume, countFailure, entryOf, isFull, openChallenge } from './challenge.ts'
import type { CodeCheck } from '../guessing/check-code.ts'
import type { TypedCode } from '../guessing/typed-code.ts'
import { askCode, sourceAt } from '../guessing/typed-code.ts'
import { chargeFailure, creditSuccess } from '../guessing/verdict.ts'
import type { TaskResult } from '../record/tasks.ts'
import { factorLevel, primaries } from '../../factor.ts'
import type { ReplacementCode } from '../backup-codes/new-codes.ts'
import { replacementCode } from '../backup-codes/new-codes.ts'
import type { AccountState } from '../record/state.ts'
import { waitUntil } from '../guessing/throttle.ts'
import type { Context, Decision, Plan, UseCase } from '../record/step.ts'
import { decided, done, ready } from '../record/step.ts'

export interface VerifySignIn extends TypedCode {
  readonly challenge: TokenPayloads['challenge']
  /** The owner asks for this browser to be trusted. */
  readonly trust: boolean
}

export interface RefusedChallenge {
  readonly status: 'refused'
  readonly reason: 'challenge-ended' | 'too-many-tries' | 'factors-off' | 'busy'
}

export type VerifySignInResult = GrantedResult | OpenChallenge | RefusedChallenge

/** One field for any code: the text's shape and what is live decide, and one attempt is charged. */
export const verifySignIn: UseCase<VerifySignIn, VerifySignInResult> = {
  plan(state, command, context, evidence) {
    const over = endedChallenge(state, command.challenge, context)
    if (over !== null) return over
    const check = ask(state, command, context, evidence)
    if (check.status === 'need') return { step: 'need', tasks: check.proofs }
    const told = (reason: 'wait' | 'malformed' | 'expired', retryAt: number | null): VerifySignInResult =>
      openChallenge(state, command.challenge, context, { reason, retryAt })
    if (check.status === 'wait') {
      return done(told('wait', check.retryAt), [
        { type: 'excess_rate_limit_exceeded', values: { flow: 'sign-in', sampled: 1 } },
      ])
    }
    if (check.status === 'expired') return done(told('expired', null))
    if (check.status === 'malformed' || check.status === 'no-factor') return done(told('malformed', null))
    const replacement = replacementFor(state, check, context, evidence)
    return replacement?.status === 'need' ? { step: 'need', tasks: replacement.proofs } : ready
  },

  decide(state, command, context, evidence) {
    const check = ask(state, command, context, evidence)
    return check.status === 'matched'
      ? accept(state, command, context, check, replacementFor(state, check, context, evidence))
      : refuse(state, command, context, check.status === 'wrong' ? check : null)
  },
}

/** The answer for a challenge that takes nothing any more, whatever is shown for it; null while it goes on. */
export function endedChallenge(
  state: AccountState,
  challenge: TokenPayloads['challenge'],
  context: Context,
): (Plan<RefusedChallenge> & { readonly step: 'done' }) | null {
  const fault: ChallengeFault | null = challengeFault(state, challenge, context)
  if (fault !== null) {
    const result = { status: 'refused', reason: fault === 'failed' ? 'too-many-tries' : 'challenge-ended' } as const
    const values = { flow: 'sign-in', reason: `challenge-${fault}` }
    return { step: 'done', result, facts: [{ type: 'sequence_fail', values }] }
  }
  // Asked before anything is evaluated: a `busy` for right answers alone would be a verdict.
  return isFull(state, context.now) ? { step: 'done', result: { status: 'refused', reason: 'busy' }, facts: [] } : null
}

function ask(state: AccountState, command: VerifySignIn, context: Context, evidence: readonly TaskResult[]): CodeCheck {
  return askCode(state, command, { purpose: 'login', id: command.challenge.id }, context, evidence)
}

function replacementFor(
  state: AccountState,
  check: CodeCheck,
  context: Context,
  evidence: readonly TaskResult[],
): ReplacementCode | null {
  const { set } = state['backup-code']
  const used = check.status === 'matched' && check.factor === 'backup-code'
  return used && set !== null && context.settings.backupCodes.replaceUsed
    ? replacementCode(set, context, evidence)
    : null
}

function accept(
  state: AccountState,
  { challenge, client, trust }: VerifySignIn,
  context: Context,
  match: Extract<CodeCheck, { status: 'matched' }>,
  replacement: ReplacementCode | null,
): Decision<VerifySignInResult> {
  const { now } = context
  const made = replacement?.status === 'made' ? replacement : null
  const source = sourceAt(state, client)
  const credited = creditSuccess(state, {
    flow: 'sign-in',
    challenge: challenge.id,
    source,
    client,
    now,
    match,
    entry: entryOf(state, challenge),
    ...(made === null ? {} : { replacement: made.stored }),
  })
  const primary = primaries.find((name) => name === challenge.primary) ?? 'other'
  const { factor } = match
  return completeSignIn<VerifySignInResult>(
    consume(credited.state, challenge, source.id, context),
    {
      account: challenge.account,
      client,
      session: { primary, primaryAt: challenge.primaryAt, factor, ...factorLevel(primary, factor) },
      failures: state.throttle.failures,
      challenge: challenge.id,
      trust,
      ...(factor === 'totp' ? { authenticator: match.authenticator.id } : {}),
      ...(made === null ? {} : { replacementCode: made.code }),
      written: credited,
    },
    context,
  )
}

function refuse(
  state: AccountState,
  { challenge, client }: VerifySignIn,
  context: Context,
  check: Extract<CodeCheck, { status: 'wrong' }> | null,
): Decision<VerifySignInResult> {
  const source = sourceAt(state, client)
  const compared = check?.compared ?? []
  const last = (entryOf(state, challenge)?.failures ?? 0) + 1 >= context.settings.challengeTries
  const charged = chargeFailure(state, {
    flow: 'sign-in',
    challenge: challenge.id,
    source,
    client,
    now: context.now,
    compared,
    reason: check?.reason ?? 'wrong',
    last,
  })
  const counted = countFailure(charged.state, challenge, { compared, source: source.id }, context)
  const retryAt = waitUntil(counted.throttle, source, context.now)
  return decided<VerifySignInResult>(
    counted,
    last
      ? { status: 'refused', reason: 'too-many-tries' }
      : openChallenge(counted, challenge, context, { reason: 'wrong', retryAt }),
    charged,
  )
}
