import { encodeBase64url } from '../../core/bytes.ts'
import type { DraftFact, SharedValues } from '../../core/events/index.ts'
import { encodeFact } from '../../core/events/stored-text.ts'
import type { NewFact } from '../../core/record/fact-form.ts'
import { signFact } from '../../core/record/fact-form.ts'
import { maxPageSize } from '../../core/storage-query.ts'
import type { Random } from '../../ports/random.ts'
import type { FactRow, RecordId, Storage } from '../../ports/storage.ts'
import type { Afterwards } from './afterwards.ts'
import type { Realm } from './realm-keys.ts'
import type { Tell } from './reports.ts'
import type { CountAttempt } from './sampling.ts'
import { createCountAttempt } from './sampling.ts'

export interface Facts {
  /** Writes facts. Those that a stranger can cause without end are sampled and counted. */
  record(recordId: RecordId | null, facts: readonly DraftFact[], shared: SharedValues, now: number): Promise<void>
  /** The same, but nothing waits for it. What comes within a moment is written together. */
  later(recordId: RecordId | null, facts: readonly DraftFact[], shared: SharedValues, now: number): void
}

interface FactsParts {
  readonly storage: Storage
  readonly realm: Pick<Realm, 'name' | 'keys'>
  readonly random: Random
  readonly afterwards: Afterwards
  readonly tell: Tell
  /** Called with the rows that were written. */
  readonly stored: (recordId: RecordId | null, rows: readonly FactRow[]) => void
}

/** A fact before its MAC. */
type Unsigned = NewFact & { readonly recordId: RecordId | null }

/** Wrong passwords for a known account are sampled after so many from one source. */
const freeWrongPasswords = 20
/** After so many from all sources together, facts of one kind about one account are sampled too. */
const freeOfAllSources = 64

export function createFacts({ storage, realm, random, afterwards, tell, stored }: FactsParts): Facts {
  const countAttempt = createCountAttempt()
  let waiting: Unsigned[] = []

  const rowsOf = (...[recordId, facts, shared, now]: Parameters<Facts['later']>): readonly Unsigned[] =>
    facts
      .flatMap((fact) => sample(fact, recordId, shared, now, countAttempt) ?? [])
      .map((fact) => ({
        id: encodeBase64url(random(16)),
        recordId,
        type: fact.type,
        at: now,
        fields: encodeFact(fact, shared),
      }))

  /** The key is asked for here, after the answer. */
  const write = async (drafts: readonly Unsigned[]): Promise<void> => {
    if (drafts.length === 0) return
    const { facts: key } = await realm.keys()
    const rows = drafts.map(({ recordId, ...fact }): FactRow => {
      const signed = signFact(key, { realm: realm.name, recordId }, fact)
      return { ...signed, recordId }
    })
    await storage.append(rows)
    for (const recordId of new Set(rows.map((row) => row.recordId))) {
      stored(
        recordId,
        rows.filter((row) => row.recordId === recordId),
      )
    }
  }

  return {
    record: (...facts) => write(rowsOf(...facts)),

    later(...facts) {
      const rows = rowsOf(...facts)
      if (rows.length === 0) return
      waiting.push(...rows)
      if (waiting.length > rows.length) return
      afterwards.add(async () => {
        const together = waiting
        waiting = []
        for (let from = 0; from < together.length; from += maxPageSize) {
          const part = together.slice(from, from + maxPageSize)
          await write(part).catch((cause: unknown) => {
            tell('facts', `${part.length} facts could not be stored`, { cause })
          })
        }
      })
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
  const attemptsOf = (key: readonly (string | null)[], free = 1): number | null => {
    const fromSource = countAttempt(JSON.stringify([...key, shared.network ?? 'unknown']), now, free)
    if (fromSource === null) return null
    const fromAll = countAttempt(JSON.stringify(key), now, freeOfAllSources)
    return fromAll === null ? null : Math.max(fromSource, fromAll)
  }
  switch (fact.type) {
    case 'excess_rate_limit_exceeded': {
      const sampled = attemptsOf([fact.type, recordId, fact.values.flow])
      return sampled === null ? null : { type: fact.type, values: { ...fact.values, sampled } }
    }
    case 'sms_refuse':
      return attemptsOf([fact.type, recordId, fact.values.reason]) === null ? null : fact
    case 'authn_login_fail': {
      const sampled = attemptsOf([fact.type, recordId], recordId === null ? 1 : freeWrongPasswords)
      return sampled === null ? null : { type: fact.type, values: { ...fact.values, sampled } }
    }
    case 'sequence_fail':
    case 'limiter_fail':
    case 'record_suspect':
    case 'crypt_decrypt_fail':
      return attemptsOf([fact.type, recordId]) === null ? null : fact
    case 'message_failed':
    case 'message_dead':
      return fact
  }
}
