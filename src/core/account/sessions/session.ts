import { limits } from '../../limits.ts'
import type { Client, Context } from '../record/context.ts'
import { newId } from '../record/ids.ts'
import type { AccountState, Session } from '../record/state.ts'
import { shortUserAgent } from './known-devices.ts'

/** The fields of a new session that the sign-in sets. */
export type SessionStart = Omit<Session, 'id' | 'createdAt' | 'ip' | 'userAgent' | 'needs' | 'trusted'> &
  Partial<Pick<Session, 'needs' | 'trusted'>>

export function newSession({ entropy, now }: Context, client: Client, start: SessionStart): Session {
  return {
    id: newId(entropy, 'session'),
    createdAt: now,
    ip: client.ip,
    userAgent: start.deviceId === null ? shortUserAgent(client) : null,
    needs: [],
    trusted: false,
    ...start,
  }
}

/** If there are too many sessions, the oldest is dropped and thereby signed out. */
export function addSession(state: AccountState, session: Session): AccountState {
  return { ...state, sessions: [...state.sessions, session].slice(-limits.sessions) }
}
