import type { Storage } from 'nightlatch'

export interface CountingStorage extends Storage {
  /** Calls since the last `restart`, by method. */
  readonly calls: Readonly<Record<string, number>>
  restart(): void
}

/** Counts what is asked of a storage. */
export function countingStorage(storage: Storage): CountingStorage {
  let calls: Record<string, number> = {}
  const counted = Object.fromEntries(
    Object.entries(storage as unknown as Record<string, (request: unknown) => Promise<unknown>>).map(
      ([name, method]) => [
        name,
        async (request: unknown) => {
          calls[name] = (calls[name] ?? 0) + 1
          return method.call(storage, request)
        },
      ],
    ),
  ) as unknown as Storage
  return {
    ...counted,
    get calls() {
      return calls
    },
    restart() {
      calls = {}
    },
  }
}
