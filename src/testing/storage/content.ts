import type { Storage } from '../../ports/storage.ts'
import { same } from '../assert.ts'
import { committed, eventNumbers, idsOf, newChange, newEvent, newFact, newMessage, noon, take } from './fixtures.ts'
import type { ContractCase } from './fixtures.ts'

/** Well-formed Unicode. Without NUL, which the service refuses. */
const unusual: readonly string[] = [
  '',
  ' ',
  '  two spaces around  ',
  `quotes ' '' " \` \\ \\' and ; -- /* comment */`,
  '%_?:@$1${x}{{y}}',
  'lines \r\n \n \t \u0001 \u001f \u007f \u0085 \u2028 \u2029',
  '\ufeffbyte order mark',
  'é e\u0301 ß ss İ i ı ﬁ',
  '👩‍👩‍👧‍👦 🏳️‍🌈 𝒜 \u{10ffff} \uffff',
  'שלום مرحبا \u202e reversed',
  '12345678901234567890',
  '1e999',
  'null',
  '{"json":true}',
  'x'.repeat(200_000),
]

/** Ids that a collation may take for the same. */
const alike: readonly string[] = [
  'a',
  'A',
  'a ',
  ' a',
  'á',
  'a\u0301',
  'ß',
  'ss',
  'ﬁ',
  'fi',
  'i',
  'İ',
  'ı',
  "o'brien",
  'o"brien',
  'o`brien',
  'o\\brien',
  '%',
  '_',
  '1',
  '01',
  '1.0',
  '😀',
  '😁',
  '__proto__',
  'constructor',
  'a:b',
  'a,b',
]

async function unchanged(storage: Storage, act: () => Promise<unknown>): Promise<void> {
  const state = async (): Promise<unknown> => [
    await storage.load('account:1'),
    await storage.listEvents({ id: 'account:1', limit: 10 }),
    await storage.listFacts({ id: 'account:1', limit: 10 }),
  ]
  const before = structuredClone(await state())
  await act()
  same(await state(), before, 'what is stored after foreign hands were on a copy')
}

/** Overwrites everything in a value, as a caller may do after a call. */
function overwrite(value: unknown): void {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return
  for (const [key, inner] of Object.entries(value)) {
    overwrite(inner)
    if (typeof inner !== 'object') (value as Record<string, unknown>)[key] = 'overwritten'
  }
  if (Array.isArray(value)) value.length = 0
}

export const contentCases: readonly ContractCase[] = [
  {
    name: 'keeps what it stored apart from what it was given and what it gave out',
    async run({ storage }) {
      const change = newChange({ events: [newEvent(1)], messages: [newMessage('m'), newMessage('n')] })
      const facts = [newFact('f')]
      await committed(storage, change)
      await storage.append(facts)
      await unchanged(storage, async () => {
        overwrite(change)
        overwrite(facts)
        overwrite(await storage.load('account:1'))
        overwrite(await storage.listEvents({ id: 'account:1', limit: 10 }))
        overwrite(await storage.listFacts({ id: 'account:1', limit: 10 }))
      })
      overwrite(await take(storage, { until: noon }))
      const again = await take(storage)
      same(
        again.map(({ body, attempts }) => `${body} ${attempts}`).sort(),
        ['sealed m 2', 'sealed n 2'],
        'the messages',
      )
    },
  },
  {
    name: 'takes a change as it was when commit was called',
    async run({ storage }) {
      const change = newChange({ doc: 'as it was', events: [newEvent(1)] })
      const { version } = change
      const facts = [newFact('f')]
      const answers = Promise.all([storage.commit(change), storage.append(facts)])
      overwrite(change)
      overwrite(facts)
      await answers
      same(await storage.load('account:1'), { version, doc: 'as it was' }, 'the record')
      same((await storage.listEvents({ id: 'account:1', limit: 10 })).items, [newEvent(1)], 'the event')
      same((await storage.listFacts({ id: 'account:1', limit: 10 })).items, [newFact('f')], 'the fact')
    },
  },
  {
    name: 'keeps unusual text to the letter',
    async run({ storage }) {
      let expected: string | null = null
      for (const [i, text] of unusual.entries()) {
        const what = JSON.stringify(text).slice(0, 60)
        const event = newEvent(i + 1, { body: text })
        const message = newMessage(`m${i}`, { body: text })
        expected = await committed(storage, newChange({ expected, doc: text, events: [event], messages: [message] }))
        await storage.append([newFact(`f${i}`, { at: noon + i, fields: { value: text } })])
        same((await storage.load('account:1'))?.doc, text, `the document ${what}`)
        same((await storage.listEvents({ id: 'account:1', limit: 1 })).items, [event], `the event ${what}`)
        same(
          (await storage.listFacts({ id: 'account:1', limit: 1 })).items[0]?.fields,
          { value: text },
          `the fact ${what}`,
        )
        same(
          (await take(storage)).map(({ body }) => body),
          [text],
          `the message ${what}`,
        )
      }
    },
  },
  {
    name: 'keeps a document of 64 kB',
    async run({ storage }) {
      const doc = '0123456789abcdé'.repeat(4096)
      const expected = await committed(storage, newChange({ doc }))
      same((await storage.load('account:1'))?.doc === doc, true, 'the document created')
      await committed(storage, newChange({ expected, doc: `${doc}!` }))
      same((await storage.load('account:1'))?.doc === `${doc}!`, true, 'the document replaced')
    },
  },
  {
    name: 'distinguishes record ids that look alike',
    async run({ storage }) {
      for (const [i, id] of alike.entries()) {
        const messages = [newMessage(id), newMessage(`${id}2`)]
        await committed(storage, newChange({ id, doc: id, events: [newEvent(i + 1)], messages }))
        await storage.append([newFact(`f${i}`, { recordId: id })])
      }
      for (const [i, id] of alike.entries()) {
        const what = JSON.stringify(id)
        same((await storage.load(id))?.doc, id, `the document of ${what}`)
        same(await eventNumbers(storage, id), [i + 1], `the events of ${what}`)
        same(
          (await storage.listFacts({ id, limit: 10 })).items.map((fact) => fact.id),
          [`f${i}`],
          `the facts of ${what}`,
        )
        same([...idsOf(await take(storage, { partition: id }))].sort(), [id, `${id}2`].sort(), `messages of ${what}`)
      }
    },
  },
  {
    name: 'keeps everything when it is opened again',
    async run({ storage, reopen }) {
      const change = newChange({
        doc: 'é😀',
        keys: { claim: ['key'], release: [] },
        events: [newEvent(1)],
        messages: [newMessage('taken'), newMessage('waiting', { dueAt: noon + 5000 })],
      })
      await committed(storage, change)
      await storage.append([newFact('f'), newFact('g', { recordId: null })])
      await take(storage)
      const opened = reopen ? await reopen() : storage
      same(await opened.load('account:1'), { version: change.version, doc: 'é😀' }, 'the record')
      same(await opened.find('key'), 'account:1', 'the key')
      same((await opened.listEvents({ id: 'account:1', limit: 10 })).items, [newEvent(1)], 'the event')
      same((await opened.listFacts({ id: 'account:1', limit: 10 })).items, [newFact('f')], 'the fact')
      same((await opened.listFacts({ id: null, limit: 10 })).items.length, 1, 'the fact without a record')
      same(await take(opened, { at: noon + 999 }), [], 'the lease')
      same(idsOf(await take(opened, { at: noon + 5000 })), ['taken', 'waiting'], 'the messages')
      same(await opened.commit(newChange()), 'conflict', 'creating the record again')
      await committed(opened, newChange({ expected: change.version }))
    },
  },
]
