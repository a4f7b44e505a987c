import type { Client } from '../record/context.ts'
import type { AccountState } from '../record/state.ts'
import type { Authorization } from '../sessions/authorization.ts'
import { sessionIdOf, sessionOf } from '../sessions/authorization.ts'
import type { Source } from './source.ts'
import { sourceOf } from './source.ts'

/**
 * The source of a call of the security page: the known device of the request, or else the session. A script counts like
 * a session without a device.
 */
export function signedInSource(state: AccountState, client: Client, auth: Authorization): Source {
  const source = sourceOf(state, client)
  if (source.kind === 'device') return source
  const madeOn = sessionOf(state, auth)?.deviceId ?? null
  const isListed = state.knownDevices.some(({ id }) => id === madeOn)
  return { kind: 'session', id: `session:${sessionIdOf(auth) ?? ''}`, device: isListed ? madeOn : null }
}
