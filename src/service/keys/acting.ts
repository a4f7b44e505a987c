import type { Actor } from '../../core/account/record/context.ts'
import type { Authorization } from '../../core/account/sessions/authorization.ts'
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

/** Null: signed out. */
export function readActing(installation: Installation, grant: GrantInput, proof: unknown): Acting | null {
  if (isSystemAct(grant)) {
    const { accountId, reason } = grant
    return { accountId, auth: { kind: 'system' }, actor: { kind: 'system', reason }, session: null }
  }
  const opened = openToken(installation, 'grant', grant)
  if (opened === null) return null
  const auth: Authorization = { kind: 'grant', grant: opened, proof: openToken(installation, 'proof', proof) }
  return { accountId: opened.account, auth, actor: { kind: 'user' }, session: opened.session }
}
