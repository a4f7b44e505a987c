import type { Method } from '../../factor.ts'
import type { StepUpPurpose } from '../../flow.ts'
import { limits } from '../../limits.ts'
import { isMarkOf } from '../../record/mark.ts'
import type { TokenPayloads } from '../../token/index.ts'
import { hasFactor } from '../factors/live-factors.ts'
import { isRecent } from '../record/recent.ts'
import type { AccountState, Session } from '../record/state.ts'
import { isFull, isSpent, spend } from './spent-tokens.ts'

/** On whose behalf a call of the security page is made. */
export type Authorization = UserAuthorization | { readonly kind: 'system' }

export interface UserAuthorization {
  readonly kind: 'grant'
  readonly grant: TokenPayloads['grant']
  readonly proof: TokenPayloads['proof'] | null
}

type Authorized<Refusal> =
  { readonly ok: true; readonly session: Session | null } | { readonly ok: false; readonly reason: Refusal }

/** Which sessions a call accepts: full ones, all, or full ones and those that must enroll this method. */
export type SessionScope = 'full' | 'any' | Method

/** A grant counts while this record made it, its epoch is that of the account, and its session is listed. */
export function authorize(
  state: AccountState,
  auth: Authorization,
  now: number,
  scope: SessionScope = 'full',
): Authorized<'signed-out'> {
  if (auth.kind === 'system') return { ok: true, session: null }
  const session = sessionOf(state, auth)
  const counts = session !== null && auth.grant.epoch === state.epoch && isMarkOf(state.record, auth.grant)
  if (!counts) return { ok: false, reason: 'signed-out' }
  return isInScope(session, scope, now) ? { ok: true, session } : { ok: false, reason: 'signed-out' }
}

function isInScope(session: Session, scope: SessionScope, now: number): boolean {
  if (session.kind === 'full') return true
  if (!isRecent(session.createdAt, limits.enrollGrantMs, now)) return false
  return scope === 'any' || session.needs.some((method) => method === scope)
}

export type SensitiveRefusal = 'signed-out' | 'step-up' | 'reauthenticate' | 'busy'

/** A sensitive change needs a fresh proof. While there is no factor, it needs a fresh primary authentication. */
export function authorizeChange(
  state: AccountState,
  auth: Authorization,
  purpose: StepUpPurpose,
  now: number,
  scope: SessionScope = 'full',
): Authorized<SensitiveRefusal> {
  const authorized = authorize(state, auth, now, scope)
  if (!authorized.ok || auth.kind === 'system' || authorized.session === null) return authorized
  if (!hasFactor(state) || isRecovery(authorized.session)) {
    return isFresh(authorized.session, now) ? authorized : { ok: false, reason: 'reauthenticate' }
  }
  if (!isProven(state, auth, purpose, now)) return { ok: false, reason: 'step-up' }
  return isFull(state, 'spentProofs', { own: true }, now) ? { ok: false, reason: 'busy' } : authorized
}

function isProven(
  state: AccountState,
  { grant, proof }: UserAuthorization,
  purpose: StepUpPurpose,
  now: number,
): boolean {
  return (
    proof !== null &&
    proof.account === grant.account &&
    proof.session === grant.session &&
    proof.epoch === state.epoch &&
    proof.purpose === purpose &&
    (!state.passkey.only || proof.factor === 'passkey') &&
    proof.expiresAt > now &&
    !isSpent(state, 'spentProofs', proof)
  )
}

/**
 * A backup code opened this session to register a new passkey. It can give no proof, because the factor for it is lost.
 */
export function isRecovery({ kind, factor }: Session): boolean {
  return kind === 'enroll' && factor === 'backup-code'
}

/** A proof counts once. A proof that was not needed is not recorded. */
export function spendProof(state: AccountState, auth: Authorization, now: number): AccountState {
  if (auth.kind === 'system' || auth.proof === null || !hasFactor(state)) return state
  const session = sessionOf(state, auth)
  if (session !== null && isRecovery(session)) return state
  return spend(state, 'spentProofs', auth.proof, now)
}

/** Whether the primary authentication is recent enough for a change that no factor can guard yet. */
export function isFresh(session: Session, now: number): boolean {
  return isRecent(session.primaryAt, limits.freshPrimaryMs, now)
}

/** The id of the acting session. Null for a script. */
export function sessionIdOf(auth: Authorization): string | null {
  return auth.kind === 'grant' ? auth.grant.session : null
}

/** The acting session as the record lists it. */
export function sessionOf(state: AccountState, auth: Authorization): Session | null {
  return state.sessions.find(({ id }) => id === sessionIdOf(auth)) ?? null
}
