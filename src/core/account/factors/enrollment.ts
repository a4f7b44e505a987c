import type { DraftEvent } from '../../events/catalogue.ts'
import type { TokenPayloads } from '../../token/index.ts'
import { addressAndBrowser } from '../guessing/verdict.ts'
import type { TaskResult, Task } from '../record/tasks.ts'
import type { Method } from '../../factor.ts'
import { factorLevel } from '../../factor.ts'
import { enrolledMethods, hasFactor } from './live-factors.ts'
import type { NewCodes } from '../backup-codes/new-codes.ts'
import { newCodes } from '../backup-codes/new-codes.ts'
import { notice } from '../record/notice.ts'
import { credentialKeys, dropMethod } from './removal.ts'
import type { SessionScope, Authorization, SensitiveRefusal } from '../sessions/session.ts'
import { authorizeChange, bumpEpoch, isRecovery, rememberDevice, renewedGrant } from '../sessions/session.ts'
import type { AccountState, Session } from '../record/state.ts'
import type { Client, Context, Decision, DraftMessage } from '../record/step.ts'
import { decided } from '../record/step.ts'

/** Why a method cannot be enrolled. `deactivate-first`: one method at a time, and another is on. */
export type EnrollRefusal = SensitiveRefusal | 'not-allowed' | 'deactivate-first' | 'passkey-only'

/** Whoever may enroll this method now, or why nobody may. */
export function authorizeEnrollment(
  state: AccountState,
  { auth, switching }: { readonly auth: Authorization; readonly switching: boolean },
  method: Method,
  { now, settings }: Context,
): { readonly ok: true } | { readonly ok: false; readonly reason: EnrollRefusal } {
  const authorized = authorizeChange(state, auth, 'factors', now, method satisfies SessionScope)
  if (!authorized.ok) return authorized
  if (!settings.methods.includes(method)) return { ok: false, reason: 'not-allowed' }
  if (state.passkey.only && method !== 'passkey') return { ok: false, reason: 'passkey-only' }
  const { session } = authorized
  const allowed = standsAlone(state, method, settings) || switching || replacesLost(session)
  return allowed ? { ok: true } : { ok: false, reason: 'deactivate-first' }
}

/** Whether the policy lets a method be on beside those that are. */
export function standsAlone(state: AccountState, method: Method, settings: Context['settings']): boolean {
  return settings.factors === 'multiple' || enrolledMethods(state).every((other) => other === method)
}

/** Recovery adds no method: passkeys are on, and whoever lost them can switch nothing else off before. */
export function replacesLost(session: Session | null): boolean {
  return session !== null && isRecovery(session)
}

/** Backup codes come with the first factor; a set that is used up, or was switched off, is renewed by the owner. */
function needsCodes(state: AccountState): boolean {
  return !hasFactor(state)
}

/** The proofs that confirming asks for beside its own; null when there are none left. */
export function codesToHash(
  state: AccountState,
  context: Context,
  evidence: readonly TaskResult[],
): readonly Task[] | null {
  if (!needsCodes(state)) return null
  const made = newCodes(context, evidence)
  return made.status === 'need' ? made.proofs : null
}

/** A factor that was shown to work, and the state with it enrolled. */
export interface Confirmed {
  readonly method: Method
  /** How the history names it. */
  readonly authenticator: string
  readonly label: string
  /** Before, and with the factor in it. */
  readonly before: AccountState
  readonly after: AccountState
  readonly session: Session | null
  readonly switching: boolean
  /** Of a passkey: whether it lives in a synced store, and whether it verified its user. */
  readonly passkey?: { readonly synced: boolean; readonly verified: boolean }
  readonly claim?: readonly string[]
  readonly release?: readonly string[]
}

export interface Enrolled {
  readonly ok: true
  readonly authenticator: string
  readonly grant: TokenPayloads['grant'] | null
  /** With the first factor only; shown once. */
  readonly backupCodes: readonly string[] | null
  /** When this completed a sign-in that had to enroll first. */
  readonly deviceId: string | null
}

