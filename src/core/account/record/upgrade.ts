import { emptyAccount } from './state.ts'
import type { AccountState, KnownDevice, Session } from './state.ts'

/** The number of the form in which accounts are written. Every earlier one is still read [promise 8]. */
export const accountSchema = 2

/** Schema 1: before SMS, passkeys and trusted devices. */
type AccountOf1 = Omit<
  AccountState,
  'sms' | 'passkeys' | 'preferred' | 'spentCeremonies' | 'sessions' | 'knownDevices' | 'forgotten' | 'challenges'
> & {
  readonly sessions: readonly Omit<Session, 'needs' | 'trusted'>[]
  readonly knownDevices: readonly Omit<KnownDevice, 'userAgent' | 'trust'>[]
  readonly forgotten: { readonly challenges: number; readonly proofs: number }
  readonly challenges: readonly (Omit<AccountState['challenges'][number], 'charged'> & {
    readonly charged: { readonly totp: number; readonly backupCodes: number }
  })[]
}

/** Brings the state of a record that an earlier release wrote to the form of this one. */
export function upgradeAccount(stored: unknown, schema: number): AccountState {
  if (schema >= accountSchema) return stored as AccountState
  const old = stored as AccountOf1
  const { enrollment } = old.totp
  return {
    ...emptyAccount(old.createdAt),
    ...old,
    totp: { ...old.totp, enrollment: enrollment && { ...enrollment, switching: false } },
    forgotten: { ...old.forgotten, ceremonies: 0 },
    challenges: old.challenges.map((entry) => ({ ...entry, charged: { ...entry.charged, sms: 0 } })),
    sessions: old.sessions.map((session) => ({
      ...session,
      needs: session.kind === 'enroll' ? ['totp'] : [],
      trusted: false,
    })),
    knownDevices: old.knownDevices.map((device) => ({ ...device, userAgent: null, trust: null })),
  }
}
