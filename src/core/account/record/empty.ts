import type { AccountState } from './state.ts'
import { noneQueued } from './queued-lately.ts'
import { noFactors } from '../factors/registry.ts'

/** The number of the form in which accounts are stored. It is 1 until the first release. */
export const accountSchema = 1

export function emptyAccount(now: number, birth: string): AccountState {
  return {
    record: { birth, commit: 0 },
    createdAt: now,
    epoch: 1,
    passwords: 0,
    ...noFactors,
    preferred: null,
    throttle: {
      sources: [],
      failures: 0,
      row: 0,
      lockedAt: null,
      luck: { unknown: null, sessions: null },
      returnedAt: [],
      rowBehindPassword: 0,
      passwordKnownAt: null,
    },
    challenges: [],
    challengesOver: 0,
    spentChallenges: [],
    spentProofs: [],
    spentCeremonies: [],
    sessions: [],
    knownDevices: [],
    notices: { factorFailedAt: null, lockedAt: null, luckAt: null },
    queued: noneQueued,
    requiredAt: null,
  }
}
