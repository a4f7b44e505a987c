import { limits } from '../../limits.ts'
import { graceStart, requirement } from '../../policy/requirement.ts'
import type { TokenPayloads } from '../../token/index.ts'
import type { GrantedResult } from './complete.ts'
import { completeSignIn } from './complete.ts'
import type { OpenChallenge, SmsDelivery } from './challenge.ts'
import { openChallenge } from './challenge.ts'
import { sourceAt } from '../guessing/typed-code.ts'
import { noticeFailure } from '../guessing/verdict.ts'
import { deviceTrust, rotateTrust, withdrawTrust } from '../sessions/device-trust.ts'
import type { TaskResult } from '../record/tasks.ts'
import type { HostPrimary, Method } from '../../factor.ts'
import { primaryLevel } from '../../factor.ts'
import { hasFactor, liveFactors, preferredFactor } from '../factors/live-factors.ts'
import { addSession, grantOf, knownDeviceOf, newId, newSession, referenceTo } from '../sessions/session.ts'
import type { SendPlan, SendRequest } from '../sms/code.ts'
import { planSend, sendCode, sendToNumber } from '../sms/code.ts'
import type { AccountState } from '../record/state.ts'
import { waitUntil } from '../guessing/throttle.ts'
import type { Client, Context, Decision, UseCase } from '../record/step.ts'
import { decided, ready } from '../record/step.ts'

export interface StartSignIn {
  readonly account: string
  readonly primary: HostPrimary
  readonly client: Client
}

export type StartSignInResult =
  | GrantedResult
  | (OpenChallenge & { readonly challenge: TokenPayloads['challenge'] })
  | {
      readonly status: 'enroll'
      readonly grant: TokenPayloads['grant']
      readonly needs: readonly Method[]
      /** ms since epoch */
      readonly until: number
    }
  /** `wrong-credentials`: only passkeys open the account, and nobody outside is told. */
  | { readonly status: 'refused'; readonly reason: 'factors-off' | 'wrong-credentials' }

/** The host vouches for the primary authentication; whatever it was, a factor is asked if there is one. */
export const startSignIn: UseCase<StartSignIn, StartSignInResult> = {
  plan(state, command, context, evidence) {
    const plan = plannedSend(state, command, context, evidence)
    return plan?.status === 'need' ? { step: 'need', tasks: plan.proofs } : ready
  },
  decide(state, command, context, evidence) {
    // The clock of a policy's grace starts here, with or without a factor: removing one buys no time [ROL-7].
    const question = graceQuestion(state, context)
    const asked = { ...state, requiredAt: graceStart(question) }
    if (!hasFactor(state)) return enter(asked, command, context, requirement(question) === 'enroll-now')
    if (state.passkey.only) return refuse(asked, command, context)
    const trust = deviceTrust(asked, command.client, context)
    if (trust === 'none') return challenge(asked, command, context, evidence)
    if (trust === 'void') return distrust(asked, command, context, evidence)
    const { account, primary, client } = command
    const session = { primary, primaryAt: context.now, factor: null, ...primaryLevel(primary) }
    return completeSignIn<StartSignInResult>(
      asked,
      {
        account,
        client,
        session,
        failures: state.throttle.failures,
        trust: false,
        rotated: (entered) => rotateTrust(entered, trust, context),
      },
      context,
    )
  },
}

function graceQuestion(state: AccountState, { settings, now }: Context): Parameters<typeof requirement>[0] {
  const account = { hasFactor: hasFactor(state), graceStartedAt: state.requiredAt }
  return { policy: settings.policy, account, now }
}

/** Outside it reads like a wrong password; the history has the reason. */
function refuse(state: AccountState, { primary, client }: StartSignIn, { now }: Context): Decision<StartSignInResult> {
  const told = noticeFailure(state, { client, now, strange: knownDeviceOf(state, client) === null })
  return decided<StartSignInResult>(
    { ...state, notices: told.notices },
    { status: 'refused', reason: 'wrong-credentials' },
    {
      events: [{ type: 'authn_login_refuse', values: { primary, reason: 'passkey-only' } }],
      messages: told.messages,
    },
  )
}

