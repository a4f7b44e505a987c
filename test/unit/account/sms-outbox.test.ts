import type { OutboxMessage, Storage } from 'nightlatch'
import { memoryStorage } from 'nightlatch/storage/memory'
import { describe, expect, it, vi } from 'vitest'
import { expectOk, expectStatus } from '../../world/expect-outcome.ts'
import { storageFailure } from '../../world/faulty-storage.ts'
import { authenticator, home } from '../../world/person.ts'
import { createPhoneWorld, newcomer, otherNumber, phoneNumber, phonePerson } from '../../world/phone.ts'
import { factsOf, newestOf } from '../../world/reading.ts'
import { createWorld } from '../../world/world.ts'

const second = 1000
const minute = 60_000

/** A storage whose waiting messages somebody else changes. It gives out all of them at once. */
function rewritten(inner: Storage, rewrite: (taken: readonly OutboxMessage[]) => readonly OutboxMessage[]): Storage {
  return { ...inner, takeMessages: async (request) => rewrite(await inner.takeMessages({ ...request, limit: 9 })) }
}

describe('an SMS gateway', () => {
  it('[SMS-15] that fails changes no answer, and skips no factor', async () => {
    const answers: unknown[] = []
    for (const behavior of ['deliver', 'fail', 'lose-reply', 'hang'] as const) {
      const world = createPhoneWorld({ seed: 'same' })
      const ada = await phonePerson(world)
      const { nl, clock, sms } = world
      clock.advance(minute)
      sms.behave(behavior)
      const { challenge, ...started } = await ada.start()
      clock.advance(minute)
      const resent = await nl.signIn.sendCode({ challenge, client: ada.known })
      clock.advance(2 * minute)
      const proving = await nl.stepUp.sendCode({ grant: ada.grant, client: ada.known })
      answers.push([started, 'sms' in resent ? resent.sms : null, proving])
      const nothing = await nl.signIn.verify({ challenge, code: '000000', client: ada.known })
      expect(nothing.status).toBe('challenge')
      expect(await newestOf(nl, 'ada', 'authn_login_success')).not.toMatchObject({ values: { factor: 'sms' } })
      sms.behave('deliver')
      await nl.outbox.idle()
    }
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1)
  })

  it('[SMS-15] (promise 5) that was down gets the message later, and its code still works', async () => {
    const world = createPhoneWorld()
    const ada = await phonePerson(world)
    const { nl, clock, sms } = world
    clock.advance(minute)
    sms.behave('fail')
    const { challenge } = await ada.start()
    expect(await world.received()).toHaveLength(1)
    expect(await nl.outbox.sweep()).toEqual({ sent: 0, dead: 0, retried: 0 })
    clock.advance(30 * second)
    expect(await nl.outbox.sweep()).toEqual({ sent: 0, dead: 0, retried: 1 })
    sms.behave('deliver')
    clock.advance(minute)
    const another = world.instance()
    expect(await another.outbox.sweep()).toEqual({ sent: 1, dead: 0, retried: 0 })
    const code = await world.code()
    expectStatus(await nl.signIn.verify({ challenge, code, client: ada.known }), 'granted')
  })

  it('[SMS-15] gets no message whose code has expired, and a fact records it', async () => {
    const world = createPhoneWorld()
    const ada = await phonePerson(world)
    const { nl, clock, sms } = world
    clock.advance(minute)
    sms.behave('fail')
    await ada.start()
    await world.received()
    sms.behave('deliver')
    clock.advance(5 * minute)
    const calls = sms.calls
    expect(await nl.outbox.sweep()).toEqual({ sent: 0, dead: 1, retried: 0 })
    expect(sms.calls).toBe(calls)
    const [fact] = await factsOf(nl, 'ada')
    expect(fact).toMatchObject({ type: 'message_dead', values: { channel: 'sms', reason: 'expired' } })
    clock.advance(60 * minute)
    expect(await nl.outbox.sweep()).toEqual({ sent: 0, dead: 0, retried: 0 })
  })

  it('gets a message again under the same key when its reply was lost', async () => {
    const world = createPhoneWorld()
    const ada = await phonePerson(world)
    world.clock.advance(minute)
    world.sms.behave('lose-reply')
    await ada.start()
    await world.received()
    world.clock.advance(30 * second)
    world.sms.behave('deliver')
    expect(await world.nl.outbox.sweep()).toMatchObject({ sent: 1 })
    const [first, taken, again] = await world.received()
    expect(again).toEqual(taken)
    expect(taken?.dedupeKey).not.toBe(first?.dedupeKey)
  })

  it('that is no longer configured gets no message, and a fact records the reason', async () => {
    const world = createPhoneWorld()
    const ada = await phonePerson(world)
    const { storage, clock, keys } = world
    clock.advance(minute)
    world.sms.behave('fail')
    const { challenge } = await ada.start()
    await world.received()
    clock.advance(minute)
    const { nl } = createWorld({ storage, clock, keys })
    expect(await nl.outbox.sweep()).toEqual({ sent: 0, dead: 1, retried: 0 })
    const values = { channel: 'sms', reason: 'no-sender' }
    expect(await factsOf(nl, 'ada')).toContainEqual(
      expect.objectContaining({ values: expect.objectContaining(values) }),
    )
    // Without a sender the number is no live factor, so the backup codes remain.
    const [code] = ada.backupCodes
    const open = await ada.start(ada.known, nl)
    expect(open.factors).toEqual(['backup-code'])
    expectStatus(await nl.signIn.verify({ challenge, code, client: ada.known }), 'granted')
  })

  it('[NOT-8] that hangs does not delay the mails behind its message', async () => {
    const world = createPhoneWorld()
    const { nl, clock, sms, mailer, storage } = world
    await phonePerson(world)
    await world.received()
    const mails = mailer.mails.length
    clock.advance(minute)
    sms.behave('hang')
    mailer.behave('fail')
    const { grant } = await newcomer(world, 'eve')
    expectOk(await nl.sms.enroll({ grant, number: otherNumber, client: home }))
    const enrolled = expectOk(await nl.totp.enroll({ grant, client: home }))
    const code = authenticator(enrolled.uri, enrolled.authenticator, clock).code()
    const settled: unknown[] = []
    const settleMessage: Storage['settleMessage'] = async (request) => {
      settled.push(request.outcome)
      return storage.settleMessage(request)
    }
    const confirming = world.instance({ storage: { ...storage, settleMessage } })
    expectOk(await confirming.totp.confirm({ grant, code, client: home }))
    await vi.waitFor(() => {
      expect(settled).toMatchObject([{ retryAt: clock() + 30 * second }])
    })
    clock.advance(minute)
    mailer.behave('deliver')
    const swept = nl.outbox.sweep()
    await vi.waitFor(() => {
      expect(mailer.mails).toHaveLength(mails + 1)
    })
    sms.behave('deliver')
    expect(await swept).toEqual({ sent: 2, dead: 0, retried: 0 })
  })
})

