import type { Directory } from '../../ports/directory.ts'
import type { Storage } from '../../ports/storage.ts'
import { refuses, same } from '../assert.ts'
import type { ContractCase } from './fixtures.ts'
import { committed, eventNumbers, newChange, newEvent } from './fixtures.ts'

const id = 'account:1'
const other = 'account:2'

/** The optional port. Null: this storage does not have it, and there is nothing to try. */
function directoryOf(storage: Storage & Partial<Directory>): Directory | null {
  const { listRecords, pruneEvents, replaceEvents } = storage
  return listRecords && pruneEvents && replaceEvents ? (storage as Storage & Directory) : null
}

async function twoRecords(storage: Storage): Promise<void> {
  const events = Array.from({ length: 12 }, (_, i) => newEvent(i + 1))
  await committed(storage, newChange({ id, events }))
  await committed(storage, newChange({ id: other, events }))
}

export const directoryCases: readonly ContractCase[] = [
  {
    name: 'lists every record once, in ascending order and in pages',
    async run({ storage }) {
      const directory = directoryOf(storage)
      if (directory === null) return
      const ids = Array.from({ length: 7 }, (_, i) => `account:${i}`)
      for (const one of ids.toReversed()) await committed(storage, newChange({ id: one }))
      const found: string[] = []
      for (let after: string | null | undefined; after !== null;) {
        const page: Awaited<ReturnType<Directory['listRecords']>> = await directory.listRecords({
          limit: 3,
          ...(after === undefined ? {} : { after }),
        })
        found.push(...page.items)
        after = page.next
      }
      same(found, ids, 'the records')
    },
  },
  {
    name: 'prunes the events of one record below a number, and no others',
    async run({ storage }) {
      const directory = directoryOf(storage)
      if (directory === null) return
      await twoRecords(storage)
      for (const [below, count] of [
        [0, 12],
        [1, 12],
        [10, 3],
        [10, 3],
        [500, 0],
      ] as const) {
        await directory.pruneEvents({ id, below })
        same((await eventNumbers(storage)).length, count, `what is left below ${below}`)
      }
      same((await eventNumbers(storage, other)).length, 12, 'the events of another record')
      await directory.pruneEvents({ id: 'account:nobody', below: 5 })
    },
  },
  {
    name: 'replaces the bodies of stored events, and adds none',
    async run({ storage }) {
      const directory = directoryOf(storage)
      if (directory === null) return
      await twoRecords(storage)
      const rows = [newEvent(3, { body: 'three' }), newEvent(12, { body: 'é😀' }), newEvent(13, { body: 'none' })]
      await directory.replaceEvents({ id, rows })
      const { items } = await storage.listEvents({ id, limit: 100, order: 'oldest' })
      same(items.length, 12, 'the number of events')
      same([items[2], items[11]], rows.slice(0, 2), 'the replaced events')
      same(items[3], newEvent(4), 'an event that was not replaced')
      same((await storage.listEvents({ id: other, limit: 1 })).items, [newEvent(12)], 'an event of another record')
      await directory.replaceEvents({ id, rows: [] })
    },
  },
  {
    name: 'refuses hostile numbers of rows',
    async run({ storage }) {
      const directory = directoryOf(storage)
      if (directory === null) return
      await twoRecords(storage)
      const codes = ['NL_ARGUMENT', 'NL_STORAGE_FAILED']
      for (const below of [-1, 1.5, NaN, Infinity, '5', null]) {
        await refuses(() => directory.pruneEvents({ id, below: below as number }), codes, `below ${below}`)
      }
      const many = Array.from({ length: 501 }, (_, i) => newEvent(i + 1))
      await refuses(() => directory.replaceEvents({ id, rows: many }), codes, '501 rows')
      same((await eventNumbers(storage)).length, 12, 'the events afterwards')
    },
  },
]
