import { limits } from '../../limits.ts'
import { isSmsCode, normalizeSmsCode } from '../../sms/code.ts'
import type { CodeCheck } from '../guessing/check-code.ts'
import { compareSms } from '../guessing/check-code.ts'
import { addressAndBrowser } from '../guessing/verdict.ts'
import { codesToHash, finishEnrollment, standsAlone } from '../factors/enrollment.ts'
import type { TaskResult } from '../record/tasks.ts'
import { openedText, openTask, resultOf } from '../record/tasks.ts'
import { notice } from '../record/notice.ts'
import type { Authorization } from '../sessions/session.ts'
import { authorize, isRecent } from '../sessions/session.ts'
import { isLiveCode, phoneSecret, spendCode } from './code.ts'
import type { AccountState, Session, SmsEnrollment, SmsNumber } from '../record/state.ts'
import type { Client, Context, Decision, UseCase } from '../record/step.ts'
import { decided, done, ready } from '../record/step.ts'
import type { ConfirmResult } from '../totp/confirm.ts'

export interface ConfirmSms {
  readonly auth: Authorization
  readonly code: string
  readonly client: Client
}

/** `expired`: the code ran out, or another took its place. */
export type ConfirmSmsResult = ConfirmResult<'expired'>

const phonePath = 'state/sms/enrollment/phone'

/** The code that came to the number proves it. A number that was on goes in the same commit. */
export const confirmSms: UseCase<ConfirmSms, ConfirmSmsResult> = {
  plan(state, command, context, evidence) {
    const authorized = authorize(state, command.auth, context.now, 'sms')
    if (!authorized.ok) return done({ ok: false, reason: 'signed-out', triesLeft: null })
    const enrollment = pending(state, authorized.session, context.now)
    if (enrollment === null || !context.settings.methods.includes('sms')) {
      return done({ ok: false, reason: 'no-enrollment', triesLeft: null })
    }
    if (!enrollment.switching && !standsAlone(state, 'sms', context.settings)) {
      return done({ ok: false, reason: 'deactivate-first', triesLeft: null })
    }
    const check = compared(state, enrollment, command, context, evidence)
    if (check.status === 'need') return { step: 'need', tasks: check.proofs }
    if (check.status === 'malformed' || check.status === 'expired') {
      const triesLeft = limits.enrollmentTries - enrollment.failures
      return done({ ok: false, reason: check.status, triesLeft })
    }
    const proofs = check.status === 'matched' ? codesToHash(state, context, evidence) : null
    return proofs === null ? ready : { step: 'need', tasks: proofs }
  },

  decide(state, command, context, evidence) {
    const authorized = authorize(state, command.auth, context.now, 'sms')
    const session = authorized.ok ? authorized.session : null
    const enrollment = pending(state, session, context.now)
    if (enrollment === null) return decided(state, { ok: false, reason: 'no-enrollment', triesLeft: null })
    const check = compared(state, enrollment, command, context, evidence)
    if (check.status !== 'matched') return refuse(state, enrollment)

    const { id, masked, country, type, switching } = enrollment
    const proof = openTask(phonePath, enrollment.phone)
    const phone = openedText(proof === null ? null : resultOf(evidence, proof))
    const number: SmsNumber = {
      id,
      phone: phoneSecret(phone),
      masked,
      country,
      type,
      createdAt: context.now,
      lastUsedAt: null,
    }
    const spent = spendCode(state)
    // A number that the hard stop switched off is bound anew by proving one; counts of a number that works stay.
    const failures = state.sms.failures >= limits.hardStop || state.sms.number === null ? 0 : state.sms.failures
    const after = { ...spent, sms: { ...spent.sms, number, enrollment: null, failures } }
    const confirmed = {
      method: 'sms',
      authenticator: id,
      label: masked,
      before: state,
      after,
      session,
      switching,
    } as const
    const decision = finishEnrollment<ConfirmSmsResult>(confirmed, command, context, evidence)
    const verified = { type: 'sms_verify', values: { purpose: 'verify-number', country } } as const
    const former = state.sms.number
    if (former === null) return { ...decision, events: [verified, ...decision.events] }
    const removed = { factor: 'sms', authenticator: former.id, label: former.masked } as const
    const seen = addressAndBrowser(command.client)
    const told = { template: 'factor-removed', factor: 'sms', label: former.masked, at: context.now, ...seen } as const
    return {
      ...decision,
      events: [verified, ...decision.events, { type: 'mfa_remove', values: removed }],
      messages: [...decision.messages, notice(told, context.now)],
    }
  },
}

/** Ten wrong codes end the enrollment: a resend makes a new code and forgives none of them [SMS-5]. */
function refuse(state: AccountState, enrollment: SmsEnrollment): Decision<ConfirmSmsResult> {
  const failures = enrollment.failures + 1
  const over = failures >= limits.enrollmentTries
  const sms = over
    ? { ...state.sms, enrollment: null, code: null }
    : { ...state.sms, enrollment: { ...enrollment, failures } }
  return decided<ConfirmSmsResult>(
    { ...state, sms },
    over
      ? { ok: false, reason: 'too-many-tries', triesLeft: 0 }
      : { ok: false, reason: 'wrong', triesLeft: limits.enrollmentTries - failures },
    { events: [{ type: 'mfa_enroll_fail', values: { factor: 'sms', authenticator: enrollment.id, reason: 'wrong' } }] },
  )
}

/** The number that waits to be proven, if this session (or script) began with it. */
export function pending(state: AccountState, session: Session | null, now: number): SmsEnrollment | null {
  const { enrollment } = state.sms
  if (enrollment === null || !isRecent(enrollment.startedAt, limits.enrollmentMs, now)) return null
  return enrollment.session === (session?.id ?? null) ? enrollment : null
}

function compared(
  state: AccountState,
  enrollment: SmsEnrollment,
  { code: text }: ConfirmSms,
  context: Context,
  evidence: readonly TaskResult[],
): CodeCheck {
  const { code } = state.sms
  if (!isSmsCode(normalizeSmsCode(text))) return { status: 'malformed' }
  const awaited =
    code !== null &&
    code.purpose === 'verify-number' &&
    code.request === enrollment.id &&
    code.number === enrollment.id &&
    isLiveCode(code, context)
  if (!awaited) return { status: 'expired' }
  return compareSms({ code, path: phonePath, phone: enrollment.phone }, text, evidence)
}
