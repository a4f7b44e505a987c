import type { HostPrimary, Method } from '../../factor.ts'
import { limits } from '../../limits.ts'
import type { TokenPayloads } from '../../token/index.ts'
import { primaryLevel } from '../factors/level.ts'
import type { Client, Context } from '../record/context.ts'
import type { AccountState, Session } from '../record/state.ts'
import { grantOf } from '../sessions/epoch.ts'
import { addSession, newSession } from '../sessions/session.ts'

/** The session can enroll one of these methods, and do nothing else. */
export interface MustEnrollResult<Needed extends Method = Method> {
  readonly status: 'enroll'
  readonly grant: TokenPayloads['grant']
  readonly needs: readonly Needed[]
  /** ms since epoch */
  readonly until: number
}

export function openEnrollSession<Needed extends Method>(
  state: AccountState,
  entry: {
    readonly account: string
    readonly client: Client
    readonly needs: readonly Needed[]
    readonly primary: HostPrimary
    readonly factor: Session['factor']
  },
  context: Context,
): { readonly state: AccountState; readonly outcome: MustEnrollResult<Needed> } {
  const { account, client, needs, primary, factor } = entry
  const { now } = context
  const level = primaryLevel(primary)
  const start = { kind: 'enroll', needs, primary, primaryAt: now, factor, ...level, deviceId: null } as const
  const limited = newSession(context, client, start)
  const opened = addSession(state, limited, context)
  const until = now + limits.enrollGrantMs
  return { state: opened, outcome: { status: 'enroll', grant: grantOf(account, opened, limited), needs, until } }
}
