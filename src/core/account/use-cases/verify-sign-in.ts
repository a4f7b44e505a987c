import type { TokenPayloads } from '../../token/index.ts'
import { limits } from '../../limits.ts'
import type { CodeCheck } from '../code-check.ts'
import { liveFactors } from '../code-check.ts'
import type { TypedCode } from '../code-door.ts'
import { askCode, originAt } from '../code-door.ts'
import { chargeFailure, creditSuccess } from '../code-verdict.ts'
import type { Evidence } from '../evidence.ts'
import type { Factor } from '../factor.ts'
import { amrOf, primaries } from '../factor.ts'
import type { ReplacementCode } from '../new-codes.ts'
import { replacementCode } from '../new-codes.ts'
import { addSession, grantOf, isForgotten, latestForgotten, newSession, rememberDevice } from '../session.ts'
import type { AccountState, ChallengeEntry } from '../state.ts'
import { waitUntil } from '../throttle.ts'
import type { Context, Decision, UseCase } from '../use-case.ts'
import { decided, done, ready } from '../use-case.ts'
import type { GrantedResult } from './start-sign-in.ts'

export interface VerifySignIn extends TypedCode {
  readonly challenge: TokenPayloads['challenge']
}

export type VerifySignInResult =
  | GrantedResult
  | {
      readonly status: 'challenge'
      readonly factors: readonly Factor[]
      readonly preferred: Factor
      readonly reason: 'wrong' | 'wait' | 'malformed'
      readonly triesLeft: number
      readonly retryAt: number | null
    }
  | {
      readonly status: 'refused'
      readonly reason: 'challenge-ended' | 'too-many-tries' | 'factors-off' | 'busy'
    }

/** One field for any code: the text's shape and what is live decide, and one attempt is charged. */
export const verifySignIn: UseCase<VerifySignIn, VerifySignInResult> = {
  plan(state, command, context, evidence) {
    const fault = challengeFault(state, command.challenge, context)
    if (fault !== null) {
      return done({ status: 'refused', reason: fault === 'failed' ? 'too-many-tries' : 'challenge-ended' }, [
        { type: 'sequence_fail', values: { door: 'sign-in', reason: `challenge-${fault}` } },
      ])
    }
    // Asked before anything is evaluated: a `busy` for right codes alone would be a verdict.
    const held = state.challenges.filter((entry) => entry.expiresAt > context.now && entry.consumed)
    if (held.length >= limits.challenges) return done({ status: 'refused', reason: 'busy' })
    const check = askCode(state, command, context, evidence)
    if (check.status === 'need') return { step: 'need', proofs: check.proofs }
    if (check.status === 'wait') {
      return done(again(state, command, context, { reason: 'wait', retryAt: check.retryAt }), [
        { type: 'excess_rate_limit_exceeded', values: { door: 'sign-in', sampled: 1 } },
      ])
    }
    if (check.status === 'malformed' || check.status === 'no-factor') {
      return done(again(state, command, context, { reason: 'malformed', retryAt: null }))
    }
    const replacement = replacementFor(state, check, context, evidence)
    return replacement?.status === 'need' ? { step: 'need', proofs: replacement.proofs } : ready
  },

  decide(state, command, context, evidence) {
    const check = askCode(state, command, context, evidence)
    return check.status === 'matched'
      ? accept(state, command, context, check, replacementFor(state, check, context, evidence))
      : refuse(state, command, context, check.status === 'wrong' ? check : null)
  },
}

function replacementFor(
  state: AccountState,
  check: CodeCheck,
  context: Context,
  evidence: readonly Evidence[],
): ReplacementCode | null {
  const { set } = state.backupCodes
  const used = check.status === 'matched' && check.factor === 'backup-code'
  return used && set !== null && context.settings.backupCodes.replaceUsed
    ? replacementCode(set, context, evidence)
    : null
}

