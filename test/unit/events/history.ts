import type { EventType, EventValues, Fact, FactType, FactValues, SecurityEvent, SharedValues } from 'nightlatch/events'
import { eventCatalogue, factCatalogue } from 'nightlatch/events'

/** ms since epoch, by minutes into a day */
export const minute = (count: number): number => Date.UTC(2026, 7, 4) + count * 60_000

export function event<T extends EventType>(
  type: T,
  row: { readonly n: number; readonly at?: number; readonly values?: Partial<EventValues<T> & SharedValues> },
): SecurityEvent {
  const { outcome, level } = eventCatalogue[type]
  const { n, at = minute(n), values = {} } = row
  return { stream: 'events', type, n, at, outcome, level, values } as SecurityEvent
}

export function fact<T extends FactType>(
  type: T,
  row: { readonly id: string; readonly at: number; readonly values?: Partial<FactValues<T> & SharedValues> },
): Fact {
  const { outcome, level } = factCatalogue[type]
  const { id, at, values = {} } = row
  return { stream: 'facts', type, id, at, outcome, level, values } as Fact
}
