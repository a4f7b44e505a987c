import type { AccountState } from '../../src/core/account/record/state.ts'
import type { EventRow, FactRow, Storage } from 'nightlatch'

/** The state of an account as stored; null without a record. What is sealed in it stays sealed. */
export async function peekState(storage: Storage, accountId: string): Promise<AccountState | null> {
  const stored = await storage.load(`account:${accountId}`)
  if (stored === null) return null
  const { body } = JSON.parse(stored.doc) as { body: string }
  return (JSON.parse(body) as { state: AccountState }).state
}

/** Every stored event of an account, oldest first. */
export async function peekEvents(storage: Storage, accountId: string): Promise<readonly EventRow[]> {
  const rows: EventRow[] = []
  let after: string | null = null
  do {
    const page: Awaited<ReturnType<Storage['listEvents']>> = await storage.listEvents({
      id: `account:${accountId}`,
      limit: 500,
      ...(after === null ? {} : { after }),
    })
    rows.push(...page.items)
    after = page.next
  } while (after !== null)
  return rows.reverse()
}

/** Every stored fact of an account, oldest first; null: those without one. */
export async function peekFacts(storage: Storage, accountId: string | null): Promise<readonly FactRow[]> {
  const rows: FactRow[] = []
  let after: string | null = null
  do {
    const page: Awaited<ReturnType<Storage['listFacts']>> = await storage.listFacts({
      id: accountId === null ? '' : `account:${accountId}`,
      limit: 500,
      ...(after === null ? {} : { after }),
    })
    rows.push(...page.items)
    after = page.next
  } while (after !== null)
  return rows.reverse()
}
