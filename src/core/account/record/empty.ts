import type { AccountState } from './state.ts'
import { noFactors } from '../factors/registry.ts'

/** The number of the form in which accounts are stored. It is 1 until the first release. */
export const accountSchema = 1

export function emptyAccount(now: number): AccountState {
  return {
    createdAt: now,
    epoch: 1,
    ...noFactors,
    preferred: null,
    throttle: {
      sources: [],
      failures: 0,
      row: 0,
      lockedAt: null,
      luck: { unknown: null, sessions: null },
      passwordKnownAt: null,
    },
    challenges: [],
    spentProofs: [],
    spentCeremonies: [],
    forgotten: { challenges: 0, proofs: 0, ceremonies: 0 },
    sessions: [],
    knownDevices: [],
    notices: { factorFailedAt: null, lockedAt: null, luckAt: null },
    requiredAt: null,
  }
}
