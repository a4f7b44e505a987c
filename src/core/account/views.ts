import type { ScoreFacts } from '../score/index.ts'
import { unusedCodes } from './code-check.ts'
import type { Aal, Amr, Factor, Primary } from './factor.ts'
import { sessionReference } from './session.ts'
import type { AccountState } from './state.ts'

/** What a security page shows; no secret is among it. Times are ms since epoch. */
export interface TotpDeviceView {
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
}

export interface BackupCodesView {
  readonly left: number
  readonly total: number
  /** ms since epoch; null without a set */
  readonly createdAt: number | null
}

export function viewTotpDevices(state: AccountState): readonly TotpDeviceView[] {
  return state.totp.devices.map(({ id, label, createdAt, lastUsedAt }) => ({ id, label, createdAt, lastUsedAt }))
}

export function viewBackupCodes(state: AccountState): BackupCodesView {
  const set = state.backupCodes.set
  return { left: unusedCodes(state), total: set?.codes.length ?? 0, createdAt: set?.createdAt ?? null }
}

/** Newest first. */
export function viewSessions(state: AccountState, current: string | null): readonly SessionView[] {
  return [...state.sessions].reverse().map((session) => ({
    id: sessionReference(session.id),
    current: session.id === current,
    createdAt: session.createdAt,
    primary: session.primary,
    factor: session.factor,
    aal: session.aal,
    amr: session.amr,
    ip: session.ip,
    userAgent: session.userAgent,
    knownDevice: session.deviceId !== null,
  }))
}

export function scoreFacts(state: AccountState): ScoreFacts {
  const codes = viewBackupCodes(state)
  return {
    totpDevices: state.totp.devices.length,
    passkeys: 0,
    userVerifiedPasskeys: 0,
    sms: false,
    backupCodesLeft: codes.left,
    backupCodesTotal: codes.total,
    loginAlerts: false,
    ipRules: false,
    antiPhishingCode: false,
    passwordWeaknesses: [],
  }
}
