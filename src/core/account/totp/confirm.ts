import { limits } from '../../limits.ts'
import type { VerifyTotpOutcome } from '../../otp/index.ts'
import { verifyTotp } from '../../otp/totp.ts'
import type { Enrolled } from '../factors/enrollment.ts'
import { codesToHash, finishEnrollment, standsAlone } from '../factors/enrollment.ts'
import { openTask, resultOf } from '../record/tasks.ts'
import type { Authorization } from '../sessions/session.ts'
import { authorize, isRecent } from '../sessions/session.ts'
import type { AccountState, Session, TotpAuthenticator, TotpEnrollment } from '../record/state.ts'
import type { Client, Context, Decision, UseCase } from '../record/step.ts'
import { decided, done, ready } from '../record/step.ts'

export interface ConfirmTotp {
  readonly auth: Authorization
  readonly code: string
  readonly client: Client
}

export type ConfirmResult<Fault = never> =
  | Enrolled
  | {
      readonly ok: false
      readonly reason:
        'signed-out' | 'no-enrollment' | 'malformed' | 'wrong' | 'too-many-tries' | 'deactivate-first' | Fault
      readonly triesLeft: number | null
    }

/** Steps 2 and 3: a code from the app proves the authenticator; with the first factor come the backup codes. */
export const confirmTotp: UseCase<ConfirmTotp, ConfirmResult> = {
  plan(state, command, context, evidence) {
    const authorized = authorize(state, command.auth, context.now, 'totp')
    if (!authorized.ok) return done({ ok: false, reason: 'signed-out', triesLeft: null })
    const enrollment = pending(state, authorized.session, context.now)
    if (enrollment === null || !context.settings.methods.includes('totp')) {
      return done({ ok: false, reason: 'no-enrollment', triesLeft: null })
    }
    if (!enrollment.switching && !standsAlone(state, 'totp', context.settings)) {
      return done({ ok: false, reason: 'deactivate-first', triesLeft: null })
    }

    const proof = openTask('state/totp/enrollment/secret', enrollment.secret)
    const secret = proof === null ? null : resultOf(evidence, proof)
    if (proof !== null && secret === undefined) return { step: 'need', tasks: [proof] }
    const answer = check(enrollment, secret ?? null, command.code, context)
    if (!answer.ok && answer.reason === 'malformed') {
      return done({ ok: false, reason: 'malformed', triesLeft: limits.enrollmentTries - enrollment.failures })
    }
    const proofs = answer.ok ? codesToHash(state, context, evidence) : null
    return proofs === null ? ready : { step: 'need', tasks: proofs }
  },

  decide(state, command, context, evidence) {
    const authorized = authorize(state, command.auth, context.now, 'totp')
    const session = authorized.ok ? authorized.session : null
    const enrollment = pending(state, session, context.now)
    if (enrollment === null) return decided(state, { ok: false, reason: 'no-enrollment', triesLeft: null })
    const proof = openTask('state/totp/enrollment/secret', enrollment.secret)
    const secret = (proof === null ? null : resultOf(evidence, proof)) ?? null
    const answer = check(enrollment, secret, command.code, context)
    if (!answer.ok || secret === null) return refuse(state, enrollment, answer.ok ? 'wrong' : answer.reason)

    const { id, label, algorithm, digits, period, switching } = enrollment
    // Confirming counts as using the code: its step is spent [TOTP-15].
    const authenticator: TotpAuthenticator = {
      id,
      label,
      algorithm,
      digits,
      period,
      secret: { seal: secret },
      createdAt: context.now,
      lastUsedAt: null,
      lastStep: answer.step,
      drift: Math.abs(answer.drift) <= limits.learnedDrift ? answer.drift : 0,
    }
    // TOTP switched off by the hard stop is bound anew: its former authenticators do not come back with it.
    const off = state.totp.failures >= limits.hardStop
    const authenticators = [...(off ? [] : state.totp.authenticators), authenticator]
    const totp = { authenticators, enrollment: null, failures: off ? 0 : state.totp.failures }
    return finishEnrollment<ConfirmResult>(
      { method: 'totp', authenticator: id, label, before: state, after: { ...state, totp }, session, switching },
      command,
      context,
      evidence,
    )
  },
}

function refuse(
  state: AccountState,
  enrollment: TotpEnrollment,
  reason: 'malformed' | 'wrong' | 'replayed',
): Decision<ConfirmResult> {
  const failures = enrollment.failures + 1
  const over = failures >= limits.enrollmentTries
  return decided<ConfirmResult>(
    { ...state, totp: { ...state.totp, enrollment: over ? null : { ...enrollment, failures } } },
    over
      ? { ok: false, reason: 'too-many-tries', triesLeft: 0 }
      : { ok: false, reason: 'wrong', triesLeft: limits.enrollmentTries - failures },
    { events: [{ type: 'mfa_enroll_fail', values: { factor: 'totp', authenticator: enrollment.id, reason } }] },
  )
}

function pending(state: AccountState, session: Session | null, now: number): TotpEnrollment | null {
  const enrollment = state.totp.enrollment
  if (enrollment === null || !isRecent(enrollment.startedAt, limits.enrollmentMs, now)) return null
  return enrollment.session === (session?.id ?? null) ? enrollment : null
}

function check(
  enrollment: TotpEnrollment,
  secret: Uint8Array | null,
  code: string,
  { now, settings }: Context,
): VerifyTotpOutcome {
  if (secret === null) return { ok: false, reason: 'wrong' }
  const { algorithm, digits, period } = enrollment
  return verifyTotp({ secret, code, now, window: settings.totp.window, algorithm, digits, period })
}
