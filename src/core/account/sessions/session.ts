import { limits } from '../../limits.ts'
import type { Client, Context } from '../record/context.ts'
import { newId } from '../record/ids.ts'
import { isRecent } from '../record/recent.ts'
import type { AccountState, Session } from '../record/state.ts'
import { shortUserAgent } from './known-devices.ts'

/** The fields of a new session that the sign-in sets. */
export type SessionStart = Omit<
  Session,
  'id' | 'createdAt' | 'renewedAt' | 'ip' | 'userAgent' | 'needs' | 'trusted' | 'round' | 'changes'
> &
  Partial<Pick<Session, 'needs' | 'trusted'>>

export function newSession({ entropy, now }: Context, client: Client, start: SessionStart): Session {
  return {
    id: newId(entropy, 'session'),
    createdAt: now,
    renewedAt: now,
    ip: client.ip,
    userAgent: start.deviceId === null ? shortUserAgent(client) : null,
    needs: [],
    trusted: false,
    round: 0,
    changes: null,
    ...start,
  }
}

/**
 * If there are too many sessions, the oldest is dropped, which signs it out. A session at its end is kept until it is
 * over by the clock of every server.
 */
export function addSession(
  state: AccountState,
  session: Session,
  { now, settings }: Pick<Context, 'now' | 'settings'>,
): AccountState {
  const keptMs = settings.sessionMs + limits.clocksApartMs
  const kept = state.sessions.filter(({ renewedAt }) => isRecent(renewedAt, keptMs, now))
  return { ...state, sessions: [...kept, session].slice(-limits.sessions) }
}

/** The sessions whose newest grant still counts. */
export function openSessions(
  { sessions }: AccountState,
  { now, settings }: Pick<Context, 'now' | 'settings'>,
): readonly Session[] {
  return sessions.filter(({ renewedAt }) => isRecent(renewedAt, settings.sessionMs, now))
}
