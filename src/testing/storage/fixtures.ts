import type {
  Channel,
  Change,
  EventRow,
  FactRow,
  NewMessage,
  OutboxMessage,
  Page,
  Storage,
} from '../../ports/storage.ts'
import { same } from '../assert.ts'

/** What the adapter's author gives the suite: a fresh, empty storage, and other ways to its data. */
export interface StorageUnderTest {
  readonly storage: Storage
  /** Closes the storage and opens it again on the same data. Leave it out if the data ends with the process. */
  reopen?(): Promise<Storage>
  /** Another instance on the same data, as another process has it. Leave it out if there can be none. */
  second?(): Promise<Storage>
  /** Closes every instance and removes the data. */
  close(): Promise<void>
}

export interface ContractCase {
  readonly name: string
  run(under: StorageUnderTest): Promise<void>
}

/** ms since epoch: a time of today, which a column of 32 bits cannot store. */
export const noon = 1_767_268_800_000

let made = 0

export function newVersion(n = 1): string {
  return `${n}.${String(++made).padStart(32, '0')}`
}

export function newChange(parts: Partial<Change> = {}): Change {
  const summary = {
    kind: 'account',
    createdAt: noon,
    updatedAt: noon,
    totpAuthenticators: 1,
    backupCodesLeft: 10,
    lockedUntil: null,
  }
  return {
    id: 'account:1',
    attemptId: `attempt-${++made}`,
    expected: null,
    version: newVersion(),
    doc: '{"schema":1}',
    summary,
    keys: { claim: [], release: [] },
    events: [],
    messages: [],
    ...parts,
  }
}

export function newEvent(n: number, parts: Partial<EventRow> = {}): EventRow {
  return { n, type: 'authn_login_success', at: noon + n, body: `body ${n}`, ...parts }
}

export function newFact(id: string, parts: Partial<FactRow> = {}): FactRow {
  const fields = { ip: '192.0.2.1' }
  return { id, recordId: 'account:1', type: 'authn_login_fail', at: noon, fields, mac: `mac of ${id}`, ...parts }
}

export function newMessage(messageId: string, parts: Partial<NewMessage> = {}): NewMessage {
  return { messageId, channel: 'mail', dueAt: noon, body: `sealed ${messageId}`, ...parts }
}

/** Commits a change, which must succeed, and answers its version. */
export async function committed(storage: Storage, change: Change): Promise<string> {
  same(await storage.commit(change), 'committed', 'a commit that nothing stands against')
  return change.version
}

/** All rows of a listing, read page by page. */
export async function allPages<Row>(
  list: (after: { readonly after?: string }) => Promise<Page<Row>>,
): Promise<readonly Row[]> {
  const rows: Row[] = []
  for (let next: string | null | undefined; next !== null;) {
    const page: Page<Row> = await list(next === undefined ? {} : { after: next })
    rows.push(...page.items)
    next = page.items.length === 0 ? null : page.next
  }
  return rows
}

export function eventNumbers(storage: Storage, id = 'account:1'): Promise<readonly number[]> {
  return allPages((after) => storage.listEvents({ id, limit: 100, ...after })).then((rows) => rows.map(({ n }) => n))
}

interface Taking {
  readonly at?: number
  readonly token?: string
  readonly until?: number
  readonly limit?: number
}

/** Takes the messages that are due at `at`, and leases them for a second. */
export function take(
  storage: Storage,
  {
    at = noon,
    token = 'taker',
    until = at + 1000,
    limit = 100,
    ...rest
  }: Taking & Partial<{ partition: string; except: readonly string[]; channel: Channel }> = {},
): Promise<readonly OutboxMessage[]> {
  return storage.takeMessages({ now: at, leaseToken: token, leaseUntil: until, limit, ...rest })
}

export function idsOf(messages: readonly OutboxMessage[]): readonly string[] {
  return messages.map(({ messageId }) => messageId)
}
