import { encodeBase64url } from '../../core/bytes.ts'
import type { DraftFact, SharedValues } from '../../core/events/index.ts'
import { encodeFact } from '../../core/events/stored-text.ts'
import type { Random } from '../../ports/random.ts'
import type { FactRow, RecordId, Storage } from '../../ports/storage.ts'
import type { CountAttempt } from './sampling.ts'
import { createCountAttempt } from './sampling.ts'

export interface Facts {
  /** Writes facts. Those that a stranger can cause without end are sampled and counted. */
  record(recordId: RecordId | null, facts: readonly DraftFact[], shared: SharedValues, now: number): Promise<void>
}

/** After so many from all sources together, facts of one kind about one account are sampled too. */
const freeOfAllSources = 64

/** `stored` is called with the rows that were written. */
export function createFacts(
  storage: Storage,
  random: Random,
  stored: (recordId: RecordId | null, rows: readonly FactRow[]) => void,
): Facts {
  const countAttempt = createCountAttempt()
  return {
    async record(recordId, facts, shared, now) {
      const sampled = facts.flatMap((fact) => sample(fact, recordId, shared, now, countAttempt) ?? [])
      if (sampled.length === 0) return
      const rows = sampled.map((fact) => ({
        id: encodeBase64url(random(16)),
        recordId,
        type: fact.type,
        at: now,
        fields: encodeFact(fact, shared),
      }))
      await storage.append(rows)
      stored(recordId, rows)
    },
  }
}

/** The fact that gets a row; null: it was only counted. */
function sample(
  fact: DraftFact,
  recordId: RecordId | null,
  shared: SharedValues,
  now: number,
  countAttempt: CountAttempt,
): DraftFact | null {
  // Counted by its source and over all sources: a stranger may have any number of networks.
  const attemptsOf = (...key: readonly (string | null)[]): number | null => {
    const fromSource = countAttempt(JSON.stringify([...key, shared.network ?? 'unknown']), now, 1)
    if (fromSource === null) return null
    const fromAll = countAttempt(JSON.stringify(key), now, freeOfAllSources)
    return fromAll === null ? null : Math.max(fromSource, fromAll)
  }
  switch (fact.type) {
    case 'excess_rate_limit_exceeded': {
      const sampled = attemptsOf(fact.type, recordId, fact.values.flow)
      return sampled === null ? null : { type: fact.type, values: { ...fact.values, sampled } }
    }
    case 'sms_refuse':
      return attemptsOf(fact.type, recordId, fact.values.reason) === null ? null : fact
    case 'authn_login_fail':
      // For a known account every failed password gets a row. Names that nobody has are not worth one each.
      return recordId === null && attemptsOf(fact.type, recordId) === null ? null : fact
    case 'sequence_fail':
    case 'limiter_fail':
    case 'crypt_decrypt_fail':
      return attemptsOf(fact.type, recordId) === null ? null : fact
    case 'message_dead':
      return fact
  }
}
