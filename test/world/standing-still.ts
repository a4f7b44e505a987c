import type { Change, Storage, StoredRecord } from 'nightlatch'

/**
 * A storage that changes nothing: a commit or a message is answered as stored, and dropped. So a test can make many
 * calls in the same state.
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
