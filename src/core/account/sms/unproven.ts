import { limits } from '../../limits.ts'
import { isRecent } from '../record/recent.ts'
import type { AccountState } from '../record/state.ts'
import type { SmsState } from './state.ts'

/** Wrong codes of the last day for numbers that were not confirmed. */
export function unprovenFailures({ sms: { unproven } }: AccountState, now: number): number {
  return unproven !== null && isRecent(unproven.failedAt, limits.unprovenMs, now) ? unproven.failures : 0
}

/** When another number may be tried. Null: now. */
export function unprovenUntil(state: AccountState, now: number): number | null {
  const { unproven } = state.sms
  if (unproven === null || unprovenFailures(state, now) < limits.enrollmentTries) return null
  return Math.min(now, unproven.failedAt) + limits.unprovenMs
}

export function countUnproven(failures: number, now: number): Pick<SmsState, 'unproven'> {
  return { unproven: { failures, failedAt: now } }
}
