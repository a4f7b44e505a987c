import type { Method } from '../../factor.ts'
import { enrolledMethods } from './live-factors.ts'
import type { Authorization } from '../sessions/session.ts'
import { authorize } from '../sessions/session.ts'
import type { UseCase } from '../record/step.ts'
import { decided, done, ready } from '../record/step.ts'

export interface PreferFactor {
  readonly auth: Authorization
  readonly factor: Method
}

export type PreferFactorResult =
  { readonly ok: true } | { readonly ok: false; readonly reason: 'signed-out' | 'not-on' }

/** What the owner is asked for first. It opens nothing that was closed, so no proof is asked. */
export const preferFactor: UseCase<PreferFactor, PreferFactorResult> = {
  plan(state, { auth, factor }, { now }) {
    const authorized = authorize(state, auth, now)
    if (!authorized.ok) return done(authorized)
    return enrolledMethods(state).includes(factor) ? ready : done({ ok: false, reason: 'not-on' })
  },
  decide: (state, { factor }) =>
    decided<PreferFactorResult>(
      { ...state, preferred: factor },
      { ok: true },
      { events: [{ type: 'mfa_prefer', values: { factor } }] },
    ),
}
