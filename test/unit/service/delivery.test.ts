import { domainToASCII } from 'node:url'
import { NightlatchError } from 'nightlatch'
import type { Mail, Mailer, NightlatchOptions } from 'nightlatch'
import { memoryMailer, memorySms } from 'nightlatch/testing'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { notice } from '../../../src/core/account/record/messages.ts'
import type { DraftMessage } from '../../../src/core/account/record/messages.ts'
import { limits } from '../../../src/core/limits.ts'
import { mailboxOf, recipientKey } from '../../../src/service/messages/recipients.ts'
import { storageFailure } from '../../world/faulty-storage.ts'
import { peekFacts } from '../../world/peek.ts'
import { queueMessages } from '../../world/queue-message.ts'
import { times } from '../../world/times.ts'
import type { World } from '../../world/world.ts'
import { createWorld } from '../../world/world.ts'

const [first, second] = ['ada@one.example', 'ada@two.example'] as const
const both =
  (mails: readonly string[] = [first, second]): NightlatchOptions['describe'] =>
  () => ({ name: 'Ada', addresses: mails.map((mail) => ({ mail, verified: true })) })

const refusal = (): NightlatchError => new NightlatchError('NL_MAIL_REFUSED', 'no such mailbox')

/** A mailer that does something for one address, and keeps the mails to the others. */
function mailerFor(special: string, behave: (mail: Mail) => Promise<void>): Mailer & { readonly mails: Mail[] } {
  const mails: Mail[] = []
  return {
    mails,
    async send(mail) {
      if (mail.to === special) return behave(mail)
      mails.push(mail)
    },
  }
}

async function queueMail(world: World, account = 'ada', count = 1, dueAt = world.clock()): Promise<void> {
  const draft = notice({ template: 'password-changed', at: dueAt }, dueAt)
  await queueMessages(
    world,
    times(count).map(() => ({ account, draft, dueAt })),
  )
}

async function failuresOf(world: World, account = 'ada'): Promise<readonly (string | undefined)[]> {
  const facts = await peekFacts(world.storage, account)
  return facts.map(({ type, fields }) => `${type} ${fields['reason']}`)
}

/** Sweeps until nothing is left to do, each time with a new server. */
async function sweepByNewServers(world: World, options: Partial<NightlatchOptions>, rounds = 12): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    await world.instance(options).outbox.sweep()
    world.clock.advance(limits.retryLongestMs)
  }
}

afterEach(() => {
  vi.useRealTimers()
})

