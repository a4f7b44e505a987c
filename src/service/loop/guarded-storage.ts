import { isNightlatchError, NightlatchError } from '../../core/errors.ts'
import type { Directory } from '../../ports/directory.ts'
import type { Page, Storage, StoredRecord } from '../../ports/storage.ts'

/** If an adapter throws, or answers against its contract, callers of the facade get an error with a code. */
export function guardStorage(storage: Storage & Partial<Directory>): Storage & Partial<Directory> {
  const guard =
    <Request, Answer>(name: string, call: (request: Request) => Promise<Answer>) =>
    async (request: Request): Promise<Answer> => {
      try {
        return await call(request)
      } catch (error) {
        if (isNightlatchError(error)) throw error
        throw new NightlatchError('NL_STORAGE_FAILED', `the storage failed in ${name}`, { cause: error })
      }
    }
  const { listRecords, pruneEvents, replaceEvents } = storage
  return {
    load: guard('load', async (id) => checkedRecord(await storage.load(id))),
    commit: guard('commit', async (change) => {
      const answer: unknown = await storage.commit(change)
      if (answer === 'committed' || answer === 'conflict' || answer === 'key-taken') return answer
      throw somethingElse('a commit')
    }),
    find: guard('find', async (key) => {
      const found: unknown = await storage.find(key)
      if (found === null || typeof found === 'string') return found
      throw somethingElse('a find')
    }),
    append: guard('append', (facts) => storage.append(facts)),
    listEvents: guard('listEvents', async (query) => checkedPage(await storage.listEvents(query), query, isRow)),
    listFacts: guard('listFacts', async (query) => checkedPage(await storage.listFacts(query), query, isRow)),
    takeMessages: guard('takeMessages', async (request) => {
      const taken: unknown = await storage.takeMessages(request)
      if (Array.isArray(taken) && taken.every(isRow)) return taken
      throw somethingElse('takeMessages')
    }),
    settleMessage: guard('settleMessage', (request) => storage.settleMessage(request)),
    ...(listRecords === undefined
      ? {}
      : {
          listRecords: guard('listRecords', async (request) =>
            checkedPage(await listRecords.call(storage, request), request, (id) => typeof id === 'string'),
          ),
        }),
    ...(pruneEvents === undefined
      ? {}
      : { pruneEvents: guard('pruneEvents', (request) => pruneEvents.call(storage, request)) }),
    ...(replaceEvents === undefined
      ? {}
      : { replaceEvents: guard('replaceEvents', (request) => replaceEvents.call(storage, request)) }),
  }
}

function somethingElse(title: string): NightlatchError {
  return new NightlatchError('NL_STORAGE_FAILED', `the storage answered ${title} with something else`)
}

function isRow(value: unknown): boolean {
  return typeof value === 'object' && value !== null
}

/** What somebody wrote into the columns of a record may be no text. */
function checkedRecord(stored: StoredRecord | null): StoredRecord | null {
  if (stored === null) return null
  const { version, doc } = stored as Readonly<Record<keyof StoredRecord, unknown>>
  if (version === undefined || doc === undefined) throw somethingElse('a load')
  if (typeof version === 'string' && typeof doc === 'string') return { version, doc }
  throw new NightlatchError('NL_RECORD_TAMPERED', 'a stored record is not a text')
}

/**
 * Pages are read until one is the last. So an empty page must be the last one. A page whose cursor leads to itself is
 * the last one too: a storage makes such a cursor from a row that somebody inserted.
 */
function checkedPage<Item>(
  page: Page<Item>,
  { after }: { readonly after?: string | undefined },
  isItem: (item: unknown) => boolean,
): Page<Item> {
  const { items, next } = page as Readonly<Record<keyof Page<Item>, unknown>>
  const isPage = Array.isArray(items) && items.every(isItem)
  const isCursor = next === null || typeof next === 'string'
  if (!isPage || !isCursor) throw somethingElse('a list')
  if (next === after) return { ...page, next: null }
  if (items.length === 0 && next !== null) throw somethingElse('a list')
  return page
}
