import { limits } from '../../limits.ts'
import type { Settings } from '../record/settings.ts'
import type { AccountState } from '../record/state.ts'
import { guessCost } from './cost.ts'
import { raiseStops } from './hard-count.ts'
import { returnLuck } from './luck.ts'
import { endRow } from './throttle.ts'

/**
 * Fills every bucket, ends the row and its lock, and raises the stops for unknown sources. Only for a call with proof
 * of the owner.
 */
export function refill(state: AccountState): AccountState {
  const throttle = { ...endRow(state.throttle), luck: { unknown: null, sessions: null } }
  const knownDevices = state.knownDevices.map((device) => ({ ...device, emptiedAt: null }))
  return raiseStops({ ...state, throttle, knownDevices })
}

/**
 * Gives unknown sources a few guesses back after a reset of the password, which shows only that somebody reads the mail
 * of the owner. So it counts a few times a month only.
 */
export function giveBack(state: AccountState, settings: Settings, now: number): AccountState {
  const recent = state.throttle.returnedAt.filter((at) => Math.abs(now - at) < limits.returnsMs)
  if (recent.length >= limits.returns) return state
  const amount = Math.min(limits.returnedGuesses * guessCost(state, settings), limits.returnedLuck)
  const { luck } = state.throttle
  const throttle = {
    ...state.throttle,
    luck: { ...luck, unknown: returnLuck(luck.unknown, amount, now) },
    returnedAt: [...recent, now],
  }
  return raiseStops({ ...state, throttle })
}
