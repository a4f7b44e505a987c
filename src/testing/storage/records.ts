import type { Change, Storage } from '../../ports/storage.ts'
import { check, count, refuses, same } from '../assert.ts'
import {
  committed,
  eventNumbers,
  idsOf,
  newChange,
  newEvent,
  newFact,
  newMessage,
  newVersion,
  take,
} from './fixtures.ts'
import type { ContractCase } from './fixtures.ts'

/** A change that writes into every table. */
function loud(parts: Partial<Change>): Change {
  return newChange({
    doc: 'loud',
    keys: { claim: ['loud-key'], release: ['first-key'] },
    events: [newEvent(2)],
    messages: [newMessage('loud')],
    ...parts,
  })
}

async function first(storage: Storage): Promise<string> {
  const keys = { claim: ['first-key'], release: [] }
  return committed(storage, newChange({ doc: 'first', keys, events: [newEvent(1)], messages: [newMessage('first')] }))
}

async function onlyFirst(storage: Storage, version: string): Promise<void> {
  same(await storage.load('account:1'), { version, doc: 'first' }, 'the record after a refused commit')
  same(await eventNumbers(storage), [1], 'the events after a refused commit')
  same(await storage.find('loud-key'), null, 'the key of a refused commit')
  same(await storage.find('first-key'), 'account:1', 'the key that a refused commit would release')
  same(idsOf(await take(storage)), ['first'], 'the messages after a refused commit')
}

async function race(storages: readonly Storage[], expected: string | null): Promise<void> {
  const changes = Array.from({ length: 32 }, (_, i) =>
    newChange({
      expected,
      doc: `doc-${i}`,
      keys: { claim: [`key-${i}`], release: [] },
      events: [newEvent(i + 1)],
      messages: [newMessage(`message-${i}`)],
    }),
  )
  const answers = await Promise.all(changes.map((change, i) => storages[i % storages.length]!.commit(change)))
  same([count(answers, 'committed'), count(answers, 'conflict')], [1, 31], 'winners and losers of 32')
  const winner = answers.indexOf('committed')
  for (const storage of storages) {
    const { version, doc } = changes[winner]!
    same(await storage.load('account:1'), { version, doc }, 'the record of the winner')
    same(await eventNumbers(storage), [winner + 1], 'the events of the winner')
    for (const i of changes.keys()) {
      same(await storage.find(`key-${i}`), i === winner ? 'account:1' : null, `the key of racer ${i}`)
    }
  }
  same(idsOf(await take(storages[0]!)), [`message-${winner}`], 'the messages of the winner')
}

