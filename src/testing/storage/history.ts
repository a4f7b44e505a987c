import type { FactRow, HistoryQuery, Storage } from '../../ports/storage.ts'
import { refuses, same } from '../assert.ts'
import { allPages, committed, eventNumbers, newChange, newEvent, newFact, noon } from './fixtures.ts'
import type { ContractCase } from './fixtures.ts'

const id = 'account:1'

function rangeDown(from: number, to: number): readonly number[] {
  return Array.from({ length: from - to + 1 }, (_, i) => from - i)
}

/** Twelve events in three commits. Twelve, because sorting by text would put 10 before 2. Types alternate. */
async function twelve(storage: Storage): Promise<string> {
  let expected: string | null = null
  for (const start of [1, 5, 9]) {
    const events = [0, 1, 2, 3].map((i) => newEvent(start + i, { type: (start + i) % 2 ? 'odd' : 'even' }))
    expected = await committed(storage, newChange({ expected, events }))
  }
  return expected!
}

const factIds = (facts: readonly FactRow[]): readonly string[] => facts.map((fact) => fact.id)

export const historyCases: readonly ContractCase[] = [
  {
    name: 'has empty pages for an unknown record',
    async run({ storage }) {
      const query = { id: 'account:unknown', limit: 10 }
      same(await storage.listEvents(query), { items: [], next: null }, 'events')
      same(await storage.listFacts(query), { items: [], next: null }, 'facts')
      same(await storage.listFacts({ id: null, limit: 10 }), { items: [], next: null }, 'facts without a record')
    },
  },
  {
    name: 'gives events back as they were',
    async run({ storage }) {
      const events = [newEvent(1), newEvent(2, { body: '' }), newEvent(3, { body: '{"__proto__": null }', at: 0 })]
      await committed(storage, newChange({ events }))
      const { items } = await storage.listEvents({ id, limit: 10 })
      same(items, [events[2], events[1], events[0]], 'the rows')
    },
  },
  {
    name: 'lists events newest first, whatever the size of a page',
    async run({ storage }) {
      await twelve(storage)
      for (const limit of [1, 2, 5, 11, 12, 13, 500]) {
        const rows = await allPages((after) => storage.listEvents({ id, limit, ...after }))
        same(
          rows.map(({ n }) => n),
          rangeDown(12, 1),
          `pages of ${limit}`,
        )
      }
    },
  },
  {
    name: 'lists events oldest first, whatever the size of a page and from any number on',
    async run({ storage }) {
      await twelve(storage)
      for (const limit of [1, 2, 5, 11, 12, 13, 500]) {
        const rows = await allPages((after) => storage.listEvents({ id, order: 'oldest', limit, ...after }))
        same(
          rows.map(({ n }) => n),
          rangeDown(12, 1).toReversed(),
          `pages of ${limit}`,
        )
      }
      for (const [after, first] of [
        ['0', 1],
        ['4', 5],
        ['12', undefined],
      ] as const) {
        const page = await storage.listEvents({ id, order: 'oldest', limit: 1, after })
        same(page.items[0]?.n, first, `the row after ${after}`)
      }
    },
  },
  {
    name: 'says when the last page of events is reached',
    async run({ storage }) {
      await twelve(storage)
      const all = await storage.listEvents({ id, limit: 12 })
      same([all.items.length, all.next], [12, null], 'a page that holds all')
      const most = await storage.listEvents({ id, limit: 11 })
      same([most.items.length, typeof most.next], [11, 'string'], 'a page that holds all but one')
      const last = await storage.listEvents({ id, limit: 11, after: most.next! })
      same([last.items.map(({ n }) => n), last.next], [[1], null], 'the page after it')
    },
  },
  {
    name: 'goes on where a page ended, while new events arrive',
    async run({ storage }) {
      const expected = await twelve(storage)
      const top = await storage.listEvents({ id, limit: 5 })
      await committed(storage, newChange({ expected, events: [newEvent(13), newEvent(14)] }))
      const rest = await storage.listEvents({ id, limit: 20, after: top.next! })
      same(
        [...top.items, ...rest.items].map(({ n }) => n),
        rangeDown(12, 1),
        'both pages',
      )
    },
  },
  {
    name: 'filters events by type and time, page by page',
    async run({ storage }) {
      await twelve(storage)
      const expectations: readonly (readonly [NonNullable<HistoryQuery['filter']>, readonly number[]])[] = [
        [{}, rangeDown(12, 1)],
        [{ types: ['odd'] }, [11, 9, 7, 5, 3, 1]],
        [{ types: ['odd', 'even', 'unknown'] }, rangeDown(12, 1)],
        [{ types: ['unknown'] }, []],
        [{ types: ['ODD', 'odd '] }, []],
        [{ types: [] }, []],
        [{ from: noon + 4 }, rangeDown(12, 4)],
        [{ to: noon + 4 }, [3, 2, 1]],
        [{ from: noon + 4, to: noon + 6 }, [5, 4]],
        [{ from: noon + 6, to: noon + 4 }, []],
        [{ types: ['even'], from: noon + 4, to: noon + 9 }, [8, 6, 4]],
      ]
      for (const [filter, numbers] of expectations) {
        for (const limit of [1, 2, 100]) {
          const rows = await allPages((after) => storage.listEvents({ id, limit, filter, ...after }))
          same(
            rows.map(({ n }) => n),
            numbers,
            `${JSON.stringify(filter)} in pages of ${limit}`,
          )
        }
      }
    },
  },
  {
    name: 'orders events by number when their times run backwards',
    async run({ storage }) {
      const events = [newEvent(1, { at: noon + 9 }), newEvent(2, { at: noon }), newEvent(3, { at: noon + 5 })]
      await committed(storage, newChange({ events }))
      same(await eventNumbers(storage), [3, 2, 1], 'the order')
    },
  },
  {
    name: 'gives facts back as they were, with and without a record',
    async run({ storage }) {
      const own = newFact('own', { fields: { name: 'é😀', empty: '' } })
      const stranger = newFact('stranger', { recordId: null, fields: {} })
      await storage.append([own, stranger, newFact('other', { recordId: 'account:2' })])
      same((await storage.listFacts({ id, limit: 10 })).items, [own], 'facts of the record')
      same((await storage.listFacts({ id: null, limit: 10 })).items, [stranger], 'facts without a record')
      same(await storage.listEvents({ id, limit: 10 }), { items: [], next: null }, 'facts are no events')
      same(await storage.load(id), null, 'facts make no record')
    },
  },
  {
    name: 'lists facts newest first, whatever the size of a page and however many share a time',
    async run({ storage }) {
      const facts = Array.from({ length: 24 }, (_, i) =>
        newFact(`f${String((i * 7) % 24).padStart(2, '0')}`, { at: noon + Math.floor(((i * 7) % 24) / 8) }),
      )
      for (const recordId of [id, null]) {
        for (const fact of facts) await storage.append([{ ...fact, recordId }])
        const expected = rangeDown(23, 0).map((n) => `f${String(n).padStart(2, '0')}`)
        for (const limit of [1, 3, 8, 23, 24, 25]) {
          const rows = await allPages((after) => storage.listFacts({ id: recordId, limit, ...after }))
          same(factIds(rows), expected, `pages of ${limit}`)
        }
      }
    },
  },
  {
    name: 'goes on where a page ended, while new facts arrive',
    async run({ storage }) {
      await storage.append(['a', 'b', 'c', 'd'].map((name) => newFact(name)))
      const top = await storage.listFacts({ id, limit: 2 })
      await storage.append([newFact('e'), newFact('f', { at: noon + 1 })])
      const rest = await storage.listFacts({ id, limit: 10, after: top.next! })
      same(factIds([...top.items, ...rest.items]), ['d', 'c', 'b', 'a'], 'both pages')
    },
  },
  {
    name: 'filters facts by type and time',
    async run({ storage }) {
      await storage.append([
        newFact('a', { type: 'odd', at: noon }),
        newFact('b', { type: 'even', at: noon + 1 }),
        newFact('c', { type: 'odd', at: noon + 2 }),
        newFact('d', { type: 'even', at: noon + 3 }),
      ])
      const list = (filter: NonNullable<HistoryQuery['filter']>): Promise<readonly FactRow[]> =>
        allPages((after) => storage.listFacts({ id, limit: 1, filter, ...after }))
      same(factIds(await list({ types: ['odd'] })), ['c', 'a'], 'by type')
      same(factIds(await list({ types: [] })), [], 'by no type')
      same(factIds(await list({ from: noon + 1, to: noon + 3 })), ['c', 'b'], 'by time')
      same(factIds(await list({ types: ['even'], to: noon + 3 })), ['b'], 'by both')
    },
  },
  {
    name: 'keeps a fact once when it is appended again',
    async run({ storage }) {
      await storage.append([])
      await storage.append([newFact('a'), newFact('b')])
      await storage.append([newFact('b'), newFact('c')])
      same(factIds((await storage.listFacts({ id, limit: 10 })).items), ['c', 'b', 'a'], 'the facts')
    },
  },
  {
    name: 'appends 500 facts in one call',
    async run({ storage }) {
      await storage.append(Array.from({ length: 500 }, (_, i) => newFact(`f${i}`, { at: noon + i })))
      const page = await storage.listFacts({ id, limit: 500 })
      same([page.items.length, page.items[0]?.id, page.next], [500, 'f499', null], 'the page')
    },
  },
  {
    name: 'appends none of 501 facts',
    async run({ storage }) {
      const facts = Array.from({ length: 501 }, (_, i) => newFact(`f${i}`))
      await refuses(() => storage.append(facts), ['NL_ARGUMENT', 'NL_STORAGE_FAILED'], 'append')
      same(await storage.listFacts({ id, limit: 10 }), { items: [], next: null }, 'the facts')
    },
  },
  {
    name: 'refuses hostile queries and goes on working',
    async run({ storage }) {
      await twelve(storage)
      await storage.append([newFact('a'), newFact('b')])
      const hostile: readonly object[] = [
        ...[0, -1, 501, 1e9, 1.5, NaN, Infinity, '5', null].map((limit) => ({ limit })),
        ...['', 'x', '-1', '1e3', '0x1', ':', 'x:y', "1' or '1'='1", '\u0000', '9'.repeat(40), 5].map((after) => ({
          after,
        })),
        ...[NaN, Infinity, 'now'].flatMap((time) => [{ filter: { from: time } }, { filter: { to: time } }]),
        { filter: { types: 'odd' } },
        { filter: { types: [5] } },
      ]
      for (const part of hostile) {
        const query = { id, limit: 10, ...part } as HistoryQuery
        const codes = ['NL_ARGUMENT', 'NL_STORAGE_FAILED']
        await refuses(() => storage.listEvents(query), codes, `listEvents ${JSON.stringify(part)}`)
        await refuses(() => storage.listFacts(query), codes, `listFacts ${JSON.stringify(part)}`)
      }
      same((await eventNumbers(storage)).length, 12, 'the events afterwards')
    },
  },
]
