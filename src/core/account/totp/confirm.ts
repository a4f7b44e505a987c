import { limits } from '../../limits.ts'
import { verifyTotp } from '../../otp/totp.ts'
import type { ConfirmResult } from '../factors/enrollment.ts'
import { countWrongConfirmation, finishEnrollment, refuseConfirmation, standsAlone } from '../factors/enrollment.ts'
import type { Use } from '../factors/rules.ts'
import type { Client } from '../record/context.ts'
import { noFailures } from '../record/hard-count.ts'
import { isRecent } from '../record/recent.ts'
import type { AccountState, Session } from '../record/state.ts'
import { withFactor } from '../record/state.ts'
import type { Step, UseCase } from '../record/step.ts'
import { commit, done, need } from '../record/step.ts'
import { openedBy, openTask } from '../record/tasks.ts'
import type { Authorization } from '../sessions/authorization.ts'
import { authorize } from '../sessions/authorization.ts'
import { deviceIdOf } from '../sessions/known-devices.ts'
import type { TotpAuthenticator, TotpEnrollment } from './state.ts'
import { placeOf } from './used-again.ts'

export interface ConfirmTotp {
  readonly auth: Authorization
  readonly code: string
  readonly client: Client
}

/** Steps 2 and 3: a code confirms the authenticator. With the first factor come the backup codes. */
export const confirmTotp: UseCase<ConfirmTotp, ConfirmResult> = (state, command, context, results) => {
  const { now, settings } = context
  const authorized = authorize(state, command.auth, now, 'totp')
  if (!authorized.ok) return done(refuseConfirmation('signed-out'))
  const enrollment = pendingEnrollment(state, authorized.session, now)
  if (enrollment === null || !settings.methods.includes('totp')) return done(refuseConfirmation('no-enrollment'))
  const { switching, algorithm, digits, period } = enrollment
  if (!switching && !standsAlone(state, 'totp', settings)) return done(refuseConfirmation('deactivate-first'))

  const task = openTask('state/totp/enrollment/secret', enrollment.secret)
  const secret = openedBy(results, task)
  if (task !== null && secret === undefined) return need([task])
  if (!secret) return refuseWrong(state, enrollment, 'wrong')
  const { window } = settings.totp
  const answer = verifyTotp({ secret, code: command.code, now, window, algorithm, digits, period })
  if (!answer.ok) return refuseWrong(state, enrollment, answer.reason)

  const { session } = authorized
  const device = session?.kind === 'enroll' ? deviceIdOf(state, command.client, context) : (session?.deviceId ?? null)
  const use = { client: command.client, device, now }
  const authenticator = { ...confirmed(enrollment, answer, use), secret: { seal: secret } }
  // After the hard stop, TOTP is enrolled anew. The former authenticators do not come back.
  const isOff = state.totp.failures >= limits.hardStop
  const after = withFactor(state, 'totp', {
    authenticators: [...(isOff ? [] : state.totp.authenticators), authenticator],
    enrollment: null,
    ...(isOff ? noFailures : {}),
  })
  const { id, label } = enrollment
  const shown = { method: 'totp', authenticator: id, label, before: state, after, session, switching } as const
  return finishEnrollment(shown, command, context, results)
}

/** Confirming counts as a use of the code: its step is spent [TOTP-15]. */
function confirmed(
  { id, label, algorithm, digits, period }: TotpEnrollment,
  { step, drift }: { readonly step: number; readonly drift: number },
  use: Use,
): Omit<TotpAuthenticator, 'secret'> {
  return {
    id,
    label,
    algorithm,
    digits,
    period,
    createdAt: use.now,
    lastUsedAt: null,
    lastStep: step,
    usedFrom: placeOf(use),
    drift: Math.abs(drift) <= limits.learnedDrift ? drift : 0,
  }
}

function refuseWrong(
  state: AccountState,
  enrollment: TotpEnrollment,
  reason: 'malformed' | 'wrong' | 'replayed',
): Step<ConfirmResult> {
  if (reason === 'malformed') {
    return done(refuseConfirmation('malformed', limits.enrollmentTries - enrollment.failures))
  }
  const { isOver, failures, outcome } = countWrongConfirmation(enrollment.failures)
  return commit(withFactor(state, 'totp', { enrollment: isOver ? null : { ...enrollment, failures } }), outcome, {
    events: [{ type: 'mfa_enroll_fail', values: { factor: 'totp', authenticator: enrollment.id, reason } }],
  })
}

function pendingEnrollment(state: AccountState, session: Session | null, now: number): TotpEnrollment | null {
  const { enrollment } = state.totp
  if (enrollment === null || !isRecent(enrollment.startedAt, limits.enrollmentMs, now)) return null
  return enrollment.session === (session?.id ?? null) ? enrollment : null
}