describe('a waiting message', () => {
  it('goes to the number that it was made for, even after the number changed', async () => {
    const world = createPhoneWorld()
    const ada = await phonePerson(world)
    const { nl, clock, sms } = world
    clock.advance(minute)
    sms.behave('fail')
    await ada.start()
    await world.received()
    sms.behave('deliver')
    const [code] = ada.backupCodes
    const page = { grant: ada.grant, client: ada.known }
    const { proof } = expectOk(await nl.stepUp.verify({ ...page, purpose: 'factors', code }))
    clock.advance(31 * second)
    expectOk(await nl.sms.enroll({ ...page, proof, number: otherNumber }))
    expectOk(await nl.sms.confirm({ ...page, code: await world.code(otherNumber) }))
    await nl.outbox.idle()
    clock.advance(minute)
    expect(await nl.outbox.sweep()).toMatchObject({ sent: 1 })
    expect(await world.received(phoneNumber)).toHaveLength(2)
    expect(await world.received(otherNumber)).toHaveLength(1)
  })

  it('is written in the present language of its owner, and in English while the host cannot answer', async () => {
    const locale = 'fr-FR'
    let broken = false
    const world = createPhoneWorld({
      sms: { domain: 'acme.example' },
      options: {
        describe: async (id) => {
          if (broken) throw new Error('the directory is down')
          return { name: id, addresses: [], locale }
        },
      },
    })
    const ada = await phonePerson(world)
    const [french] = await world.received()
    expect(french).toMatchObject({ to: phoneNumber, language: 'fr' })
    world.clock.advance(minute)
    broken = true
    await ada.start()
    expect(await world.received()).toHaveLength(2)
    expect(world.reports.filter(({ kind }) => kind === 'describe')).toHaveLength(1)
    const last = (await world.received()).at(-1)
    expect(last?.language).toBe('en')
    expect(last?.text).toMatch(
      /^Acme: \d{6} is your code to sign in, valid for 5 minutes[\s\S]*\n@acme\.example #\d{6}$/,
    )
  })

  it.each<[string, (taken: readonly OutboxMessage[]) => readonly OutboxMessage[]]>([
    ['swapped with another one', (taken) => taken.map((one, n) => ({ ...one, body: taken[1 - n]?.body ?? one.body }))],
    ['moved to another channel', (taken) => taken.map((one) => ({ ...one, channel: 'mail' as const }))],
    ['moved to another account', (taken) => taken.map((one) => ({ ...one, recordId: 'account:eve' }))],
    ['given another id', (taken) => taken.map((one, n) => ({ ...one, messageId: taken[1 - n]?.messageId ?? '' }))],
  ])('(promise 4) is not sent after it was %s', async (_, rewrite) => {
    const inner = memoryStorage()
    const world = createPhoneWorld({ storage: inner })
    const ada = await phonePerson(world, 'ada')
    const bob = await phonePerson(world, 'bob', otherNumber)
    await world.received()
    await world.nl.outbox.sweep()
    world.clock.advance(minute)
    world.sms.behave('fail')
    await ada.start()
    await bob.start()
    await world.received()
    world.sms.behave('deliver')
    const { calls } = world.sms
    world.clock.advance(30 * second)
    const nl = world.instance({ storage: rewritten(inner, rewrite) })
    expect(await nl.outbox.sweep()).toEqual({ sent: 0, dead: 2, retried: 0 })
    expect(world.sms.calls).toBe(calls)
    expect(world.mailer.mails).toHaveLength(2)
  })

  it('is sent once more under the same key when its settling was lost', async () => {
    const inner = memoryStorage()
    let fails = false
    const settleMessage: Storage['settleMessage'] = async (request) => {
      if (fails) throw storageFailure()
      return inner.settleMessage(request)
    }
    const world = createPhoneWorld({ storage: { ...inner, settleMessage } })
    const ada = await phonePerson(world)
    await world.received()
    world.clock.advance(minute)
    fails = true
    await ada.start(home)
    await world.received()
    fails = false
    world.clock.advance(minute)
    expect(await world.nl.outbox.sweep()).toMatchObject({ sent: 1 })
    world.clock.advance(2 * minute)
    expect(await world.nl.outbox.sweep()).toMatchObject({ sent: 0 })
    const [, first, again, ...more] = await world.received()
    expect(again).toEqual(first)
    expect(more).toEqual([])
  })
})