describe('a mail to two addresses', () => {
  it('of which one refuses for good: the other gets one copy, and the refused one is never tried again', async () => {
    const world = createWorld()
    let tries = 0
    const mailer = mailerFor(first, () => {
      tries++
      return Promise.reject(refusal())
    })
    await queueMail(world)
    const options = { mailer, describe: both() }
    expect(await world.instance(options).outbox.sweep()).toEqual({ sent: 1, dead: 0, retried: 0 })
    await sweepByNewServers(world, options)
    expect([tries, mailer.mails.map(({ to }) => to)]).toEqual([1, [second]])
    expect(await failuresOf(world)).toEqual(['message_failed refused'])
    expect(world.reports.map(({ kind }) => kind)).toEqual(['mail'])
  })

  it('of which one refuses for a while: the other gets one copy from any number of new servers', async () => {
    const world = createWorld()
    let tries = 0
    const mailer = mailerFor(first, async () => {
      if (++tries < 5) throw new Error(`busy: ${first}`)
    })
    await queueMail(world)
    await sweepByNewServers(world, { mailer, describe: both() })
    expect([tries, mailer.mails.map(({ to }) => to)]).toEqual([5, [second]])
    expect(await failuresOf(world)).toEqual(['message_failed not-accepted'])
    expect(JSON.stringify(world.reports.map(({ text }) => text))).not.toContain(first)
  })

  it('whose server dies between the two: another server sends only what is left', async () => {
    const world = createWorld()
    const mailer = memoryMailer()
    await queueMail(world)
    const dying: Mailer = {
      send: (mail) => (mail.to === first ? mailer.send(mail) : new Promise(() => undefined)),
    }
    void world.instance({ mailer: dying, describe: both() }).outbox.sweep()
    await vi.waitFor(() => expect(mailer.mails).toHaveLength(1))
    world.clock.advance(limits.messageLeaseMs)
    await vi.waitFor(async () => {
      await world.instance({ mailer, describe: both() }).outbox.sweep()
      expect(mailer.mails.map(({ to }) => to)).toEqual([first, second])
    })
  })

  it('whose first reply is lost repeats that one alone, under the same key', async () => {
    const world = createWorld()
    const taken: Mail[] = []
    let isLost = true
    const mailer = mailerFor(first, async (mail) => {
      taken.push(mail)
      if (isLost) throw new Error('connection reset')
    })
    await queueMail(world)
    await world.instance({ mailer, describe: both() }).outbox.sweep()
    isLost = false
    await sweepByNewServers(world, { mailer, describe: both() }, 3)
    expect(taken.map(({ dedupeKey }) => dedupeKey)).toEqual([taken[0]?.dedupeKey, taken[0]?.dedupeKey])
    expect(mailer.mails).toHaveLength(1)
  })

  it('goes on to those of its first try, also after the account has others', async () => {
    const world = createWorld()
    let isDown = true
    const mailer = mailerFor(first, async () => {
      if (isDown) throw new Error('down')
    })
    await queueMail(world)
    await world.instance({ mailer, describe: both() }).outbox.sweep()
    isDown = false
    await sweepByNewServers(world, { mailer, describe: both(['eve@evil.example']) }, 3)
    expect(mailer.mails.map(({ to }) => to)).toEqual([second])
  })

  it('[NOT-8] is given up as refused if nobody takes it', async () => {
    const world = createWorld()
    await queueMail(world)
    const mailer: Mailer = { send: () => Promise.reject(refusal()) }
    expect(await world.instance({ mailer, describe: both() }).outbox.sweep()).toEqual({ sent: 0, dead: 1, retried: 0 })
    expect([...(await failuresOf(world))].sort()).toEqual([
      'message_dead refused',
      'message_failed refused',
      'message_failed refused',
    ])
  })

  it('that are two spellings of one mailbox is sent once', async () => {
    const world = createWorld()
    await queueMail(world)
    const spellings = ['Ada@Éléphant.example', `ada@${domainToASCII('éléphant.example')}`, ' ada@éléphant.EXAMPLE']
    await world.instance({ mailer: world.mailer, describe: both(spellings) }).outbox.sweep()
    expect(world.mailer.mails.map(({ to }) => to)).toEqual(['Ada@Éléphant.example'])
  })

  it('has keys that show no address and do not follow the order of the list', async () => {
    expect(recipientKey('m1', first)).toBe(recipientKey('m1', ' ADA@One.example'))
    expect(new Set([recipientKey('m1', first), recipientKey('m1', second), recipientKey('m2', first)]).size).toBe(3)
    expect(recipientKey('m1', first)).toMatch(/^[\w-]{24}$/)
    expect(mailboxOf('a@b/c')).not.toBe(mailboxOf('a@b'))
  })
})

describe('a mailer that never answers', () => {
  it('starves no other address and no other account, and the host is told once', async () => {
    vi.useFakeTimers()
    const world = createWorld()
    const mailer = mailerFor(first, () => new Promise(() => undefined))
    await queueMail(world, 'ada', 300, world.clock() - 1000)
    await queueMail(world, 'bob')
    const describe: NightlatchOptions['describe'] = (id) =>
      id === 'ada' ? both()(id) : { name: 'Bob', addresses: [{ mail: 'bob@one.example', verified: true }] }
    const sweeping = world.instance({ mailer, describe }).outbox.sweep()
    await vi.advanceTimersByTimeAsync(2 * limits.sendMs)
    expect(await sweeping).toEqual({ sent: 1, dead: 0, retried: 1 })
    expect(mailer.mails.map(({ to }) => to).sort()).toEqual([second, 'bob@one.example'])
    expect(await failuresOf(world)).toEqual(['message_failed late'])
    expect(world.reports.map(({ kind }) => kind)).toEqual(['mail'])
  })

  it('and takes the mail after all is not asked for it again by this server', async () => {
    vi.useFakeTimers()
    const world = createWorld()
    let calls = 0
    let answer = (): void => undefined
    const mailer: Mailer = {
      send: () => {
        calls++
        return new Promise<void>((resolve) => (answer = resolve))
      },
    }
    await queueMail(world)
    const nl = world.instance({ mailer })
    const sweeping = nl.outbox.sweep()
    await vi.advanceTimersByTimeAsync(limits.sendMs)
    expect(await sweeping).toEqual({ sent: 0, dead: 0, retried: 1 })
    answer()
    world.clock.advance(limits.retryFirstMs)
    expect(await nl.outbox.sweep()).toEqual({ sent: 1, dead: 0, retried: 0 })
    expect(calls).toBe(1)
  })
})

