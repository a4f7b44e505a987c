import type { Change, SettleMessage, Storage, TakeMessages } from '../../ports/storage.ts'
import { count, refuses, same } from '../assert.ts'
import { committed, idsOf, newChange, newMessage, noon, take } from './fixtures.ts'
import type { ContractCase } from './fixtures.ts'

const recordId = 'account:1'

function queue(storage: Storage, messageIds: readonly string[], parts: Partial<Change> = {}): Promise<string> {
  return committed(storage, newChange({ messages: messageIds.map((id) => newMessage(id)), ...parts }))
}

function settle(storage: Storage, parts: Partial<SettleMessage> = {}): Promise<boolean> {
  return storage.settleMessage({ recordId, messageId: 'm', leaseToken: 'taker', outcome: 'sent', ...parts })
}

const far = noon + 1_000_000_000

export const outboxCases: readonly ContractCase[] = [
  {
    name: 'gives out a due message as it was, with its attempts',
    async run({ storage }) {
      const message = newMessage('m', { channel: 'sms', body: 'sealed é😀' })
      await committed(storage, newChange({ messages: [message] }))
      same(await take(storage, { at: noon - 1 }), [], 'before it is due')
      same(await take(storage), [{ ...message, recordId, attempts: 1 }], 'when it is due')
      same(await take(storage, { at: noon + 999 }), [], 'while it is leased')
      same(await take(storage, { at: noon + 1000 }), [{ ...message, recordId, attempts: 2 }], 'when the lease ends')
    },
  },
  {
    name: 'gives out messages in the order in which they are due',
    async run({ storage }) {
      const times = [5, 3, 9, 1, 7]
      for (const at of times) {
        await committed(
          storage,
          newChange({ id: `account:${at}`, messages: [newMessage(`m${at}`, { dueAt: noon + at })] }),
        )
      }
      same(idsOf(await take(storage, { at: noon + 8, limit: 3 })), ['m1', 'm3', 'm5'], 'the first three')
      same(idsOf(await take(storage, { at: noon + 8, limit: 3 })), ['m7'], 'what is left and due')
      same(idsOf(await take(storage, { at: noon + 9, limit: 3 })), ['m9'], 'what fell due since')
    },
  },
  {
    name: 'takes no message that its commit leased before the lease is over',
    async run({ storage }) {
      await queue(storage, ['m'], { lease: { token: 'maker', until: noon + 50 } })
      same(await take(storage, { at: noon + 49 }), [], 'under the lease')
      same(
        (await take(storage, { at: noon + 50 })).map(({ attempts }) => attempts),
        [2],
        'the attempts once it has passed',
      )
      same(await settle(storage, { leaseToken: 'maker' }), false, 'settling with the lost lease')
      same(await settle(storage), true, 'settling with the new one')
    },
  },
  {
    name: 'lets whoever committed a leased message settle it',
    async run({ storage }) {
      await queue(storage, ['m'], { lease: { token: 'maker', until: noon + 50 } })
      same(await settle(storage, { leaseToken: 'other' }), false, 'another token')
      same(await settle(storage, { leaseToken: 'maker' }), true, 'its own token')
      same(await take(storage, { at: far }), [], 'a message that was sent')
    },
  },
  {
    name: 'takes only from the partition and the channel that are asked for',
    async run({ storage }) {
      for (const id of ['account:a', 'account:b']) {
        const messages = [newMessage(`${id} mail`), newMessage(`${id} sms`, { channel: 'sms' })]
        await committed(storage, newChange({ id, messages }))
      }
      same(await take(storage, { partition: 'account:unknown' }), [], 'an unknown partition')
      same(idsOf(await take(storage, { partition: 'account:a', channel: 'sms' })), ['account:a sms'], 'both')
      same(idsOf(await take(storage, { partition: 'account:a' })), ['account:a mail'], 'the partition')
      same(idsOf(await take(storage, { channel: 'sms' })), ['account:b sms'], 'the channel')
      same(idsOf(await take(storage)), ['account:b mail'], 'the rest')
    },
  },
  {
    name: 'never gives one message to two callers',
    async run({ storage, second }) {
      const storages = [storage, second ? await second() : storage]
      const ids = Array.from({ length: 40 }, (_, i) => `m${i}`)
      await queue(storage, ids)
      const calls = Array.from({ length: 12 }, (_, i) => take(storages[i % 2]!, { token: `taker-${i}`, limit: 5 }))
      const taken = (await Promise.all(calls)).flatMap(idsOf)
      same([...taken].sort(), [...ids].sort(), 'what all callers took together')
    },
  },
  {
    name: 'settles a lease once, by its holder only',
    async run({ storage, second }) {
      const other = second ? await second() : storage
      await queue(storage, ['m'])
      same(await settle(storage), false, 'before it was taken')
      await take(storage)
      same(await settle(storage, { leaseToken: 'other' }), false, 'another token')
      same(await settle(storage, { leaseToken: '' }), false, 'an empty token')
      same(await settle(storage, { messageId: 'unknown' }), false, 'an unknown message')
      same(await settle(storage, { recordId: 'account:unknown' }), false, 'an unknown record')
      const answers = await Promise.all([0, 1, 2, 3].map((i) => settle(i % 2 ? storage : other)))
      same(count(answers, true), 1, 'parallel settlements that were answered true')
    },
  },
  {
    name: 'accepts a settlement after the lease is over if nobody else took the message',
    async run({ storage }) {
      await queue(storage, ['m'])
      await take(storage, { until: noon - 5 })
      same(await settle(storage), true, 'the late settlement')
    },
  },
  {
    name: 'takes nothing of the records that are left out, however much of theirs is due',
    async run({ storage }) {
      await queue(storage, ['a', 'b', 'c'])
      await committed(storage, newChange({ id: 'account:2', messages: [newMessage('d', { dueAt: noon + 1 })] }))
      const at = noon + 1
      same(idsOf(await take(storage, { at, limit: 2, except: [recordId] })), ['d'], 'the other record')
      same(await take(storage, { at, except: ['account:2', recordId] }), [], 'both left out')
      same(idsOf(await take(storage, { at, except: ['account:3'] })).length, 3, 'a record without messages left out')
      same(await take(storage, { at, except: [] }), [], 'none left out, and none free')
    },
  },
  ...(['sent', 'dead'] as const).map((outcome): ContractCase => ({
    name: `forgets a message that is ${outcome}`,
    async run({ storage }) {
      const expected = await queue(storage, ['m'])
      await take(storage)
      same(await settle(storage, { outcome }), true, outcome)
      for (const again of ['sent', 'dead', { retryAt: noon }, { body: 'b' }] as const) {
        same(await settle(storage, { outcome: again }), false, 'settling it again')
      }
      same(await take(storage, { at: far }), [], 'what is left')
      same(await take(storage, { at: far, partition: recordId }), [], 'what is left in its partition')
      await committed(storage, newChange({ expected, messages: [newMessage('m', { dueAt: far })] }))
      same(idsOf(await take(storage, { at: far })), ['m'], 'a new message of the same id')
    },
  })),
  {
    name: 'frees a message for a later attempt',
    async run({ storage }) {
      await queue(storage, ['m'])
      await take(storage, { until: far })
      same(await settle(storage, { outcome: { retryAt: noon + 100 } }), true, 'the settlement')
      same(await settle(storage, { outcome: { retryAt: noon + 100 } }), false, 'the settlement again')
      same(await take(storage, { at: noon + 99 }), [], 'before the new time')
      same(
        await take(storage, { at: noon + 100 }),
        [{ ...newMessage('m', { dueAt: noon + 100 }), recordId, attempts: 2 }],
        'at the new time',
      )
    },
  },
  {
    name: 'keeps what is left of a message, with its lease or for a later attempt',
    async run({ storage }) {
      await queue(storage, ['m', 'other'])
      await take(storage, { until: noon + 50 })
      same(await settle(storage, { leaseToken: 'other', outcome: { body: 'x' } }), false, 'another token')
      same(await settle(storage, { outcome: { body: 'left é😀' } }), true, 'its own token')
      same(await take(storage, { at: noon + 49 }), [], 'while it is leased')
      const again = await take(storage, { at: noon + 50, token: 'next' })
      same(
        again.map(({ messageId, body, attempts }) => [messageId, body, attempts]),
        [
          ['m', 'left é😀', 2],
          ['other', 'sealed other', 2],
        ],
        'after the lease',
      )
      same(await settle(storage, { outcome: { body: 'late' } }), false, 'the lost lease')
      const outcome = { retryAt: noon + 900, body: 'less' }
      same(await settle(storage, { leaseToken: 'next', outcome }), true, 'the body and a later time')
      const [last] = await take(storage, { at: noon + 900 })
      same([last?.messageId, last?.body, last?.dueAt], ['m', 'less', noon + 900], 'at the later time')
    },
  },
  {
    name: 'refuses hostile requests and goes on working',
    async run({ storage }) {
      await queue(storage, ['m'])
      const codes = ['NL_ARGUMENT', 'NL_STORAGE_FAILED']
      const hostile: readonly object[] = [
        ...[0, -1, 501, 1e9, 1.5, NaN, '5', null].map((limit) => ({ limit })),
        ...[NaN, Infinity, 1.5, 'now'].flatMap((time) => [{ now: time }, { leaseUntil: time }]),
        ...['account:1', [''], [5], Array.from({ length: 501 }, () => 'account:9')].map((except) => ({ except })),
      ]
      for (const part of hostile) {
        const request = { now: noon, leaseToken: 't', leaseUntil: noon, limit: 1, ...part } as TakeMessages
        await refuses(() => storage.takeMessages(request), codes, `takeMessages ${JSON.stringify(part)}`)
      }
      await take(storage)
      for (const retryAt of [NaN, Infinity, 1.5]) {
        await refuses(() => settle(storage, { outcome: { retryAt } }), codes, `retryAt ${retryAt}`)
      }
      for (const outcome of ['gone', null, {}, { body: 5 }] as readonly unknown[]) {
        await refuses(() => settle(storage, { outcome: outcome as 'sent' }), codes, JSON.stringify(outcome))
      }
      same(await settle(storage), true, 'settling afterwards')
    },
  },
]
