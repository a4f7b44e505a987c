import { limits } from '../../limits.ts'
import { isSmsCode, normalizeSmsCode } from '../../sms/code.ts'
import type { ConfirmResult } from '../factors/enrollment.ts'
import { countWrongConfirmation, finishEnrollment, refuseConfirmation, standsAlone } from '../factors/enrollment.ts'
import type { Client, Context } from '../record/context.ts'
import { noFailures } from '../record/hard-count.ts'
import type { AccountState } from '../record/state.ts'
import { withFactor } from '../record/state.ts'
import type { Step, UseCase } from '../record/step.ts'
import { commit, done, need } from '../record/step.ts'
import type { TaskResults } from '../record/tasks.ts'
import { openedBy, openedText, openTask } from '../record/tasks.ts'
import type { Authorization } from '../sessions/authorization.ts'
import { authorize } from '../sessions/authorization.ts'
import { phoneSecret, spendCode } from './code.ts'
import type { SmsAnswer } from './compare.ts'
import { compareWithSent, isAwaited } from './compare.ts'
import { pendingNumber } from './pending.ts'
import type { SmsEnrollment, SmsNumber } from './state.ts'
import { countUnproven, unprovenFailures } from './unproven.ts'

export interface ConfirmSms {
  readonly auth: Authorization
  readonly code: string
  readonly client: Client
}

/** `expired`: the code ran out, or another one replaced it. */
export type ConfirmSmsResult = ConfirmResult<'expired'>

const pendingPath = 'state/sms/enrollment/phone'

/** The code that came to the number confirms it. A former number is removed in the same commit. */
export const confirmSms: UseCase<ConfirmSms, ConfirmSmsResult> = (state, command, context, results) => {
  const { now, settings } = context
  const authorized = authorize(state, command.auth, now, 'sms')
  if (!authorized.ok) return done(refuseConfirmation('signed-out'))
  const { session } = authorized
  const enrollment = pendingNumber(state, session?.id ?? null, now)
  if (enrollment === null || !settings.methods.includes('sms')) return done(refuseConfirmation('no-enrollment'))
  const { id, masked, country, switching } = enrollment
  const failures = unprovenFailures(state, now)
  if (!switching && !standsAlone(state, 'sms', settings)) return done(refuseConfirmation('deactivate-first'))

  const answer = compare(state, enrollment, command.code, context, results)
  if (answer.status === 'need') return need(answer.tasks)
  if (answer.status === 'wrong') return refuseWrong(state, enrollment, failures, now)
  if (answer.status !== 'matched') return done(refuseConfirmation(answer.status, limits.enrollmentTries - failures))

  const after = withNumber(state, numberOf(enrollment, now, results))
  const former = state.sms.number
  return finishEnrollment(
    {
      method: 'sms',
      authenticator: id,
      label: masked,
      before: state,
      after,
      session,
      switching,
      events: [{ type: 'sms_verify', values: { purpose: 'verify-number', country } }],
      replaced: former && { authenticator: former.id, label: former.masked },
    },
    command,
    context,
    results,
  )
}

function numberOf({ id, phone, masked, country, type }: SmsEnrollment, now: number, results: TaskResults): SmsNumber {
  const opened = openedText(openedBy(results, openTask(pendingPath, phone)))
  return { id, phone: phoneSecret(opened), masked, country, type, createdAt: now, lastUsedAt: null }
}

function withNumber(state: AccountState, number: SmsNumber): AccountState {
  const { failures, number: former } = state.sms
  // After the hard stop, confirming a number enrolls SMS anew. Otherwise the count of failures stays.
  const isNew = failures >= limits.hardStop || former === null
  return withFactor(spendCode(state), 'sms', { number, enrollment: null, ...(isNew ? noFailures : {}) })
}

/** Ten wrong codes end the enrollment. A resend or a new enrollment makes a new code, but the count stays [SMS-5]. */
function refuseWrong(
  state: AccountState,
  enrollment: SmsEnrollment,
  before: number,
  now: number,
): Step<ConfirmSmsResult> {
  const { isOver, failures, outcome } = countWrongConfirmation(before)
  const change = { ...countUnproven(failures, now), ...(isOver ? { enrollment: null, code: null } : {}) }
  const values = { factor: 'sms', authenticator: enrollment.id, reason: 'wrong' } as const
  return commit(withFactor(state, 'sms', change), outcome, {
    events: [{ type: 'mfa_enroll_fail', values }],
  })
}

function compare(
  state: AccountState,
  { id, phone }: SmsEnrollment,
  text: string,
  context: Context,
  results: TaskResults,
): SmsAnswer | { readonly status: 'malformed' | 'expired' } {
  const { code } = state.sms
  if (!isSmsCode(normalizeSmsCode(text))) return { status: 'malformed' }
  if (code === null || !isAwaited(code, { purpose: 'verify-number', id, number: id }, context)) {
    return { status: 'expired' }
  }
  return compareWithSent({ code, path: pendingPath, phone }, text, results)
}
