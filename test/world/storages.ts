import type { Storage } from 'nightlatch'
import { memoryStorage } from 'nightlatch/storage/memory'
import { sqliteFile } from './sqlite.ts'

export interface OpenStorage {
  readonly storage: Storage
  /** The same storage as another server sees it. */
  connect(): Storage
  close(): Promise<void>
}

/** For `describe.each`: a promise must hold on every one of these storages. */
export const storages: readonly { readonly title: string; open(): Promise<OpenStorage> }[] = [
  {
    title: 'memory',
    async open() {
      const storage = memoryStorage()
      return { storage, connect: () => storage, close: async () => undefined }
    },
  },
  { title: 'SQLite', open: sqliteFile },
]
