import { isNightlatchError } from '../../../core/errors.ts'
import type { Page } from '../../../ports/storage.ts'

/** Everything else was checked before. So if an adapter still refuses an argument, it is the cursor. */
export async function orMalformed<Item>(read: Promise<Page<Item>>): Promise<Page<Item> | null> {
  try {
    return await read
  } catch (error) {
    if (isNightlatchError(error) && error.code === 'NL_ARGUMENT') return null
    throw error
  }
}

/** Takes the pages of at least so many items, if there are any more. Between two pages other work gets its turn. */
export async function forEachPage<Item>(
  most: number,
  read: (cursor: { readonly after?: string }) => Promise<Page<Item>>,
  nextTurn: () => Promise<void>,
  take: (items: readonly Item[]) => unknown,
): Promise<void> {
  let after: string | null = null
  for (let count = 0; count < most; await nextTurn()) {
    const page: Page<Item> | null = after === null ? await read({}) : await orMalformed(read({ after }))
    // The storage refuses a cursor that it made from a row that somebody inserted. That row was read already.
    if (page === null) return
    await take(page.items)
    count += page.items.length
    after = page.next
    if (after === null) return
  }
}

/**
 * The cursor of the next page of events, oldest first. The numbers of rows that somebody inserted may lead in a circle:
 * a cursor that does not lead on is the end.
 */
export function leadingOn(after: string, next: string | null): string | null {
  return next !== null && Number(next) > Number(after) ? next : null
}
