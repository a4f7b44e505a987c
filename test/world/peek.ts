import { limits } from '../../src/core/limits.ts'
import type { AccountState } from '../../src/core/account/record/state.ts'
import { versionNumber } from '../../src/core/record/envelope.ts'
import { readPacked } from '../../src/core/record/packed-lists.ts'
import type { EventRow, FactRow, Nightlatch, Storage } from 'nightlatch'

const servers = new WeakMap<Storage, Set<Nightlatch>>()

/** Notes that a server writes to a storage. */
export function writesTo(storage: Storage, server: Nightlatch): void {
  servers.set(storage, (servers.get(storage) ?? new Set()).add(server))
}

const startTimer = globalThis.setTimeout

/** Waits for what a server records behind its answers, and not for a mailer that hangs. */
export async function settledBehind(server: Nightlatch): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const hangs = new Promise<void>((resolve) => {
    timer = startTimer(resolve, 2 * limits.afterwardsMs)
  })
  await Promise.race([server.outbox.idle(), hangs])
  clearTimeout(timer)
}

/** Facts are written behind the answers: waits for those of every server of this storage. */
async function factsStored(storage: Storage): Promise<void> {
  for (const server of servers.get(storage) ?? []) await settledBehind(server)
}

/** The state of an account as stored; null without a record. What is sealed in it stays sealed. */
export async function peekState(storage: Storage, accountId: string): Promise<AccountState | null> {
  const stored = await storage.load(`account:${accountId}`)
  if (stored === null) return null
  const { birth, state } = bodyOf<{ birth: string; state: AccountState }>(stored.doc)
  return { ...state, record: { birth, commit: versionNumber(stored.version) } }
}

/** The body of a stored record, which stands after the line of its envelope. */
export function bodyOf<Body>(doc: string): Body {
  return readPacked(doc.slice(doc.indexOf('\n') + 1)) as Body
}

/** Every item of a list that is answered in pages, in its order. */
export async function everyItem<Item>(
  page: (from: {
    readonly after?: string
  }) => Promise<{ readonly items: readonly Item[]; readonly next: string | null }>,
): Promise<Item[]> {
  const all: Item[] = []
  for (let after: string | null | undefined; after !== null;) {
    const { items, next } = await page(after === undefined ? {} : { after })
    all.push(...items)
    after = next
  }
  return all
}

/** The fields of a stored event, without a check of its MACs. */
export function fieldsOf({ body }: EventRow): Readonly<Record<string, string>> {
  const { fields, private: hidden, short } = JSON.parse(body) as Record<string, { fields?: Record<string, string> }>
  return { ...(fields as Record<string, string> | undefined), ...hidden?.fields, ...short?.fields }
}

/** Every stored event of an account, oldest first. */
export async function peekEvents(storage: Storage, accountId: string): Promise<readonly EventRow[]> {
  const id = `account:${accountId}`
  return (await everyItem((from) => storage.listEvents({ id, limit: 500, ...from }))).reverse()
}

/** Every stored fact of an account, oldest first; null: those without one. */
export async function peekFacts(storage: Storage, accountId: string | null): Promise<readonly FactRow[]> {
  const id = accountId === null ? '' : `account:${accountId}`
  await factsStored(storage)
  return (await everyItem((from) => storage.listFacts({ id, limit: 500, ...from }))).reverse()
}
