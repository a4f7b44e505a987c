import type { ScoreFacts } from '../../score/index.ts'
import { unusedCodes } from '../factors/live-factors.ts'
import type { Aal, Amr, Factor, Primary } from '../../factor.ts'
import { referenceTo } from '../sessions/session.ts'
import type { AccountState } from './state.ts'

/** What a security page shows; no secret is among it. Times are ms since epoch. */
export interface TotpAuthenticatorView {
  readonly id: string
  readonly label: string
  readonly createdAt: number
  readonly lastUsedAt: number | null
}

export interface SessionView {
  /** A reference: good for showing and ending the session, useless for entering. */
  readonly id: string
  readonly current: boolean
  readonly createdAt: number
  readonly primary: Primary
  readonly factor: Factor | null
  readonly aal: Aal
  readonly amr: readonly Amr[]
  readonly ip: string | null
  readonly userAgent: string | null
  readonly knownDevice: boolean
  /** No factor was asked: the device was trusted. */
  readonly trusted: boolean
}

export interface BackupCodesView {
  readonly left: number
  readonly total: number
  /** ms since epoch; null without a set */
  readonly createdAt: number | null
}

export interface PasskeyView {
  /** A reference: the credential's id stays inside. */
  readonly id: string
  readonly label: string
  readonly createdAt: number
  readonly lastUsedAt: number | null
  /** It lives in a store that several devices share. */
  readonly synced: boolean
  readonly transports: readonly string[]
  /** The model of the authenticator, as it says itself: good for a name and an icon. */
  readonly aaguid: string
}

export interface SmsNumberView {
  /** Masked. */
  readonly number: string
  /** ISO 3166-1 alpha-2 */
  readonly country: string
  readonly createdAt: number
  readonly lastUsedAt: number | null
}

export interface TrustedDeviceView {
  readonly id: string
  readonly current: boolean
  readonly userAgent: string | null
  readonly since: number
  readonly lastUsedAt: number
  readonly until: number
}

export function viewPasskeys(state: AccountState): readonly PasskeyView[] {
  return state.passkey.credentials.map(({ id, label, createdAt, lastUsedAt, backedUp, transports, aaguid }) => ({
    id: referenceTo(id),
    label,
    createdAt,
    lastUsedAt,
    synced: backedUp,
    transports,
    aaguid,
  }))
}

export function viewSmsNumber({ sms: { number } }: AccountState): SmsNumberView | null {
  if (number === null) return null
  const { masked, country, createdAt, lastUsedAt } = number
  return { number: masked, country, createdAt, lastUsedAt }
}

/** Used last first. */
export function viewTrustedDevices(
  state: AccountState,
  current: string | null,
  now: number,
): readonly TrustedDeviceView[] {
  return state.knownDevices
    .flatMap(({ id, userAgent, trust }) =>
      trust === null || trust.epoch !== state.epoch || trust.until <= now
        ? []
        : [{ id: referenceTo(id), current: id === current, userAgent, ...trust }],
    )
    .map(({ id, current: isCurrent, userAgent, since, lastUsedAt, until }) => ({
      id,
      current: isCurrent,
      userAgent,
      since,
      lastUsedAt,
      until,
    }))
    .sort((a, b) => b.lastUsedAt - a.lastUsedAt)
}

export function viewTotpAuthenticators(state: AccountState): readonly TotpAuthenticatorView[] {
  return state.totp.authenticators.map(({ id, label, createdAt, lastUsedAt }) => ({ id, label, createdAt, lastUsedAt }))
}

export function viewBackupCodes(state: AccountState): BackupCodesView {
  const set = state['backup-code'].set
  return { left: unusedCodes(state), total: set?.codes.length ?? 0, createdAt: set?.createdAt ?? null }
}

/** Newest first. */
export function viewSessions(state: AccountState, current: string | null): readonly SessionView[] {
  return [...state.sessions].reverse().map((session) => ({
    id: referenceTo(session.id),
    current: session.id === current,
    createdAt: session.createdAt,
    primary: session.primary,
    factor: session.factor,
    aal: session.aal,
    amr: session.amr,
    ip: session.ip,
    userAgent: session.userAgent,
    knownDevice: session.deviceId !== null,
    trusted: session.trusted,
  }))
}

export function scoreFacts(state: AccountState): ScoreFacts {
  const codes = viewBackupCodes(state)
  return {
    totpAuthenticators: state.totp.authenticators.length,
    passkeys: state.passkey.credentials.length,
    userVerifiedPasskeys: state.passkey.credentials.filter((passkey) => passkey.uvInitialized).length,
    sms: state.sms.number !== null,
    backupCodesLeft: codes.left,
    backupCodesTotal: codes.total,
    loginAlerts: false,
    ipRules: false,
    antiPhishingCode: false,
    passwordWeaknesses: [],
  }
}
