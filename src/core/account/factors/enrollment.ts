import type { DraftEvent } from '../../events/catalogue.ts'
import type { Method } from '../../factor.ts'
import { limits } from '../../limits.ts'
import type { TokenPayloads } from '../../token/index.ts'
import { newCodes } from '../backup-codes/new-codes.ts'
import type { Client, Context } from '../record/context.ts'
import { endRow } from '../guessing/throttle.ts'
import { noFailures } from '../record/hard-count.ts'
import { addressAndBrowser, notice } from '../record/messages.ts'
import type { AccountState, Session } from '../record/state.ts'
import type { Step } from '../record/step.ts'
import { commit, need } from '../record/step.ts'
import type { TaskResults } from '../record/tasks.ts'
import type { Authorization, SensitiveRefusal } from '../sessions/authorization.ts'
import { authorizeChange, isRecovery } from '../sessions/authorization.ts'
import { raiseEpoch } from '../sessions/epoch.ts'
import { rememberDevice } from '../sessions/known-devices.ts'
import { levelOf } from './level.ts'
import { enrolledMethods, hasFactor } from './live-factors.ts'
import { factorRules } from './registry.ts'
import { removeFactor } from './removal.ts'
import type { ShownTraits } from './rules.ts'

/** Why a method cannot be enrolled. `deactivate-first`: only one method is allowed at a time, and another is on. */
export type EnrollRefusal = SensitiveRefusal | 'not-allowed' | 'deactivate-first' | 'passkey-only'

/** Checks whether this method may be enrolled now. */
export function authorizeEnrollment(
  state: AccountState,
  { auth, switching }: { readonly auth: Authorization; readonly switching: boolean },
  method: Method,
  { now, settings }: Context,
): { readonly ok: true; readonly session: Session | null } | { readonly ok: false; readonly reason: EnrollRefusal } {
  const authorized = authorizeChange(state, auth, 'factors', now, method)
  if (!authorized.ok) return authorized
  if (!settings.methods.includes(method)) return { ok: false, reason: 'not-allowed' }
  if (state.passkey.only && method !== 'passkey') return { ok: false, reason: 'passkey-only' }
  const { session } = authorized
  const allowed = standsAlone(state, method, settings) || switching || replacesLost(session)
  return allowed ? authorized : { ok: false, reason: 'deactivate-first' }
}

/** Whether the settings allow a method beside the enrolled ones. */
export function standsAlone(state: AccountState, method: Method, settings: Context['settings']): boolean {
  return settings.factors === 'multiple' || enrolledMethods(state).every((other) => other === method)
}

/**
 * Whether this is a recovery. It adds no method: passkeys are on already. Their owner lost them, and so cannot switch
 * anything off first.
 */
export function replacesLost(session: Session | null): boolean {
  return session !== null && isRecovery(session)
}

/** A factor that was shown to work, and the account with it. */
export interface ShownToWork {
  readonly method: Method
  /** The name of the authenticator in the history. */
  readonly authenticator: string
  readonly label: string
  /** The account before the enrollment, and with the factor. */
  readonly before: AccountState
  readonly after: AccountState
  readonly session: Session | null
  readonly switching: boolean
  readonly traits?: ShownTraits
  readonly claim?: readonly string[]
  readonly release?: readonly string[]
  /** Events that come before the enrollment's own. */
  readonly events?: readonly DraftEvent[]
  /** The authenticator of this method that the new one replaces. */
  readonly replaced?: { readonly authenticator: string; readonly label: string } | null
}

export interface Enrolled {
  readonly ok: true
  readonly authenticator: string
  readonly grant: TokenPayloads['grant'] | null
  /** With the first factor only. They are shown once. */
  readonly backupCodes: readonly string[] | null
  /** The device, if this completed a sign-in that had to enroll first. */
  readonly deviceId: string | null
}

/** Why a code did not confirm an enrollment. */
export interface ConfirmRefusal<Reason extends string> {
  readonly ok: false
  readonly reason: Reason
  readonly triesLeft: number | null
}

export type ConfirmResult<Fault extends string = never> =
  | Enrolled
  | ConfirmRefusal<
      'signed-out' | 'no-enrollment' | 'malformed' | 'wrong' | 'too-many-tries' | 'deactivate-first' | Fault
    >

export function refuseConfirmation<Reason extends string>(
  reason: Reason,
  triesLeft: number | null = null,
): ConfirmRefusal<Reason> {
  return { ok: false, reason, triesLeft }
}

/** Counts a wrong code of an enrollment. Too many end it. */
export function countWrongConfirmation(failures: number): {
  readonly isOver: boolean
  readonly failures: number
  readonly outcome: ConfirmRefusal<'wrong' | 'too-many-tries'>
} {
  const counted = failures + 1
  const isOver = counted >= limits.enrollmentTries
  const outcome = isOver
    ? refuseConfirmation('too-many-tries', 0)
    : refuseConfirmation('wrong', limits.enrollmentTries - counted)
  return { isOver, failures: counted, outcome }
}