/** What every enrollment ends with: backup codes, an ended epoch, the sign-in that waited for it, a row and a mail. */
export function finishEnrollment<R>(
  confirmed: Confirmed,
  { auth, client }: { readonly auth: Authorization; readonly client: Client },
  context: Context,
  evidence: readonly TaskResult[],
): Decision<R | Enrolled> {
  const { now } = context
  const { method, authenticator, label, before, session } = confirmed
  const made = madeCodes(before, context, evidence)
  const dropped = confirmed.switching ? enrolledMethods(before).filter((other) => other !== method) : []
  const left = dropped.reduce(dropMethod, confirmed.after)
  // A browser that came in with the password alone is no known device of an account with a second factor.
  const knownDevices = hasFactor(before)
    ? left.knownDevices
    : left.knownDevices.filter(({ id }) => id === session?.deviceId)
  const backupCodes = made === null ? left['backup-code'] : { set: made.set, failures: 0 }
  const raised: AccountState = { ...left, knownDevices, 'backup-code': backupCodes }
  // A session that came in to enroll completes its sign-in here, and its browser becomes known.
  const entering = session?.kind === 'enroll' ? rememberDevice(raised, client, context) : null
  const deviceId = entering?.deviceId ?? session?.deviceId ?? null
  const full = session === null ? null : completed(session, confirmed)
  const entered: AccountState = {
    ...(entering?.state ?? raised),
    sessions: before.sessions.map((entry) => (entry.id === full?.id ? { ...full, deviceId } : entry)),
  }
  const bumped = bumpEpoch(entered, session?.id ?? null)
  const events: DraftEvent[] = [{ type: 'mfa_enroll', values: { factor: method, authenticator, label } }]
  for (const factor of dropped) {
    events.push({ type: 'mfa_remove', values: { factor, authenticator: '', label: '' } })
  }
  if (made !== null) events.push({ type: 'backup_code_regenerate', values: { count: made.codes.length } })
  if (session?.kind === 'enroll' && full !== null) {
    const { primary, aal, amr } = full
    const { failures } = before.throttle
    events.push({
      type: 'authn_login_success',
      values: { primary, factor: method, authenticator, aal, amr, knownDevice: false, failures },
    })
  }
  const seen = addressAndBrowser(client)
  const messages: DraftMessage[] = [
    notice({ template: 'factor-added', factor: method, label, at: now, ...seen }, now),
    ...dropped.map((factor) => notice({ template: 'factor-removed', factor, at: now, ...seen }, now)),
  ]
  const result: Enrolled = {
    ok: true,
    authenticator,
    grant: renewedGrant(bumped, auth),
    backupCodes: made?.codes ?? null,
    deviceId: entering?.deviceId ?? null,
  }
  const release = dropped.includes('passkey') ? credentialKeys(before) : (confirmed.release ?? [])
  return decided<R | Enrolled>(bumped, result, {
    events,
    messages,
    keys: { claim: confirmed.claim ?? [], release },
  })
}

/** A session that came in to enroll becomes a full one; any other has shown no more than it had. */
function completed(session: Session, confirmed: Confirmed): Session {
  if (session.kind === 'full') {
    // The first factor was just shown beside the primary authentication.
    return session.factor === null && session.aal === 1 && !session.trusted ? raisedBy(session, confirmed) : session
  }
  return { ...raisedBy(session, confirmed), kind: 'full', needs: [] }
}

function raisedBy(session: Session, { method, passkey }: Confirmed): Session {
  return { ...session, factor: method, ...factorLevel(session.primary, method, passkey) }
}

function madeCodes(
  state: AccountState,
  context: Context,
  evidence: readonly TaskResult[],
): Extract<NewCodes, { status: 'made' }> | null {
  const made = needsCodes(state) ? newCodes(context, evidence) : null
  return made?.status === 'made' ? made : null
}
