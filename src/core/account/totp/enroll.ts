import { derive } from '../../hmac.ts'
import { limits } from '../../limits.ts'
import { generateSecret } from '../../otp/secret.ts'
import type { EnrollRefusal } from '../factors/enrollment.ts'
import { authorizeEnrollment } from '../factors/enrollment.ts'
import { newId } from '../record/ids.ts'
import { withFactor } from '../record/state.ts'
import { commit, done } from '../record/step.ts'
import type { Authorization } from '../sessions/authorization.ts'
import { sessionIdOf, spendProof } from '../sessions/authorization.ts'
import type { TotpEnrollment } from './state.ts'
import type { ChangeUseCase } from '../sessions/changes.ts'
import { asChange } from '../sessions/changes.ts'

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

/** Step 1 makes a new secret. It is pending until a code confirms it. A new enrollment replaces a pending one. */
export const enrollTotp: ChangeUseCase<EnrollTotp, EnrollTotpResult> = /* @__PURE__ */ asChange<
  EnrollTotp,
  EnrollTotpResult
>((state, command, context) => {
  const authorized = authorizeEnrollment(state, command, 'totp', context)
  if (!authorized.ok) return done(authorized)
  if (state.totp.authenticators.length >= limits.totpAuthenticators) {
    return done({ ok: false, reason: 'too-many-authenticators' })
  }
  const { auth, label, switching } = command
  const { now, entropy, settings } = context
  const { algorithm, digits, period } = settings.totp
  const secret = generateSecret({ entropy: derive(entropy, 'totp-secret', 64), algorithm })
  const id = newId(entropy, 'totp-authenticator')
  const enrollment = { id, label, algorithm, digits, period, startedAt: now }
  const pending = { ...enrollment, secret: { seal: secret }, session: sessionIdOf(auth), failures: 0, switching }
  return commit(
    spendProof(withFactor(state, 'totp', { enrollment: pending }), auth, now),
    { ok: true, enrollment, secret, expiresAt: now + limits.enrollmentMs },
    { events: [{ type: 'mfa_enroll_start', values: { factor: 'totp', authenticator: id, label } }] },
  )
})
