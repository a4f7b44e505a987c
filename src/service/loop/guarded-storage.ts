import { isNightlatchError, NightlatchError } from '../../core/errors.ts'
import type { Directory } from '../../ports/directory.ts'
import type { Storage } from '../../ports/storage.ts'

/** Whatever an adapter throws, callers of the facade get a coded error. */
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
    load: guard('load', (id) => storage.load(id)),
    commit: guard('commit', async (change) => {
      const answer: unknown = await storage.commit(change)
      if (answer === 'committed' || answer === 'conflict' || answer === 'key-taken') return answer
      throw new NightlatchError('NL_STORAGE_FAILED', 'the storage answered a commit with something else')
    }),
    find: guard('find', async (key) => {
      const found: unknown = await storage.find(key)
      if (found === null || typeof found === 'string') return found
      throw new NightlatchError('NL_STORAGE_FAILED', 'the storage answered a find with something else')
    }),
    append: guard('append', (facts) => storage.append(facts)),
    listEvents: guard('listEvents', (query) => storage.listEvents(query)),
    listFacts: guard('listFacts', (query) => storage.listFacts(query)),
    takeMessages: guard('takeMessages', (request) => storage.takeMessages(request)),
    settleMessage: guard('settleMessage', (request) => storage.settleMessage(request)),
    ...(listRecords === undefined
      ? {}
      : { listRecords: guard('listRecords', (request) => listRecords.call(storage, request)) }),
    ...(pruneEvents === undefined
      ? {}
      : { pruneEvents: guard('pruneEvents', (request) => pruneEvents.call(storage, request)) }),
    ...(replaceEvents === undefined
      ? {}
      : { replaceEvents: guard('replaceEvents', (request) => replaceEvents.call(storage, request)) }),
  }
}
