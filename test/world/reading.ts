import { asSystem } from 'nightlatch'
import type { Nightlatch, Storage } from 'nightlatch'
import type { Fact, SecurityEvent } from 'nightlatch/events'
import type { AccountState } from '../../src/core/account/record/state.ts'
import { expectOk } from './expect-outcome.ts'
import { peekState } from './peek.ts'

/** The chained history of an account, newest first. */
export async function eventsOf(nl: Nightlatch, id: string): Promise<readonly SecurityEvent[]> {
  const events: SecurityEvent[] = []
  const grant = asSystem(id, 'reading')
  let after: string | undefined
  do {
    const page: { readonly events: readonly SecurityEvent[]; readonly next: string | null } = expectOk(
      await nl.history.list({ grant, limit: 100, after }),
    )
    events.push(...page.events)
    after = page.next ?? undefined
  } while (after !== undefined)
  return events
}

/** The newest event of a type, or undefined. */
export async function newestOf<Type extends SecurityEvent['type']>(
  nl: Nightlatch,
  id: string,
  type: Type,
): Promise<Extract<SecurityEvent, { type: Type }> | undefined> {
  const found = (await eventsOf(nl, id)).find((event) => event.type === type)
  return found as Extract<SecurityEvent, { type: Type }> | undefined
}

/** The newest facts of an account, newest first. */
export async function factsOf(nl: Nightlatch, id: string): Promise<readonly Fact[]> {
  return expectOk(await nl.history.facts({ grant: asSystem(id, 'reading'), limit: 100 })).facts
}

/** What the record holds, secrets sealed. */
export async function stateOf(storage: Storage, id: string): Promise<AccountState> {
  const state = await peekState(storage, id)
  if (state === null) throw new Error(`no record of ${id}`)
  return state
}
