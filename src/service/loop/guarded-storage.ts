import { isNightlatchError, NightlatchError } from '../../core/errors.ts'
import { limits } from '../../core/limits.ts'
import type { Directory } from '../../ports/directory.ts'
import type { OutboxMessage, Page, Storage, StoredRecord } from '../../ports/storage.ts'
import { inTime } from './in-time.ts'

/** If an adapter throws, or answers against its contract or never, callers of the facade get an error with a code. */
export function guardStorage(storage: Storage & Partial<Directory>): Storage & Partial<Directory> {
  const guard =
    <Request, Answer>(name: string, call: (request: Request) => Promise<Answer>, ms: number = limits.storageMs) =>
    async (request: Request): Promise<Answer> => {
      try {
        return await inTime(
          ms,
          () => call(request),
          () => tooLate(name, ms),
        )
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
      if (Array.isArray(taken) && taken.every(isMessage)) return taken.map(withTexts)
      throw somethingElse('takeMessages')
    }),
    settleMessage: guard('settleMessage', async (request) => {
      const settled: unknown = await storage.settleMessage(request)
      if (typeof settled === 'boolean') return settled
      throw somethingElse('settleMessage')
    }),
    ...(listRecords === undefined
      ? {}
      : {
          listRecords: guard('listRecords', async (request) =>
            checkedPage(await listRecords.call(storage, request), request, (id) => typeof id === 'string'),
          ),
        }),
    ...(pruneEvents === undefined
      ? {}
      : { pruneEvents: guard('pruneEvents', (request) => pruneEvents.call(storage, request), limits.storageJobMs) }),
    ...(replaceEvents === undefined
      ? {}
      : {
          replaceEvents: guard('replaceEvents', (request) => replaceEvents.call(storage, request), limits.storageJobMs),
        }),
  }
}

/** Nobody knows what becomes of a commit that is late. */
function tooLate(name: string, ms: number): never {
  const code = name === 'commit' ? 'NL_STORAGE_UNKNOWN' : 'NL_STORAGE_FAILED'
  throw new NightlatchError(code, `the storage did not answer ${name} within ${ms} ms`)
}

function somethingElse(title: string): NightlatchError {
  return new NightlatchError('NL_STORAGE_FAILED', `the storage answered ${title} with something else`)
}

function isRow(value: unknown): boolean {
  return typeof value === 'object' && value !== null
}

function isMessage(value: unknown): value is OutboxMessage {
  if (!isRow(value)) return false
  const { recordId, messageId, attempts } = value as Readonly<Record<keyof OutboxMessage, unknown>>
  return typeof recordId === 'string' && typeof messageId === 'string' && Number.isSafeInteger(attempts)
}

/** Somebody may have spoilt the rest of a row. It then does not open, and holds up no other message. */
function withTexts(message: OutboxMessage): OutboxMessage {
  const { body, channel } = message as Readonly<Record<'body' | 'channel', unknown>>
  const isSpoilt = typeof body !== 'string' || typeof channel !== 'string'
  return isSpoilt ? { ...message, channel: typeof channel === 'string' ? message.channel : 'mail', body: '' } : message
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