function accept(
  state: AccountState,
  { challenge, client }: VerifySignIn,
  context: Context,
  match: Extract<CodeCheck, { status: 'matched' }>,
  replacement: ReplacementCode | null,
): Decision<VerifySignInResult> {
  const { now } = context
  const entry = entryOf(state, challenge)
  const from = originAt(state, client)
  const credited = creditSuccess(state, {
    door: 'sign-in',
    challenge: challenge.id,
    origin: from,
    client,
    now,
    match,
    entry,
    ...(replacement?.status === 'made' ? { replacement: replacement.stored } : {}),
  })
  const consumed = withEntry(credited.state, context, {
    id: challenge.id,
    expiresAt: challenge.expiresAt,
    place: from.place,
    failures: entry?.failures ?? 0,
    charged: { totp: 0, backupCodes: 0 },
    consumed: true,
  })
  const primary = primaries.find((name) => name === challenge.primary) ?? 'other'
  const remembered = rememberDevice(consumed, client, context)
  const session = newSession(context, client, {
    kind: 'full',
    primary,
    primaryAt: challenge.primaryAt,
    factor: match.factor,
    aal: 2,
    amr: amrOf(primary, match.factor),
    deviceId: remembered.deviceId,
  })
  const entered = addSession(remembered.state, session)
  return decided<VerifySignInResult>(
    entered,
    {
      status: 'granted',
      grant: grantOf(challenge.account, entered, session),
      deviceId: remembered.deviceId,
      aal: session.aal,
      amr: session.amr,
      ...(replacement?.status === 'made' ? { replacementCode: replacement.code } : {}),
    },
    {
      events: [
        {
          type: 'authn_login_success',
          values: {
            primary,
            challenge: challenge.id,
            factor: match.factor,
            aal: session.aal,
            amr: session.amr,
            knownDevice: from.knownDevice,
            failures: state.throttle.failures,
            ...(match.factor === 'totp' ? { device: match.device.id } : {}),
          },
        },
        ...credited.events,
      ],
      messages: credited.messages,
    },
  )
}

function refuse(
  state: AccountState,
  command: VerifySignIn,
  context: Context,
  check: Extract<CodeCheck, { status: 'wrong' }> | null,
): Decision<VerifySignInResult> {
  const { challenge, client } = command
  const entry = entryOf(state, challenge)
  const from = originAt(state, client)
  const compared = check?.compared ?? []
  const failures = (entry?.failures ?? 0) + 1
  const last = failures >= context.settings.challengeTries
  const charged = chargeFailure(state, {
    door: 'sign-in',
    challenge: challenge.id,
    origin: from,
    client,
    now: context.now,
    compared,
    reason: check?.reason ?? 'wrong',
    last,
  })
  const counted = withEntry(charged.state, context, {
    id: challenge.id,
    expiresAt: challenge.expiresAt,
    place: from.place,
    failures,
    charged: {
      totp: (entry?.charged.totp ?? 0) + (compared.includes('totp') ? 1 : 0),
      backupCodes: (entry?.charged.backupCodes ?? 0) + (compared.includes('backup-code') ? 1 : 0),
    },
    consumed: false,
  })
  const retryAt = waitUntil(counted.throttle, from, context.now)
  return decided<VerifySignInResult>(
    counted,
    last
      ? { status: 'refused', reason: 'too-many-tries' }
      : again(counted, command, context, { reason: 'wrong', retryAt }),
    charged,
  )
}

/** The challenge once more, as it stands in this state. */
function again(
  state: AccountState,
  { challenge }: VerifySignIn,
  { settings }: Context,
  told: { readonly reason: 'wrong' | 'wait' | 'malformed'; readonly retryAt: number | null },
): VerifySignInResult {
  const factors = liveFactors(state)
  const [preferred] = factors
  if (preferred === undefined) return { status: 'refused', reason: 'factors-off' }
  const failures = entryOf(state, challenge)?.failures ?? 0
  return { status: 'challenge', factors, preferred, triesLeft: settings.challengeTries - failures, ...told }
}

function challengeFault(
  state: AccountState,
  challenge: TokenPayloads['challenge'],
  { now, settings }: Context,
): 'epoch' | 'expired' | 'used' | 'failed' | null {
  if (challenge.epoch !== state.epoch) return 'epoch'
  if (challenge.expiresAt <= now) return 'expired'
  if (isForgotten(challenge.expiresAt, state.forgotten.challenges, settings.challengeMs, now)) return 'expired'
  const entry = entryOf(state, challenge)
  if (entry?.consumed === true) return 'used'
  return entry !== null && entry.failures >= settings.challengeTries ? 'failed' : null
}

function entryOf(state: AccountState, challenge: TokenPayloads['challenge']): ChallengeEntry | null {
  return state.challenges.find((entry) => entry.id === challenge.id) ?? null
}

/**
 * Consumed entries stay until they expire. One with failures only may be evicted: the oldest of the same place first,
 * since the account's budget and the place's wait, which survive, bound what that regains.
 */
function withEntry(state: AccountState, { now }: Context, entry: ChallengeEntry): AccountState {
  const others = state.challenges.filter((other) => other.id !== entry.id && other.expiresAt > now)
  const challenges = latestForgotten(state.forgotten.challenges, state.challenges, now)
  while (others.length >= limits.challenges) {
    const open = others.filter((other) => !other.consumed)
    const victim = open.find((other) => other.place === entry.place) ?? open[0]
    if (victim === undefined) break
    others.splice(others.indexOf(victim), 1)
  }
  // Only a failure can find the list full of consumed entries: it is charged to the budget all the same.
  return {
    ...state,
    challenges: others.length < limits.challenges ? [...others, entry] : others,
    forgotten: { ...state.forgotten, challenges },
  }
}
