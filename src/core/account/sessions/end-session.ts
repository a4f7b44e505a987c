import type { DraftEvent } from '../../events/catalogue.ts'
import { referenceTo } from '../record/ids.ts'
import type { UseCase } from '../record/step.ts'
import { commit, done } from '../record/step.ts'
import type { Authorization } from './authorization.ts'
import { authorize } from './authorization.ts'
import { endTrustOf, trustedDevices } from './device-trust.ts'

export interface EndSession {
  readonly auth: Authorization
  /** Null: the acting session signs out. */
  readonly session: string | null
}

export type EndSessionResult =
  { readonly ok: true } | { readonly ok: false; readonly reason: 'signed-out' | 'not-found' }

/**
 * Ends one session. If a list named it, somebody else may sit there: the trust of its browser ends too, or the next
 * sign-in there would need no factor. Signing out oneself keeps the trust, which is for the next sign-in.
 */
export const endSession: UseCase<EndSession, EndSessionResult> = (state, { auth, session }, { now }) => {
  const authorized = authorize(state, auth, now, 'any')
  if (!authorized.ok) return done(authorized)
  const acting = authorized.session?.id ?? null
  const ended = session ?? acting
  const found = state.sessions.find(({ id }) => id === ended)
  if (found === undefined) return done({ ok: false, reason: 'not-found' })
  const left = { ...state, sessions: state.sessions.filter((one) => one !== found) }
  const target = ended === acting ? {} : { target: referenceTo(found.id) }
  const event: DraftEvent = { type: 'session_end', values: { ended: 1, ...target } }
  const device = session === null ? undefined : trustedDevices(state).find(({ id }) => id === found.deviceId)
  if (device === undefined) return commit(left, { ok: true }, { events: [event] })
  const values = { ended: 1, reason: 'session', device: referenceTo(device.id) }
  const events: readonly DraftEvent[] = [event, { type: 'device_trust_end', values }]
  return commit(endTrustOf(left, device.id), { ok: true }, { events })
}