function distrust(
  state: AccountState,
  command: StartSignIn,
  context: Context,
  evidence: readonly TaskResult[],
): Decision<StartSignInResult> {
  const device = knownDeviceOf(state, command.client)
  if (device === null) return challenge(state, command, context, evidence)
  const decision = challenge(withdrawTrust(state, device), command, context, evidence)
  const values = { ended: 1, reason: 'replayed', device: referenceTo(device.id) }
  return { ...decision, events: [{ type: 'device_trust_end', values }, ...decision.events] }
}

/** The code that goes out by itself where codes by SMS are what the account is asked for first. */
function sendOf(state: AccountState, { client }: StartSignIn, { settings, entropy, now }: Context): SendRequest | null {
  if (state.passkey.only || preferredFactor(state, settings) !== 'sms') return null
  if (waitUntil(state.throttle, sourceAt(state, client), now) !== null) return null
  const own = knownDeviceOf(state, client) !== null
  return sendToNumber(state, { purpose: 'login', request: newId(entropy, 'challenge'), own })
}

function plannedSend(
  state: AccountState,
  command: StartSignIn,
  context: Context,
  evidence: readonly TaskResult[],
): SendPlan | null {
  const isTrusted = typeof deviceTrust(state, command.client, context) === 'object'
  const send = isTrusted ? null : sendOf(state, command, context)
  return send === null ? null : planSend(state, send, context, evidence)
}

function challenge(
  state: AccountState,
  command: StartSignIn,
  context: Context,
  evidence: readonly TaskResult[],
): Decision<StartSignInResult> {
  const { account, primary, client } = command
  const { now, settings } = context
  const payload: TokenPayloads['challenge'] = {
    account,
    id: newId(context.entropy, 'challenge'),
    epoch: state.epoch,
    expiresAt: now + settings.challengeMs,
    primary,
    primaryAt: now,
  }
  const send = sendOf(state, command, context)
  const plan = send === null ? null : planSend(state, send, context, evidence)
  const sent = send !== null && plan?.status === 'ready' ? sendCode(state, send, plan, context) : null
  const sms = send === null || plan === null ? null : delivery(send.to.masked, plan, sent)
  const retryAt = waitUntil(state.throttle, sourceAt(state, client), now)
  const opened = openChallenge(state, payload, context, { reason: null, retryAt, sms })
  return decided<StartSignInResult>(
    sent?.state ?? state,
    opened.status === 'refused' ? opened : { ...opened, challenge: payload },
    {
      events: [
        {
          type: 'mfa_challenge',
          values: {
            primary,
            challenge: payload.id,
            factors: liveFactors(state, settings),
            knownDevice: knownDeviceOf(state, client) !== null,
            ...(sms?.status === 'refused' ? { smsRefused: sms.reason } : {}),
          },
        },
        ...(sent === null ? [] : [sent.event]),
      ],
      messages: sent === null ? [] : [sent.message],
    },
  )
}

/** What the page is told of a code that was to be sent. */
export function delivery(
  to: string,
  plan: SendPlan,
  sent: { readonly resendAt: number; readonly expiresAt: number } | null,
): SmsDelivery {
  if (sent !== null) return { status: 'queued', to, resendAt: sent.resendAt, expiresAt: sent.expiresAt }
  const { reason, retryAt } = plan.status === 'refused' ? plan : { reason: 'denied' as const, retryAt: null }
  return { status: 'refused', to, reason, retryAt }
}

function enter(
  state: AccountState,
  { account, primary, client }: StartSignIn,
  context: Context,
  mustEnroll: boolean,
): Decision<StartSignInResult> {
  const { now, settings } = context
  const session = { primary, primaryAt: now, factor: null, ...primaryLevel(primary) }
  if (!mustEnroll) {
    const { failures } = state.throttle
    return completeSignIn<StartSignInResult>(state, { account, client, session, failures, trust: false }, context)
  }
  const needs = settings.methods
  const limited = newSession(context, client, { ...session, kind: 'enroll', needs, deviceId: null })
  const entered = addSession(state, limited)
  const until = now + limits.enrollGrantMs
  return decided<StartSignInResult>(
    entered,
    { status: 'enroll', grant: grantOf(account, entered, limited), needs, until },
    { events: [{ type: 'mfa_required', values: { primary, until } }] },
  )
}
