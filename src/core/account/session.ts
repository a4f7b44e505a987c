import { encodeBase64url, frame } from '../bytes.ts'
import { derive, sha256 } from '../hmac.ts'
import { caps, limits } from '../limits.ts'
import { cleanText } from '../text.ts'
import type { TokenPayloads } from '../token/index.ts'
import { hasFactor } from './code-check.ts'
import type { AccountState, KnownDevice, Session } from './state.ts'
import type { Client, Context } from './use-case.ts'

/** On whose behalf a call of the security page is made. */
export type Authorization =
  | { readonly kind: 'grant'; readonly grant: TokenPayloads['grant']; readonly proof: TokenPayloads['proof'] | null }
  | { readonly kind: 'system' }

/** What a proof is good for. */
export type StepUpPurpose = 'factors'

export const stepUpPurposes: readonly StepUpPurpose[] = ['factors']

export type Authorized =
  { readonly ok: true; readonly session: Session | null } | { readonly ok: false; readonly reason: 'signed-out' }

/** A grant counts while its epoch is the account's and its session is listed. `enroll` admits limited sessions too. */
export function authorize(
  state: AccountState,
  auth: Authorization,
  now: number,
  admits: 'full' | 'enroll' = 'full',
): Authorized {
  if (auth.kind === 'system') return { ok: true, session: null }
  const session = state.sessions.find((entry) => entry.id === auth.grant.session)
  if (session === undefined || auth.grant.epoch !== state.epoch) return { ok: false, reason: 'signed-out' }
  if (session.kind === 'enroll' && (admits === 'full' || !isRecent(session.createdAt, limits.enrollGrantMs, now))) {
    return { ok: false, reason: 'signed-out' }
  }
  return { ok: true, session }
}

export type SensitiveRefusal = 'signed-out' | 'step-up' | 'reauthenticate' | 'busy'

/** What a sensitive change needs: a fresh proof, or, while there is no factor, a fresh primary authentication. */
export function authorizeChange(
  state: AccountState,
  auth: Authorization,
  purpose: StepUpPurpose,
  now: number,
  admits: 'full' | 'enroll' = 'full',
): { readonly ok: true; readonly session: Session | null } | { readonly ok: false; readonly reason: SensitiveRefusal } {
  const authorized = authorize(state, auth, now, admits)
  if (!authorized.ok || auth.kind === 'system' || authorized.session === null) return authorized
  if (!hasFactor(state)) {
    return isFresh(authorized.session, now) ? authorized : { ok: false, reason: 'reauthenticate' }
  }
  const proof = auth.proof
  const valid =
    proof !== null &&
    proof.account === auth.grant.account &&
    proof.session === auth.grant.session &&
    proof.epoch === state.epoch &&
    proof.purpose === purpose &&
    proof.expiresAt > now &&
    !isForgotten(proof.expiresAt, state.forgotten.proofs, caps.proofMs, now) &&
    !state.spentProofs.some((spent) => spent.id === proof.id)
  if (!valid) return { ok: false, reason: 'step-up' }
  const unexpired = state.spentProofs.filter((spent) => spent.expiresAt > now)
  return unexpired.length < limits.spentProofs ? authorized : { ok: false, reason: 'busy' }
}

/** A proof is good once. Without a factor none was asked, so one that came along is not the account's to remember. */
export function spendProof(state: AccountState, auth: Authorization, now: number): AccountState {
  const proof = auth.kind === 'grant' && hasFactor(state) ? auth.proof : null
  if (proof === null) return state
  const unexpired = state.spentProofs.filter((spent) => spent.expiresAt > now)
  const proofs = latestForgotten(state.forgotten.proofs, state.spentProofs, now)
  return {
    ...state,
    spentProofs: [...unexpired, { id: proof.id, expiresAt: proof.expiresAt }],
    forgotten: { ...state.forgotten, proofs },
  }
}

/** Whether the primary authentication is recent enough for a change that no factor can guard yet. */
export function isFresh(session: Session, now: number): boolean {
  return isRecent(session.primaryAt, limits.freshPrimaryMs, now)
}

