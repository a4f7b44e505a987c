import { contentCases } from './storage/content.ts'
import { directoryCases } from './storage/directory.ts'
import type { ContractCase, StorageUnderTest } from './storage/fixtures.ts'
import { historyCases } from './storage/history.ts'
import { keyCases } from './storage/keys.ts'
import { outboxCases } from './storage/outbox.ts'
import { recordCases } from './storage/records.ts'

export type { StorageUnderTest } from './storage/fixtures.ts'

/** The two functions of a test runner that a suite needs. Those of vitest, jest, mocha and `node:test` all work. */
export interface ContractRunner {
  describe(name: string, body: () => void): unknown
  it(name: string, body: () => Promise<void>): unknown
}

const groups: Readonly<Record<string, readonly ContractCase[]>> = {
  records: recordCases,
  keys: keyCases,
  history: historyCases,
  outbox: outboxCases,
  content: contentCases,
  directory: directoryCases,
}

/**
 * Declares the contract of the storage port as test cases. Every case gets a fresh, empty storage from `make` and
 * closes it afterwards. A storage without `second` races against itself. One without `reopen` is not closed in between.
 *
 * @contract effect(storage) · times ms since epoch · a failing case throws · throws none
 * @example
 * storageContract({ describe, it }, async () => ({ storage: myStorage(), close: async () => {} }))
 */
export function storageContract(runner: ContractRunner, make: () => Promise<StorageUnderTest>): void {
  for (const [group, cases] of Object.entries(groups)) {
    runner.describe(`storage contract: ${group}`, () => {
      for (const { name, run } of cases) {
        runner.it(name, async () => {
          const under = await make()
          try {
            await run(under)
          } finally {
            await under.close()
          }
        })
      }
    })
  }
}
