import { encodeBase64url, frame } from '../../bytes.ts'
import { derive, sha256 } from '../../hmac.ts'
import { caps, limits } from '../../limits.ts'
import { cleanText } from '../../text.ts'
import type { TokenPayloads } from '../../token/index.ts'
import type { Method } from '../../factor.ts'
import { hasFactor } from '../factors/live-factors.ts'
import type { AccountState, KnownDevice, Session } from '../record/state.ts'
import type { Client, Context } from '../record/step.ts'

/** On whose behalf a call of the security page is made. */
export type Authorization =
  | { readonly kind: 'grant'; readonly grant: TokenPayloads['grant']; readonly proof: TokenPayloads['proof'] | null }
  | { readonly kind: 'system' }

/** What a proof is good for. `passkey-only`: leaving that mode, which only a passkey can prove. */
export type StepUpPurpose = 'factors' | 'passkey-only'

export const stepUpPurposes: readonly StepUpPurpose[] = ['factors', 'passkey-only']

export type Authorized =
  { readonly ok: true; readonly session: Session | null } | { readonly ok: false; readonly reason: 'signed-out' }

/** Which sessions a call takes: full ones, every one, or beside full ones those that must enroll this method. */
export type SessionScope = 'full' | 'any' | Method

/** A grant counts while its epoch is the account's and its session is listed. */
export function authorize(
  state: AccountState,
  auth: Authorization,
  now: number,
  admits: SessionScope = 'full',
): Authorized {
  if (auth.kind === 'system') return { ok: true, session: null }
  const session = state.sessions.find((entry) => entry.id === auth.grant.session)
  if (session === undefined || auth.grant.epoch !== state.epoch) return { ok: false, reason: 'signed-out' }
  return admitted(session, admits, now) ? { ok: true, session } : { ok: false, reason: 'signed-out' }
}

function admitted(session: Session, admits: SessionScope, now: number): boolean {
  if (session.kind === 'full') return true
  if (!isRecent(session.createdAt, limits.enrollGrantMs, now)) return false
  return admits === 'any' || session.needs.some((method) => method === admits)
}

export type SensitiveRefusal = 'signed-out' | 'step-up' | 'reauthenticate' | 'busy'

/** What a sensitive change needs: a fresh proof, or, while there is no factor, a fresh primary authentication. */
export function authorizeChange(
  state: AccountState,
  auth: Authorization,
  purpose: StepUpPurpose,
  now: number,
  admits: SessionScope = 'full',
): { readonly ok: true; readonly session: Session | null } | { readonly ok: false; readonly reason: SensitiveRefusal } {
  const authorized = authorize(state, auth, now, admits)
  if (!authorized.ok || auth.kind === 'system' || authorized.session === null) return authorized
  if (!hasFactor(state) || isRecovery(authorized.session)) {
    return isFresh(authorized.session, now) ? authorized : { ok: false, reason: 'reauthenticate' }
  }
  const proof = auth.proof
  const valid =
    proof !== null &&
    proof.account === auth.grant.account &&
    proof.session === auth.grant.session &&
    proof.epoch === state.epoch &&
    proof.purpose === purpose &&
    (!state.passkey.only || proof.factor === 'passkey') &&
    proof.expiresAt > now &&
    !isForgotten(proof.expiresAt, state.forgotten.proofs, caps.proofMs, now) &&
    !state.spentProofs.some((spent) => spent.id === proof.id)
  if (!valid) return { ok: false, reason: 'step-up' }
  const unexpired = state.spentProofs.filter((spent) => spent.expiresAt > now)
  return unexpired.length < limits.spentProofs ? authorized : { ok: false, reason: 'busy' }
}

/** Let in by a backup code to register a new passkey: the factor that a proof would ask for is the lost one. */
export function isRecovery({ kind, factor }: Session): boolean {
  return kind === 'enroll' && factor === 'backup-code'
}

/** A proof is good once. Where none was asked, one that came along is not the account's to remember. */
export function spendProof(state: AccountState, auth: Authorization, now: number): AccountState {
  if (auth.kind === 'system' || auth.proof === null || !hasFactor(state)) return state
  const { grant, proof } = auth
  if (state.sessions.some((entry) => entry.id === grant.session && isRecovery(entry))) return state
  const room = limits.spentProofs - 1
  const { kept, forgotten } = remembered(state.spentProofs, { forgotten: state.forgotten.proofs, room, now })
  return {
    ...state,
    spentProofs: [...kept, { id: proof.id, expiresAt: proof.expiresAt }],
    forgotten: { ...state.forgotten, proofs: forgotten },
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

/**
 * What is still to be remembered of tokens that were spent, and the latest end of any that is not. One that is over here
 * may be good at a server whose clock is behind, so it goes only then, or when its room is needed.
 */
export function remembered<Entry extends { readonly expiresAt: number }>(
  spent: readonly Entry[],
  { forgotten, room, now }: { readonly forgotten: number; readonly room: number; readonly now: number },
): { readonly kept: Entry[]; readonly forgotten: number } {
  const excess = spent.length - room
  const over = spent.filter(({ expiresAt }) => expiresAt <= now)
  const gone = over.filter(({ expiresAt }, index) => index < excess || expiresAt + limits.clocksApartMs <= now)
  return {
    kept: spent.filter((entry) => !gone.includes(entry)),
    forgotten: Math.max(forgotten, ...gone.map(({ expiresAt }) => expiresAt)),
  }
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
    spentCeremonies: state.spentCeremonies.filter(({ passwordless }) => passwordless),
    sms: { ...state.sms, enrollment: null, code: null },
    knownDevices: state.knownDevices.map((device) => ({ ...device, trust: null })),
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
  session: Omit<Session, 'id' | 'createdAt' | 'ip' | 'userAgent' | 'needs' | 'trusted'> &
    Partial<Pick<Session, 'needs' | 'trusted'>>,
): Session {
  return {
    id: newId(context.entropy, 'session'),
    createdAt: context.now,
    ip: client.ip,
    userAgent: shortUserAgent(client),
    needs: [],
    trusted: false,
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
  const device: KnownDevice = {
    id: deviceId,
    firstAt: before?.firstAt ?? context.now,
    lastAt: context.now,
    userAgent: shortUserAgent(client),
    trust: before?.trust ?? null,
  }
  const others = state.knownDevices.filter((entry) => entry.id !== deviceId)
  const kept = [...others].sort((a, b) => a.lastAt - b.lastAt).slice(-(limits.knownDevices - 1))
  return { state: { ...state, knownDevices: [...kept, device] }, deviceId }
}

function shortUserAgent({ userAgent }: Client): string | null {
  if (userAgent === null) return null
  const length = limits.sessionUserAgentLength
  const cut = cleanText(userAgent, length)
  // Quotes and emoji take two units each of the stored text; no browser's name is made of them.
  return JSON.stringify(cut).length > length + 2 ? cleanText(userAgent, length / 2) : cut
}

/** 128 random bits, another for every label. */
export function newId(entropy: Uint8Array, label: string): string {
  return encodeBase64url(derive(entropy, `id/${label}`, 16))
}

/** How lists and the history name a session, a device or a passkey without holding its id. */
export function referenceTo(id: string): string {
  return encodeBase64url(sha256(frame('nightlatch/session-reference/v1', id)).subarray(0, 12))
}
