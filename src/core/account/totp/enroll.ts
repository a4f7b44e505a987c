import { derive } from '../../hmac.ts'
import { limits } from '../../limits.ts'
import { generateSecret } from '../../otp/secret.ts'
import type { EnrollRefusal } from '../factors/enrollment.ts'
import { authorizeEnrollment } from '../factors/enrollment.ts'
import type { Authorization } from '../sessions/session.ts'
import { newId, spendProof } from '../sessions/session.ts'
import type { TotpEnrollment } from '../record/state.ts'
import type { UseCase } from '../record/step.ts'
import { decided, done, ready } from '../record/step.ts'

export interface EnrollTotp {
  readonly auth: Authorization
  readonly label: string
  readonly switching: boolean
}

export type EnrollTotpResult =
  | {
      readonly ok: true
      readonly enrollment: Omit<TotpEnrollment, 'secret' | 'session' | 'failures' | 'switching'>
      /** Shown once [URI-9]. */
      readonly secret: Uint8Array
      /** ms since epoch */
      readonly expiresAt: number
    }
  | { readonly ok: false; readonly reason: EnrollRefusal | 'too-many-authenticators' }

/** Step 1: a new secret, pending until a code from the app confirms it. A new enrollment replaces a pending one. */
export const enrollTotp: UseCase<EnrollTotp, EnrollTotpResult> = {
  plan(state, command, context) {
    const authorized = authorizeEnrollment(state, command, 'totp', context)
    if (!authorized.ok) return done(authorized)
    return state.totp.authenticators.length >= limits.totpAuthenticators
      ? done({ ok: false, reason: 'too-many-authenticators' })
      : ready
  },
  decide(state, { auth, label, switching }, { now, entropy, settings }) {
    const { algorithm, digits, period } = settings.totp
    const secret = generateSecret({ entropy: derive(entropy, 'totp-secret', 64), algorithm })
    const enrollment = { id: newId(entropy, 'totp-authenticator'), label, algorithm, digits, period, startedAt: now }
    const session = auth.kind === 'grant' ? auth.grant.session : null
    const pending: TotpEnrollment = { ...enrollment, secret: { seal: secret }, session, failures: 0, switching }
    return decided<EnrollTotpResult>(
      spendProof({ ...state, totp: { ...state.totp, enrollment: pending } }, auth, now),
      { ok: true, enrollment, secret, expiresAt: now + limits.enrollmentMs },
      { events: [{ type: 'mfa_enroll_start', values: { factor: 'totp', authenticator: enrollment.id, label } }] },
    )
  },
}