describe('a code by SMS', () => {
  const draft = (world: World): DraftMessage => ({
    channel: 'sms',
    sms: { to: '+36301234567', purpose: 'login', code: '123456', minutes: 5 },
    expiresAt: world.clock() + 300_000,
  })

  it('goes out while every mail hangs and describe hangs, in the default language', async () => {
    vi.useFakeTimers()
    const world = createWorld()
    const sender = memorySms()
    await queueMail(world, 'bob', 50, world.clock() - 1000)
    await queueMessages(world, [{ account: 'ada', draft: draft(world), dueAt: world.clock() }])
    const mailer: Mailer = { send: () => new Promise(() => undefined) }
    const describe: NightlatchOptions['describe'] = (id) => (id === 'bob' ? both()(id) : new Promise(() => undefined))
    void world.instance({ mailer, describe, sms: { sender, countries: ['HU'] } }).outbox.sweep()
    const sent = async (): Promise<void> => {
      await vi.advanceTimersByTimeAsync(limits.describeMs / 10)
      expect(sender.messages.map(({ language }) => language)).toEqual(['en'])
    }
    // The texts of a language are loaded meanwhile, which no timer hastens.
    await vi.waitFor(sent, { timeout: limits.describeMs, interval: 10 })
    expect(world.reports.map(({ kind }) => kind)).toContain('describe')
  })

  it('to a number that is refused for good is given up at once', async () => {
    const world = createWorld()
    await queueMessages(world, [{ account: 'ada', draft: draft(world), dueAt: world.clock() }])
    const sender = { send: () => Promise.reject(new NightlatchError('NL_SMS_REFUSED', 'not a mobile number')) }
    const nl = world.instance({ sms: { sender, countries: ['HU'] } })
    expect(await nl.outbox.sweep()).toEqual({ sent: 0, dead: 1, retried: 0 })
    expect([...(await failuresOf(world))].sort()).toEqual(['message_dead refused', 'message_failed refused'])
  })
})

describe('the sweep', () => {
  it('sends the mails of an account that all go well in one sweep, and keeps to its limit', async () => {
    const world = createWorld()
    await queueMail(world, 'ada', 12)
    expect(await world.nl.outbox.sweep({ limit: 5 })).toEqual({ sent: 5, dead: 0, retried: 0 })
    expect(await world.nl.outbox.sweep()).toEqual({ sent: 7, dead: 0, retried: 0 })
  })

  it('throws what the storage threw, after what it took is settled', async () => {
    const world = createWorld()
    await queueMail(world, 'ada', 2)
    let takes = 0
    const storage: World['storage'] = {
      ...world.storage,
      takeMessages: async (request) => {
        if (request.channel === 'mail' && ++takes === 2) throw storageFailure()
        return world.storage.takeMessages(request)
      },
    }
    await expect(world.instance({ storage }).outbox.sweep()).rejects.toMatchObject({ code: 'NL_STORAGE_FAILED' })
    expect(world.mailer.mails).toHaveLength(1)
  })
})

describe('the name of a person', () => {
  const mailOf = async (name: string): Promise<Mail | undefined> => {
    const world = createWorld({
      options: { describe: () => ({ name, addresses: [{ mail: first, verified: true }] }) },
    })
    await queueMail(world)
    await world.nl.outbox.sweep()
    return world.mailer.mails[0]
  }

  it('stands beside the address and in the greeting, without control characters', async () => {
    const mail = await mailOf('Zoé\r\nBcc: x')
    expect(mail?.name).toBe('Zoé\\u000d\\u000aBcc: x')
    expect(mail?.text).toContain('Hello Zoé')
  })

  it('is not repeated if it is the address, and no other address stands for a name', async () => {
    const same = await mailOf(first.toUpperCase())
    expect([same?.name, same?.text.split('\n')[0]]).toEqual([undefined, 'Hello,'])
    const other = await mailOf('login@acme.example')
    expect([other?.name, other?.text.split('\n')[0]]).toEqual([undefined, 'Hello login@acme.example,'])
  })
})