/** A time stored by a server whose clock is ahead is not recent until then: it counts by its distance from now. */
export function isRecent(at: number, withinMs: number, now: number): boolean {
  return Math.abs(now - at) < withinMs
}

/** The latest end among entries that are forgotten now and before. */
export function latestForgotten(
  before: number,
  entries: readonly { readonly expiresAt: number }[],
  now: number,
): number {
  return Math.max(before, ...entries.map((entry) => entry.expiresAt).filter((end) => end <= now))
}

/**
 * Whether a token that ends at `end` may be one that was spent and then forgotten. A mark further away than any token
 * lives was set by a clock that is far ahead; it must not lock the account until then.
 */
export function isForgotten(end: number, forgotten: number, longestLifeMs: number, now: number): boolean {
  return end <= forgotten && forgotten <= now + longestLifeMs
}

/** Ends every sealed token of the account but the device tokens; the acting session stays and gets a new grant. */
export function bumpEpoch(state: AccountState, keep: string | null): AccountState {
  return {
    ...state,
    epoch: state.epoch + 1,
    sessions: state.sessions.filter((session) => session.id === keep),
    totp: { ...state.totp, enrollment: null },
    // Every challenge and proof that these entries guard against is of an older epoch now.
    challenges: [],
    spentProofs: [],
  }
}

export function grantOf(account: string, state: AccountState, session: Session): TokenPayloads['grant'] {
  return {
    account,
    session: session.id,
    epoch: state.epoch,
    at: session.createdAt,
    aal: session.aal,
    amr: session.amr,
  }
}

/** The grant that keeps the acting session signed in after the epoch moved; null for a script. */
export function renewedGrant(state: AccountState, auth: Authorization): TokenPayloads['grant'] | null {
  if (auth.kind === 'system') return null
  const session = state.sessions.find((entry) => entry.id === auth.grant.session)
  return session === undefined ? null : grantOf(auth.grant.account, state, session)
}

export function newSession(
  context: Context,
  client: Client,
  session: Omit<Session, 'id' | 'createdAt' | 'ip' | 'userAgent'>,
): Session {
  return {
    id: newId(context.entropy, 'session'),
    createdAt: context.now,
    ip: client.ip,
    userAgent: client.userAgent === null ? null : cleanText(client.userAgent, limits.sessionUserAgentLength),
    ...session,
  }
}

/** The oldest falls out and is thereby signed out. */
export function addSession(state: AccountState, session: Session): AccountState {
  return { ...state, sessions: [...state.sessions, session].slice(-limits.sessions) }
}

/** The known device that this request is made on, if the record lists it and its token was given out for the account. */
export function knownDeviceOf(state: AccountState, client: Client): KnownDevice | null {
  if (!client.deviceNamesAccount) return null
  return state.knownDevices.find((device) => device.id === client.deviceId) ?? null
}

/** Remembers the browser of a completed sign-in; one that carries a genuine token keeps its id over accounts. */
export function rememberDevice(
  state: AccountState,
  client: Client,
  context: Context,
): { readonly state: AccountState; readonly deviceId: string } {
  const deviceId = client.deviceId ?? newId(context.entropy, 'device')
  const before = state.knownDevices.find((device) => device.id === deviceId)
  const device: KnownDevice = { id: deviceId, firstAt: before?.firstAt ?? context.now, lastAt: context.now }
  const others = state.knownDevices.filter((entry) => entry.id !== deviceId)
  const kept = [...others].sort((a, b) => a.lastAt - b.lastAt).slice(-(limits.knownDevices - 1))
  return { state: { ...state, knownDevices: [...kept, device] }, deviceId }
}

/** 128 random bits, another for every label. */
export function newId(entropy: Uint8Array, label: string): string {
  return encodeBase64url(derive(entropy, `id/${label}`, 16))
}

/** How the history names a session without holding its id. */
export function sessionReference(id: string): string {
  return encodeBase64url(sha256(frame('nightlatch/session-reference/v1', id)).subarray(0, 12))
}
