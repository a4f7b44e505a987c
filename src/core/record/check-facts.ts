import { cleanText } from '../text.ts'
import type { FactPlace, StoredFact } from './fact-form.ts'
import { isFactGenuine } from './fact-form.ts'

/**
 * What is wrong with a stored fact, by its id. `changed`: it is not as it was written, or it was written for another
 * account, or by somebody else. `added`: it is there a second time.
 */
export interface FactFault {
  readonly fault: 'changed' | 'added'
  readonly fact: string
}

/** Null: the row is genuine, and it is in its place, with the newest first. */
export type FindFactFault = (row: StoredFact) => FactFault | null

/** Looks at the facts of one place, page after page. */
export function createFactCheck(key: Uint8Array, place: FactPlace): FindFactFault {
  let last: StoredFact | null = null
  return (row) => {
    const isGenuine = isFactGenuine(key, place, row)
    if (isGenuine && (last === null || isOlder(row, last))) {
      last = row
      return null
    }
    return { fault: isGenuine ? 'added' : 'changed', fact: shownId(row) }
  }
}

function isOlder(row: StoredFact, than: StoredFact): boolean {
  return row.at < than.at || (row.at === than.at && row.id < than.id)
}

/** Somebody may have put any value there. */
function shownId({ id }: { readonly id: unknown }): string {
  return typeof id === 'string' ? cleanText(id, 64) : ''
}
