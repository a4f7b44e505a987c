import type { HostPrimary } from '../../factor.ts'
import { graceStart, requirement } from '../../policy/requirement.ts'
import type { TokenPayloads } from '../../token/index.ts'
import { primaryLevel } from '../factors/level.ts'
import { hasFactor, liveFactors, preferredFactor } from '../factors/live-factors.ts'
import { senderOf } from '../factors/registry.ts'
import type { SendAnswer } from '../factors/sent-code.ts'
import { guessCost } from '../guessing/cost.ts'
import { sourceOf } from '../guessing/source.ts'
import { waitUntil } from '../guessing/throttle.ts'
import { noticeFailure } from '../guessing/verdict.ts'
import type { Client, Context } from '../record/context.ts'
import { newId } from '../record/ids.ts'
import { addressAndBrowser, notice } from '../record/messages.ts'
import type { AccountState, KnownDevice } from '../record/state.ts'
import { nextMark } from '../record/state.ts'
import type { Step, UseCase } from '../record/step.ts'
import { commit, need } from '../record/step.ts'
import type { TaskResults } from '../record/tasks.ts'
import { deviceTrust, rotateTrust, withdrawTrust } from '../sessions/device-trust.ts'
import { knownDeviceOf } from '../sessions/known-devices.ts'
import type { Challenge, OpenChallenge } from './challenge.ts'
import { openChallenge } from './challenge.ts'
import type { GrantedResult } from './complete.ts'
import { completeSignIn } from './complete.ts'
import type { MustEnrollResult } from './must-enroll.ts'
import { openEnrollSession } from './must-enroll.ts'
import { deliveryOf } from './delivery.ts'

export interface StartSignIn {
  readonly account: string
  readonly primary: HostPrimary
  readonly client: Client
  /** What the limiter gives back when the sign-in is completed. */
  readonly charged: Pick<Challenge, 'networkKey' | 'nameKey'>
}

export type StartSignInResult =
  | GrantedResult
  | (OpenChallenge & { readonly challenge: TokenPayloads['challenge'] })
  | MustEnrollResult
  /** `wrong-credentials`: the account is passkey-only, and the answer does not show that. */
  | { readonly status: 'refused'; readonly reason: 'factors-off' | 'wrong-credentials' }

const hidden: StartSignInResult = { status: 'refused', reason: 'wrong-credentials' }

/**
 * What is answered before the use case runs: where only passkeys open an account, a right password takes no longer than
 * a wrong one.
 */
export function answerAtOnce(state: AccountState): StartSignInResult | null {
  return hasFactor(state) && state.passkey.only ? hidden : null
}

/** The host has checked the primary authentication. If the account has a factor, it is asked for. */
export const startSignIn: UseCase<StartSignIn, StartSignInResult> = (state, command, context, results) => {
  // The grace of a policy begins here, with or without a factor. So removing a factor gives no more time [ROL-7].
  const question = graceQuestion(state, context)
  const asked = { ...state, requiredAt: graceStart(question) }
  if (!hasFactor(state)) {
    return requirement(question) === 'enroll-now' ? mustEnroll(asked, command, context) : enter(asked, command, context)
  }
  if (state.passkey.only) return refuse(asked, command, context)
  const trust = deviceTrust(asked, command.client, context)
  if (trust === 'none') return challenge(asked, command, context, results)
  if (trust === 'void') return distrust(asked, command, context, results)
  const rotated = (entered: AccountState): ReturnType<typeof rotateTrust> => rotateTrust(entered, trust, context)
  return enter(asked, command, context, rotated)
}

function graceQuestion(state: AccountState, { settings, now }: Context): Parameters<typeof requirement>[0] {
  const account = { hasFactor: hasFactor(state), graceStartedAt: state.requiredAt }
  return { policy: settings.policy, account, now }
}

/** The answer reads like that for a wrong password. The history has the reason. */
function refuse(state: AccountState, { primary, client }: StartSignIn, { now }: Context): Step<StartSignInResult> {
  const noticed = noticeFailure(state, { client, now, isStrange: knownDeviceOf(state, client) === null })
  return commit({ ...state, notices: noticed.notices }, hidden, {
    events: [{ type: 'authn_login_refuse', values: { primary, reason: 'passkey-only' } }],
    messages: noticed.messages,
  })
}