/** Finishes every enrollment: backup codes, a new epoch, the sign-in that waited for it, events and mails. */
export function finishEnrollment(
  shown: ShownToWork,
  { auth, client }: { readonly auth: Authorization; readonly client: Client },
  context: Context,
  results: TaskResults,
): Step<Enrolled> {
  const { method, authenticator, label, before } = shown
  // Backup codes come with the first factor. If the set is used up or switched off later, the owner makes a new one.
  const made = hasFactor(before) ? null : newCodes(context, results)
  if (made?.status === 'need') return need(made.tasks)
  const dropped = shown.switching ? enrolledMethods(before).filter((other) => other !== method) : []
  const codes = made === null ? {} : { 'backup-code': { set: made.set, ...noFailures } }
  const enrolled = { ...dropped.reduce(removeFactor, shown.after), ...codes }
  const updated = updateSession(enrolled, shown, client, context)
  const raised = raiseEpoch(updated.state, auth)
  const release = dropped.flatMap((factor) => factorRules[factor].uniqueKeys?.(before, context.settings) ?? [])
  return commit(
    raised.state,
    { ok: true, authenticator, grant: raised.grant, backupCodes: made?.codes ?? null, deviceId: updated.deviceId },
    {
      events: [
        ...(shown.events ?? []),
        { type: 'mfa_enroll', values: { factor: method, authenticator, label } },
        ...dropped.map((factor): DraftEvent => removedEvent(factor, { authenticator: '', label: '' })),
        ...(made === null ? [] : [codesEvent(made.codes.length)]),
        ...updated.events,
        ...(shown.replaced ? [removedEvent(method, shown.replaced)] : []),
      ],
      messages: mailsOf(shown, dropped, client, context.now),
      keys: { claim: shown.claim ?? [], release: [...release, ...(shown.release ?? [])] },
    },
  )
}

function removedEvent(factor: Method, removed: { readonly authenticator: string; readonly label: string }): DraftEvent {
  return { type: 'mfa_remove', values: { factor, ...removed } }
}

function codesEvent(count: number): DraftEvent {
  return { type: 'backup_code_regenerate', values: { count } }
}

function mailsOf(
  { method, label, replaced }: ShownToWork,
  dropped: readonly Method[],
  client: Client,
  now: number,
): ReturnType<typeof notice>[] {
  const origin = addressAndBrowser(client)
  const removed = (factor: Method, ofLabel?: string): ReturnType<typeof notice> =>
    notice(
      { template: 'factor-removed', factor, ...(ofLabel === undefined ? {} : { label: ofLabel }), at: now, ...origin },
      now,
    )
  return [
    notice({ template: 'factor-added', factor: method, label, at: now, ...origin }, now),
    ...dropped.map((factor) => removed(factor)),
    ...(replaced ? [removed(method, replaced.label)] : []),
  ]
}

/**
 * Updates the session that enrolled. If its kind is `enroll`, its sign-in is now complete, and its browser becomes
 * a known device.
 */
function updateSession(
  state: AccountState,
  shown: ShownToWork,
  client: Client,
  context: Context,
): { readonly state: AccountState; readonly deviceId: string | null; readonly events: readonly DraftEvent[] } {
  const { before, session } = shown
  // A browser that signed in with the password alone is no known device of an account with a second factor. And after a
  // recovery a thief may have the browsers that the owner lost.
  const leavesOne = !hasFactor(before) || replacesLost(session)
  const knownDevices = leavesOne ? state.knownDevices.filter(({ id }) => id === session?.deviceId) : state.knownDevices
  const known = { ...state, knownDevices }
  if (session === null) return { state: known, deviceId: null, events: [] }
  const remembered = session.kind === 'enroll' ? rememberDevice(known, client, context) : null
  const full: Session = { ...completed(session, shown), deviceId: remembered?.deviceId ?? session.deviceId }
  const sessions = before.sessions.map((entry) => (entry.id === full.id ? full : entry))
  const throttle = remembered === null ? state.throttle : { ...endRow(state.throttle), failures: 0 }
  return {
    state: { ...(remembered?.state ?? known), sessions, throttle },
    deviceId: remembered?.deviceId ?? null,
    events: remembered === null ? [] : [completedEvent(full, shown)],
  }
}

/**
 * A session of the kind `enroll` becomes a full one. Any other session keeps its level, except after a first factor.
 */
function completed(session: Session, { method, traits }: ShownToWork): Session {
  const raised = { ...session, factor: method, ...levelOf(session.primary, method, traits) }
  if (session.kind === 'enroll') return { ...raised, kind: 'full', needs: [] }
  // The first factor was just shown, in addition to the primary authentication.
  return session.factor === null && session.aal === 1 && !session.trusted ? raised : session
}

function completedEvent({ primary, aal, amr }: Session, { method, authenticator, before }: ShownToWork): DraftEvent {
  const { failures } = before.throttle
  const shown = { primary, factor: method, authenticator, aal, amr }
  return { type: 'authn_login_success', values: { ...shown, knownDevice: false, failures } }
}
