import type { Change, Storage, StoredRecord } from 'nightlatch'

/**
 * A storage in which nothing moves: every commit and message is answered as kept, and forgotten. A test can so make one
 * call after another in the very same state.
 */
export function standingStill(storage: Storage): Storage {
  return {
    load: (id): Promise<StoredRecord | null> => storage.load(id),
    commit: async (_: Change) => 'committed',
    find: (key) => storage.find(key),
    append: async () => undefined,
    listEvents: (query) => storage.listEvents(query),
    listFacts: (query) => storage.listFacts(query),
    takeMessages: async () => [],
    settleMessage: async () => true,
  }
}
