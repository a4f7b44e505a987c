import { limits } from '../../limits.ts'
import type { Client, Context } from '../record/context.ts'
import { newId } from '../record/ids.ts'
import type { AccountState, Session } from '../record/state.ts'
import { shortUserAgent } from './known-devices.ts'

/** What a sign-in knows of the session that it makes. */
export type SessionStart = Omit<Session, 'id' | 'createdAt' | 'ip' | 'userAgent' | 'needs' | 'trusted'> &
  Partial<Pick<Session, 'needs' | 'trusted'>>

export function newSession({ entropy, now }: Context, client: Client, start: SessionStart): Session {
  return {
    id: newId(entropy, 'session'),
    createdAt: now,
    ip: client.ip,
    userAgent: shortUserAgent(client),
    needs: [],
    trusted: false,
    ...start,
  }
}

/** The oldest of too many falls out, and is thereby signed out. */
export function addSession(state: AccountState, session: Session): AccountState {
  return { ...state, sessions: [...state.sessions, session].slice(-limits.sessions) }
}
