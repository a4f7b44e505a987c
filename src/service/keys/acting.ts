import type { Actor } from '../../core/account/record/context.ts'
import { isRecent } from '../../core/account/record/recent.ts'
import type { Authorization } from '../../core/account/sessions/authorization.ts'
import type { RecordMark } from '../../core/record/mark.ts'
import type { SystemAct } from './as-system.ts'
import { isSystemAct } from './as-system.ts'
import type { Installation } from './installation.ts'
import { openToken } from './tokens.ts'

/** Whose call it is: a grant from the host's session, or {@link SystemAct}. Anything else reads as signed out. */
export type GrantInput = string | SystemAct | null | undefined

/** Who acts, as far as the grant itself says. Whether the grant still counts is in the record. */
export interface Acting {
  readonly accountId: string
  readonly auth: Authorization
  readonly actor: Actor
  readonly session: string | null
}

/** Which record gave out the grant. Null for a script, which has none. */
export function markOf({ auth }: Acting): RecordMark | null {
  return auth.kind === 'grant' ? auth.grant : null
}

/** How old a grant may be, and by which time. */
export interface GrantAge {
  readonly now: number
  readonly sessionMs: number
}

/** Null: signed out. A grant has an end of its own [SES-5]. */
export function readActing(
  installation: Installation,
  { grant, proof }: { readonly grant: GrantInput; readonly proof?: unknown },
  { now, sessionMs }: GrantAge,
): Acting | null {
  if (isSystemAct(grant)) {
    const { accountId, reason } = grant
    return { accountId, auth: { kind: 'system' }, actor: { kind: 'system', reason }, session: null }
  }
  const opened = openToken(installation, 'grant', grant)
  if (opened === null || !isRecent(opened.at, sessionMs, now)) return null
  const auth: Authorization = { kind: 'grant', grant: opened, proof: openToken(installation, 'proof', proof) }
  return { accountId: opened.account, auth, actor: { kind: 'user' }, session: opened.session }
}
