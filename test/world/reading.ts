import { asSystem } from 'nightlatch'
import type { Nightlatch, Storage } from 'nightlatch'
import type { Fact, SecurityEvent } from 'nightlatch/events'
import type { AccountState } from '../../src/core/account/record/state.ts'
import { expectOk } from './expect-outcome.ts'
import { everyItem, peekState, settledBehind } from './peek.ts'

/** The chained history of an account, newest first. */
export async function eventsOf(nl: Nightlatch, id: string): Promise<readonly SecurityEvent[]> {
  const grant = asSystem(id, 'reading')
  // What is recorded behind an answer.
  await settledBehind(nl)
  return everyItem(async (from) => {
    const { events, next } = expectOk(await nl.history.list({ grant, limit: 100, ...from }))
    return { items: events, next }
  })
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
