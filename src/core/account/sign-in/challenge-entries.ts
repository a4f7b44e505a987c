import type { CodeFactor } from '../../factor.ts'
import { codeFactors } from '../../factor.ts'
import { limits } from '../../limits.ts'
import type { TokenPayloads } from '../../token/index.ts'
import type { Source } from '../guessing/source.ts'
import { deviceSourceId, isUnknown } from '../guessing/source.ts'
import { beginningOf } from '../record/ids.ts'
import type { AccountState, ChallengeEntry, Charges } from '../record/state.ts'

type Challenge = TokenPayloads['challenge']

/**
 * The challenges of an account that have failures. The list has a cap, so entries are dropped for room. A dropped
 * challenge is over. Otherwise its counts of tries and of wrong answers by passkey would begin anew.
 */

export function entryOf(state: AccountState, challenge: Pick<Challenge, 'id'>): ChallengeEntry | null {
  const id = beginningOf(challenge.id)
  return state.challenges.find((entry) => entry.id === id) ?? null
}

/** How often an answer of a passkey to this challenge was wrong. A ceremony of an earlier round is void. */
export function roundOf(state: AccountState, challenge: Pick<Challenge, 'id'>): number {
  return entryOf(state, challenge)?.round ?? 0
}

/** Whether the entry of a challenge may have been dropped. An entry that is listed was not. */
export function isDropped(state: AccountState, challenge: Challenge): boolean {
  if (entryOf(state, challenge) !== null) return false
  const { source, commit } = challenge
  const ofSource = state.challenges.filter((entry) => entry.source === source).map(({ over }) => over)
  // The challenges of a known device are dropped for other challenges of this device only.
  return commit <= Math.max(isKnownDevice(state, source) ? 0 : state.challengesOver, ...ofSource)
}

/** Counts one more failure of a challenge, and what it charged to each factor. */
export function countFailure(
  state: AccountState,
  challenge: Challenge,
  failed: {
    readonly charged: readonly CodeFactor[]
    readonly source: Source
    readonly answer: 'code' | 'used-code' | 'passkey'
  },
  now: number,
): AccountState {
  const before = entryOf(state, challenge)
  const { commit, source, expiresAt } = challenge
  const id = beginningOf(challenge.id)
  const entry: ChallengeEntry = {
    id,
    commit,
    source,
    keptUntil: Math.max(expiresAt + limits.clocksApartMs, before?.keptUntil ?? 0),
    failures: (before?.failures ?? 0) + 1,
    charged: charge(before, failed.charged, isUnknown(failed.source)),
    round: (before?.round ?? 0) + (failed.answer === 'passkey' ? 1 : 0),
    used: (before?.used ?? 0) + (failed.answer === 'used-code' ? 1 : 0),
    over: before?.over ?? 0,
  }
  const others = state.challenges.filter((other) => other.id !== id && other.keptUntil > now)
  const counted = { ...state, challenges: [...others, entry] }
  return counted.challenges.length > limits.challenges ? drop(counted, others) : counted
}

function charge(entry: ChallengeEntry | null, factors: readonly CodeFactor[], isStrange: boolean): Charges {
  const charged = codeFactors.map((factor) => {
    const [failures, strangers] = entry?.charged[factor] ?? [0, 0]
    const more = factors.includes(factor) ? 1 : 0
    return [factor, [failures + more, strangers + (isStrange ? more : 0)]]
  })
  return Object.fromEntries(charged) as Charges
}

/**
 * Drops the oldest challenge of the source that has most of them. So a source that fills the list loses challenges of
 * its own. A known device loses one only while no other source has any, and never its last one: there are more places
 * than devices.
 */
function drop(state: AccountState, others: readonly ChallengeEntry[]): AccountState {
  const strange = others.filter(({ source }) => !isKnownDevice(state, source))
  const pool = strange.length > 0 ? strange : others
  const sizeOf = ({ source }: ChallengeEntry): number =>
    state.challenges.filter((entry) => entry.source === source).length
  const [dropped] = [...pool].sort((a, b) => sizeOf(b) - sizeOf(a) || a.commit - b.commit)
  return dropped === undefined ? state : markOver(state, dropped)
}

/** Notes up to which number challenges are over: at the newest entry of the same source, else for all other sources. */
function markOver(state: AccountState, dropped: ChallengeEntry): AccountState {
  const over = Math.max(dropped.commit, dropped.over)
  const left = state.challenges.filter((entry) => entry !== dropped)
  const heir = left.findLast(({ source }) => source === dropped.source)
  if (heir === undefined) return { ...state, challenges: left, challengesOver: Math.max(state.challengesOver, over) }
  const keptUntil = Math.max(heir.keptUntil, dropped.keptUntil)
  const marked = { ...heir, keptUntil, over: Math.max(heir.over, over) }
  return { ...state, challenges: left.map((entry) => (entry === heir ? marked : entry)) }
}

function isKnownDevice(state: AccountState, source: string): boolean {
  return state.knownDevices.some(({ id }) => source === deviceSourceId(id))
}
