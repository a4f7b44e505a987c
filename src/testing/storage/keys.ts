import type { Change } from '../../ports/storage.ts'
import { count, same } from '../assert.ts'
import { committed, eventNumbers, newChange, newEvent, newMessage, take } from './fixtures.ts'
import type { ContractCase } from './fixtures.ts'

function claiming(id: string, claim: readonly string[], parts: Partial<Change> = {}): Change {
  return newChange({ id, keys: { claim, release: [] }, ...parts })
}

function releasing(id: string, release: readonly string[], parts: Partial<Change> = {}): Change {
  return newChange({ id, keys: { claim: [], release }, ...parts })
}

export const keyCases: readonly ContractCase[] = [
  {
    name: 'gives a key to one record only and writes nothing for the other',
    async run({ storage }) {
      await committed(storage, claiming('account:a', ['key']))
      const expected = await committed(storage, claiming('account:b', ['own'], { doc: 'before' }))
      const late = newChange({
        id: 'account:b',
        expected,
        doc: 'after',
        keys: { claim: ['free', 'key'], release: ['own'] },
        events: [newEvent(1)],
        messages: [newMessage('m')],
      })
      same(await storage.commit(late), 'key-taken', 'claiming a taken key')
      same(await storage.load('account:b'), { version: expected, doc: 'before' }, 'the record')
      const found = await Promise.all(['key', 'own', 'free'].map((key) => storage.find(key)))
      same(found, ['account:a', 'account:b', null], 'the keys')
      same(await eventNumbers(storage, 'account:b'), [], 'the events')
      same(await take(storage), [], 'the messages')
    },
  },
  {
    name: 'creates no record when its key is taken',
    async run({ storage }) {
      await committed(storage, claiming('account:a', ['key']))
      same(await storage.commit(claiming('account:b', ['key'])), 'key-taken', 'creating with a taken key')
      same(await storage.load('account:b'), null, 'the record')
      await committed(storage, claiming('account:b', ['other']))
    },
  },
  {
    name: 'answers conflict when the version is stale and the key is taken as well',
    async run({ storage }) {
      await committed(storage, claiming('account:a', ['key']))
      await committed(storage, newChange({ id: 'account:b' }))
      same(await storage.commit(claiming('account:b', ['key'])), 'conflict', 'commit')
    },
  },
  {
    name: 'lets a record claim what it already holds',
    async run({ storage }) {
      const expected = await committed(storage, claiming('account:a', ['key', 'key']))
      await committed(storage, claiming('account:a', ['key', 'more'], { expected }))
      same([await storage.find('key'), await storage.find('more')], ['account:a', 'account:a'], 'the keys')
    },
  },
  {
    name: 'frees a key for others by releasing it',
    async run({ storage }) {
      const a = await committed(storage, claiming('account:a', ['key']))
      await committed(storage, releasing('account:a', ['key'], { expected: a }))
      same(await storage.find('key'), null, 'after the release')
      await committed(storage, claiming('account:b', ['key']))
      same(await storage.find('key'), 'account:b', 'after the new claim')
    },
  },
  {
    name: 'exchanges keys in one commit',
    async run({ storage }) {
      const expected = await committed(storage, claiming('account:a', ['old']))
      await committed(storage, newChange({ id: 'account:a', expected, keys: { claim: ['new'], release: ['old'] } }))
      same([await storage.find('old'), await storage.find('new')], [null, 'account:a'], 'the keys')
    },
  },
  {
    name: 'keeps a key that one commit releases and claims',
    async run({ storage }) {
      const expected = await committed(storage, claiming('account:a', ['key']))
      await committed(storage, newChange({ id: 'account:a', expected, keys: { claim: ['key'], release: ['key'] } }))
      same(await storage.find('key'), 'account:a', 'the key')
      same(await storage.commit(claiming('account:b', ['key'])), 'key-taken', 'another claim')
    },
  },
  {
    name: 'releases no key of another record',
    async run({ storage }) {
      await committed(storage, claiming('account:a', ['key']))
      await committed(storage, releasing('account:b', ['key', 'unknown']))
      same(await storage.find('key'), 'account:a', 'the key')
    },
  },
  {
    name: 'gives a key to one of many records that claim it at the same moment',
    async run({ storage, second }) {
      const storages = [storage, second ? await second() : storage]
      const ids = Array.from({ length: 16 }, (_, i) => `account:${i}`)
      const claims = ids.map((id, i) => storages[i % 2]!.commit(claiming(id, [`own-${id}`, 'key'])))
      const answers = await Promise.all(claims)
      same([count(answers, 'committed'), count(answers, 'key-taken')], [1, 15], 'winners and losers')
      const winner = ids[answers.indexOf('committed')]
      same(await storage.find('key'), winner, 'the holder')
      for (const id of ids) same(await storage.find(`own-${id}`), id === winner ? id : null, `the other key of ${id}`)
    },
  },
  {
    name: 'distinguishes keys that differ in case or trailing space only',
    async run({ storage }) {
      const keys = ['key', 'Key', 'key ', ' key', 'kéy', 'ke\u0301y', 'constructor', '__proto__']
      for (const key of keys) await committed(storage, claiming(`account:${key}`, [key]))
      for (const key of keys) same(await storage.find(key), `account:${key}`, `find ${JSON.stringify(key)}`)
    },
  },
]
