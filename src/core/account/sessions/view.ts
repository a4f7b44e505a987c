import type { Aal, Amr, Factor, Primary } from '../../factor.ts'
import type { Context } from '../record/context.ts'
import { referenceTo } from '../record/ids.ts'
import type { AccountState } from '../record/state.ts'
import { openSessions } from './session.ts'

/** What a security page shows of an open session. Times are ms since epoch. */
export interface SessionView {
  /** A reference. It can be shown and ends the session, but opens nothing. */
  readonly id: string
  readonly current: boolean
  readonly createdAt: number
  readonly primary: Primary
  readonly factor: Factor | null
  readonly aal: Aal
  readonly amr: readonly Amr[]
  readonly ip: string | null
  readonly userAgent: string | null
  readonly knownDevice: boolean
  /** No factor was needed, because the device was trusted. */
  readonly trusted: boolean
}

export interface TrustedDeviceView {
  readonly id: string
  readonly current: boolean
  readonly userAgent: string | null
  readonly since: number
  readonly lastUsedAt: number
  readonly until: number
}

/** The newest session comes first. */
export function viewSessions(
  state: AccountState,
  current: string | null,
  context: Pick<Context, 'now' | 'settings'>,
): readonly SessionView[] {
  const browsers = new Map(state.knownDevices.map(({ id, userAgent }) => [id, userAgent]))
  return [...openSessions(state, context)].reverse().map((session) => ({
    id: referenceTo(session.id),
    current: session.id === current,
    createdAt: session.createdAt,
    primary: session.primary,
    factor: session.factor,
    aal: session.aal,
    amr: session.amr,
    ip: session.ip,
    userAgent: session.deviceId === null ? session.userAgent : (browsers.get(session.deviceId) ?? null),
    knownDevice: session.deviceId !== null,
    trusted: session.trusted,
  }))
}

/** The device used last comes first. */
export function viewTrustedDevices(
  state: AccountState,
  current: string | null,
  now: number,
): readonly TrustedDeviceView[] {
  const views = state.knownDevices.flatMap(({ id, userAgent, trust }) => {
    if (trust === null || trust.epoch !== state.epoch || trust.until <= now) return []
    const { since, lastUsedAt, until } = trust
    return [{ id: referenceTo(id), current: id === current, userAgent, since, lastUsedAt, until }]
  })
  return views.sort((a, b) => b.lastUsedAt - a.lastUsedAt)
}
