import { limits } from '../../limits.ts'
import type { Factor, Method } from '../../factor.ts'
import { methods } from '../../factor.ts'
import type { Settings } from '../record/settings.ts'
import type { AccountState } from '../record/state.ts'

/**
 * Factors that can be shown now: those switched off by the hard stop, and those that this server was not configured for,
 * are left out. Of an account that only passkeys open, passkeys are all.
 */
export function liveFactors(state: AccountState, settings: Settings): Factor[] {
  const { totp, sms, passkey: passkeys, 'backup-code': backupCodes } = state
  const factors: Factor[] = []
  if (passkeys.credentials.length > 0 && settings.passkeys !== null) factors.push('passkey')
  if (passkeys.only) return factors
  if (totp.authenticators.length > 0 && totp.failures < limits.hardStop) factors.push('totp')
  if (sms.number !== null && sms.failures < limits.hardStop && settings.sms !== null) factors.push('sms')
  if (unusedCodes(state) > 0 && backupCodes.failures < limits.hardStop) factors.push('backup-code')
  return factors
}

/** What to ask for first: the owner's choice while it is live. */
export function preferredFactor(state: AccountState, settings: Settings): Factor | null {
  const live = liveFactors(state, settings)
  return live.find((factor) => factor === state.preferred) ?? live[0] ?? null
}

export function enrolledMethods({ totp, sms, passkey: passkeys }: AccountState): Method[] {
  const enrolled: Readonly<Record<Method, boolean>> = {
    passkey: passkeys.credentials.length > 0,
    totp: totp.authenticators.length > 0,
    sms: sms.number !== null,
  }
  return methods.filter((method) => enrolled[method])
}

/** A second factor is asked for if one is enrolled, even when every factor is switched off: that is no way in. */
export function hasFactor(state: AccountState): boolean {
  return enrolledMethods(state).length > 0
}

export function unusedCodes(state: AccountState): number {
  return state['backup-code'].set?.codes.filter((code) => code.usedAt === null).length ?? 0
}
