import type { Method } from '../../factor.ts'
import { commit, done } from '../record/step.ts'
import type { Authorization } from '../sessions/authorization.ts'
import { authorize } from '../sessions/authorization.ts'
import { enrolledMethods } from './live-factors.ts'
import type { ChangeUseCase } from '../sessions/changes.ts'
import { asChange } from '../sessions/changes.ts'

export interface PreferFactor {
  readonly auth: Authorization
  /** Null: what was asked for is no factor. */
  readonly factor: Method | null
}

export type PreferFactorResult =
  { readonly ok: true } | { readonly ok: false; readonly reason: 'signed-out' | 'not-on' }

/** Sets the factor to ask for first. It opens nothing that was closed, so it needs no proof. */
export const preferFactor: ChangeUseCase<PreferFactor, PreferFactorResult> = /* @__PURE__ */ asChange<
  PreferFactor,
  PreferFactorResult
>((state, { auth, factor }, { now }) => {
  const authorized = authorize(state, auth, now)
  if (!authorized.ok) return done(authorized)
  if (factor === null || !enrolledMethods(state).includes(factor)) return done({ ok: false, reason: 'not-on' })
  const preferred = { ...state, preferred: factor }
  return commit(preferred, { ok: true }, { events: [{ type: 'mfa_prefer', values: { factor } }] })
})