/**
 * The device showed an outdated text: whoever used the one after it may be a thief. So the trust and the sessions that
 * it opened end, the owner is told, and a factor is needed [SES-10].
 */
function distrust(
  state: AccountState,
  command: StartSignIn,
  context: Context,
  results: TaskResults,
): Step<StartSignInResult> {
  const device: KnownDevice | null = knownDeviceOf(state, command.client)
  if (device === null) return challenge(state, command, context, results)
  const withdrawn = withdrawTrust(state, device)
  const step = challenge(withdrawn.state, command, context, results)
  if (!('commit' in step)) return step
  const { events, messages } = step.commit
  const { now } = context
  const mail = notice({ template: 'device-trust-copied', at: now, ...addressAndBrowser(command.client) }, now)
  return { commit: { ...step.commit, events: [...withdrawn.events, ...events], messages: [mail, ...messages] } }
}

/** Sends a code at once, if the factor to ask for first has codes that are sent. */
function sendFirst(
  state: AccountState,
  { client }: StartSignIn,
  id: string,
  context: Context,
  results: TaskResults,
): SendAnswer | null {
  const source = sourceOf(state, client)
  const preferred = preferredFactor(state, context.settings, source)
  const sender = preferred === null ? null : senderOf(state, [preferred])
  if (sender === null) return null
  if (waitUntil(state, source, guessCost(state, context.settings), context.now) !== null) return null
  return sender.send({ purpose: 'login', id, own: source.kind === 'device' }, context, results)
}

function challenge(
  state: AccountState,
  command: StartSignIn,
  context: Context,
  results: TaskResults,
): Step<StartSignInResult> {
  const { account, primary, client, charged } = command
  const { now, settings } = context
  const source = sourceOf(state, client)
  const id = newId(context.entropy, 'challenge')
  const expiresAt = now + settings.challengeMs
  const payload: Challenge = {
    account,
    id,
    epoch: state.epoch,
    ...nextMark(state),
    source: source.id,
    expiresAt,
    primary,
    primaryAt: now,
    passwords: state.passwords,
    ...charged,
  }
  const answer = sendFirst(state, command, id, context, results)
  if (answer?.status === 'need') return need(answer.tasks)
  const sent = answer?.status === 'sent' ? answer : null
  const delivery = answer === null ? null : deliveryOf(answer)
  const retryAt = waitUntil(state, source, guessCost(state, settings), now)
  const opened = openChallenge(state, payload, context, { reason: null, retryAt, source, delivery })
  const asked = {
    primary,
    challenge: id,
    factors: liveFactors(state, settings, source),
    knownDevice: source.kind === 'device',
    ...(delivery?.status === 'refused' ? { smsRefused: delivery.reason } : {}),
  }
  return commit(sent?.state ?? state, opened.status === 'refused' ? opened : { ...opened, challenge: payload }, {
    events: [{ type: 'mfa_challenge', values: asked }, ...(sent === null ? [] : [sent.event])],
    messages: sent === null ? [] : [sent.message],
  })
}

function enter(
  state: AccountState,
  { account, primary, client }: StartSignIn,
  context: Context,
  rotated?: (state: AccountState) => ReturnType<typeof rotateTrust>,
): Step<StartSignInResult> {
  const session = { primary, primaryAt: context.now, factor: null, ...primaryLevel(primary) }
  const { failures } = state.throttle
  const trust = rotated === undefined ? {} : { rotated }
  return completeSignIn(state, { account, client, session, failures, trust: false, ...trust }, context)
}

function mustEnroll(state: AccountState, command: StartSignIn, context: Context): Step<StartSignInResult> {
  const { account, primary, client } = command
  const entry = { account, client, needs: context.settings.methods, primary, factor: null }
  const { state: opened, outcome } = openEnrollSession(state, entry, context)
  const values = { primary, until: outcome.until }
  return commit(opened, outcome, { events: [{ type: 'mfa_required', values }] })
}
