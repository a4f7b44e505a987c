import { encodeBase64url } from '../../core/bytes.ts'
import type { DraftFact, SharedValues } from '../../core/events/index.ts'
import { encodeFact } from '../../core/events/stored-text.ts'
import type { Random } from '../../ports/random.ts'
import type { FactRow, RecordId, Storage } from '../../ports/storage.ts'

export interface Facts {
  /** Writes facts; those that a stranger can make without end are sampled and counted. */
  record(recordId: RecordId | null, facts: readonly DraftFact[], shared: SharedValues, now: number): Promise<void>
}

const mostCounters = 10_000
/** From so many on, facts of a kind about one account are sampled however many places they come from. */
const freeOfAllPlaces = 64
/** After this long without one, the next is written at once again. */
const forgetAfterMs = 15 * 60_000

/** How many attempts stand behind a row; null: no row for this one. The first `free` of a key have a row each. */
type Sampled = (key: string, now: number, free?: number) => number | null

/** Attempts are written one, two, four, eight … apart, each row with the number of attempts behind it. */
export function createFacts(
  storage: Storage,
  random: Random,
  stored: (recordId: RecordId | null, rows: readonly FactRow[]) => void,
): Facts {
  const counters = new Map<string, { seen: number; next: number; behind: number; at: number }>()

  const sampled: Sampled = (key, now, free = 1) => {
    const before = counters.get(key)
    const counter =
      before !== undefined && Math.abs(now - before.at) < forgetAfterMs
        ? before
        : { seen: 0, next: 1, behind: 0, at: now }
    counters.delete(key)
    counters.set(key, counter)
    counter.at = now
    counter.seen += 1
    counter.behind += 1
    for (const oldest of counters.keys()) {
      if (counters.size <= mostCounters) break
      counters.delete(oldest)
    }
    if (counter.seen > free && counter.seen < counter.next) return null
    counter.next = Math.max(counter.next, counter.seen) * 2
    const behind = counter.behind
    counter.behind = 0
    return behind
  }

  return {
    async record(recordId, facts, shared, now) {
      const rows: FactRow[] = []
      for (const fact of facts) {
        const drafted = sample(fact, recordId, shared, now, sampled)
        if (drafted === null) continue
        rows.push({
          id: encodeBase64url(random(16)),
          recordId,
          type: drafted.type,
          at: now,
          fields: encodeFact(drafted, shared),
        })
      }
      if (rows.length === 0) return
      await storage.append(rows)
      stored(recordId, rows)
    },
  }
}

function sample(
  fact: DraftFact,
  recordId: RecordId | null,
  shared: SharedValues,
  now: number,
  sampled: Sampled,
): DraftFact | null {
  const place = shared.network ?? 'unknown'
  // Once by the place it comes from, and once whatever the place: a stranger may have any number of networks.
  const behindOf = (...key: readonly (string | null)[]): number | null => {
    const behind = sampled(JSON.stringify([...key, place]), now)
    if (behind === null) return null
    const more = sampled(JSON.stringify(key), now, freeOfAllPlaces)
    return more === null ? null : Math.max(behind, more)
  }
  if (fact.type === 'excess_rate_limit_exceeded') {
    const behind = behindOf(fact.type, recordId, fact.values.flow)
    return behind === null ? null : { type: fact.type, values: { ...fact.values, sampled: behind } }
  }
  if (fact.type === 'sms_refuse') return behindOf(fact.type, recordId, fact.values.reason) === null ? null : fact
  const isLoose = fact.type === 'sequence_fail' || fact.type === 'limiter_fail' || fact.type === 'crypt_decrypt_fail'
  // A failed password of a known account is always a row; names that nobody has are not worth one each.
  const isUnknown = fact.type === 'authn_login_fail' && recordId === null
  if (isLoose || isUnknown) return behindOf(fact.type, recordId) === null ? null : fact
  return fact
}