export const recordCases: readonly ContractCase[] = [
  {
    name: 'knows nothing of an unknown record',
    async run({ storage }) {
      same(await storage.load('account:unknown'), null, 'load')
      same(await storage.load(''), null, 'load of the empty id')
      same(await storage.find('unknown'), null, 'find')
    },
  },
  {
    name: 'creates a record once',
    async run({ storage }) {
      const version = await first(storage)
      same(await storage.commit(loud({ expected: null })), 'conflict', 'creating it again')
      await onlyFirst(storage, version)
    },
  },
  {
    name: 'does not create a record whose version was expected',
    async run({ storage }) {
      same(await storage.commit(newChange({ expected: newVersion(), events: [newEvent(1)] })), 'conflict', 'commit')
      same(await storage.load('account:1'), null, 'load')
      same(await eventNumbers(storage), [], 'events')
    },
  },
  {
    name: 'replaces the expected version',
    async run({ storage }) {
      const expected = await first(storage)
      const change = loud({ expected })
      await committed(storage, change)
      same(await storage.load('account:1'), { version: change.version, doc: 'loud' }, 'load')
      same(await eventNumbers(storage), [2, 1], 'events')
      same([await storage.find('first-key'), await storage.find('loud-key')], [null, 'account:1'], 'keys')
      same([...idsOf(await take(storage))].sort(), ['first', 'loud'], 'messages')
    },
  },
  {
    name: 'writes nothing at all for a stale version',
    async run({ storage }) {
      const stale = await first(storage)
      const version = await committed(storage, newChange({ expected: stale, doc: 'first' }))
      same(await storage.commit(loud({ expected: stale })), 'conflict', 'a stale commit')
      await onlyFirst(storage, version)
    },
  },
  {
    name: 'compares versions character by character',
    async run({ storage }) {
      await committed(storage, newChange({ version: '1.aBc' }))
      for (const expected of ['1.abc', '1.aBc ', ' 1.aBc', '1.aB', '01.aBc', '1', '']) {
        same(await storage.commit(newChange({ expected })), 'conflict', `expecting ${JSON.stringify(expected)}`)
      }
      await committed(storage, newChange({ expected: '1.aBc' }))
    },
  },
  {
    name: 'lets one of 32 parallel commits on one version through',
    async run({ storage }) {
      await race([storage], await committed(storage, newChange()))
    },
  },
  {
    name: 'lets one of 32 parallel creations through',
    async run({ storage }) {
      await race([storage], null)
    },
  },
  {
    name: 'lets one of 32 parallel commits through over two instances',
    async run({ storage, second }) {
      const other = second ? await second() : storage
      await race([storage, other], await committed(storage, newChange()))
    },
  },
  {
    name: 'lets one of 32 parallel creations through over two instances',
    async run({ storage, second }) {
      await race([storage, second ? await second() : storage], null)
    },
  },
  {
    name: 'loses no update of several writers that try again',
    async run({ storage, second }) {
      const storages = [storage, second ? await second() : storage]
      await committed(storage, newChange({ doc: '0' }))
      const writer = async (own: Storage): Promise<void> => {
        for (let done = 0; done < 10;) {
          const { version, doc } = (await own.load('account:1'))!
          const n = Number(doc) + 1
          const answer = await own.commit(newChange({ expected: version, doc: String(n), events: [newEvent(n)] }))
          if (answer === 'committed') done++
        }
      }
      await Promise.all([0, 1, 2, 3].map((i) => writer(storages[i % 2]!)))
      same((await storage.load('account:1'))?.doc, '40', 'the count after 4 writers of 10')
      same((await eventNumbers(storage)).length, 40, 'their events')
    },
  },
  {
    name: 'shows a commit to another instance as soon as it is answered',
    async run({ storage, second }) {
      const other = second ? await second() : storage
      let expected: string | null = null
      for (let i = 0; i < 20; i++) {
        const change: Change = newChange({ expected, doc: String(i) })
        expected = await committed(i % 2 ? storage : other, change)
        same((await (i % 2 ? other : storage).load('account:1'))?.version, expected, 'the version elsewhere')
      }
    },
  },
  {
    name: 'serves every kind of call while another instance commits',
    async run({ storage, second }) {
      const other = second ? await second() : storage
      const accounts = Array.from({ length: 10 }, (_, i) => `account:${i}`)
      const commits = accounts.map((id) => storage.commit(newChange({ id, events: [newEvent(1)] })))
      const calls = accounts.map(async (id, i) => {
        await other.append([newFact(`f${i}`, { recordId: id })])
        await take(other)
        await other.settleMessage({ recordId: id, messageId: 'none', leaseToken: 't', outcome: 'sent' })
        await Promise.all([other.load(id), other.find('none'), other.listEvents({ id, limit: 1 })])
        return (await other.listFacts({ id, limit: 10 })).items.length
      })
      same(count(await Promise.all(commits), 'committed'), 10, 'the commits')
      same(count(await Promise.all(calls), 1), 10, 'the facts appended meanwhile')
    },
  },
  {
    name: 'keeps records apart',
    async run({ storage }) {
      const ids = Array.from({ length: 32 }, (_, i) => `account:${i}`)
      const answers = await Promise.all(
        ids.map((id) => storage.commit(newChange({ id, doc: id, events: [newEvent(1)], messages: [newMessage('m')] }))),
      )
      same(count(answers, 'committed'), 32, 'parallel commits of different records')
      for (const id of ids) {
        same((await storage.load(id))?.doc, id, 'the document')
        same(await eventNumbers(storage, id), [1], 'the events')
      }
      same((await take(storage)).length, 32, 'messages of one id in different records')
    },
  },
  {
    name: 'writes nothing when a commit repeats the number of an event',
    async run({ storage }) {
      const expected = await first(storage)
      const change = loud({ expected, events: [newEvent(2), newEvent(1)] })
      await refuses(() => storage.commit(change), ['NL_STORAGE_FAILED'], 'a number that is taken')
      await onlyFirst(storage, expected)
      await committed(storage, loud({ expected }))
    },
  },
  {
    name: 'writes nothing when a commit repeats the id of a message',
    async run({ storage }) {
      const expected = await first(storage)
      const change = loud({ expected, messages: [newMessage('loud'), newMessage('first')] })
      await refuses(() => storage.commit(change), ['NL_STORAGE_FAILED'], 'an id that is taken')
      const twice = loud({ expected, messages: [newMessage('loud'), newMessage('loud')] })
      await refuses(() => storage.commit(twice), ['NL_STORAGE_FAILED'], 'an id twice in one commit')
      await onlyFirst(storage, expected)
      await committed(storage, loud({ expected }))
    },
  },
  {
    name: 'refuses a record id of a wrong length',
    async run({ storage }) {
      for (const id of ['', 'x'.repeat(201)]) {
        await refuses(() => storage.commit(newChange({ id })), ['NL_ARGUMENT', 'NL_STORAGE_FAILED'], 'commit')
        check((await storage.load(id)) === null, 'a refused record must not be there')
      }
      await committed(storage, newChange({ id: 'x'.repeat(200) }))
    },
  },
]
