import { memoryStorage } from 'nightlatch/storage/memory'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Nightlatch } from 'nightlatch'
import { skewed } from '../world/clock.ts'
import { expectOk, expectStatus } from '../world/expect-outcome.ts'
import { faultyStorage } from '../world/faulty-storage.ts'
import { elsewhere, home } from '../world/person.ts'
import { anotherCode, createPhoneWorld, newcomer, phoneNumber, phonePerson } from '../world/phone.ts'
import type { PhonePerson, PhoneWorld } from '../world/phone.ts'
import { peekEvents } from '../world/peek.ts'
import { stateOf } from '../world/reading.ts'
import type { SeveralServers } from '../world/several-servers.ts'
import { severalServers } from '../world/several-servers.ts'
import { storages } from '../world/storages.ts'
import { times } from '../world/times.ts'
import { unlimited } from '../world/unlimited.ts'
import { verdictOn } from '../world/verdict.ts'

const second = 1000
const minute = 60_000

describe.each(storages)('codes by SMS on four servers at once, on $title', ({ open }) => {
  let world: SeveralServers<PhoneWorld>
  let ada: PhonePerson
  beforeEach(async () => {
    world = await severalServers(open, (storage) => createPhoneWorld({ storage, options: unlimited }), 4)
    ada = await phonePerson(world)
    world.clock.advance(minute)
  })
  afterEach(() => world.close())

  it('[SMS-4] (promise 1) a right code typed twenty times over four servers is accepted once', async () => {
    const { challenge } = await ada.start()
    const code = await world.code()
    const told = await Promise.all(
      times(20).map((n) => verdictOn(world.server(n), { challenge, code, client: ada.known })),
    )
    expect(told.filter((one) => one === 'granted')).toHaveLength(1)
    const events = await peekEvents(world.storage, 'ada')
    expect(events.filter(({ type }) => type === 'sms_verify')).toHaveLength(2)
    const log = events.filter(({ type }) => type === 'authn_login_success')
    expect(log).toHaveLength(2)
  })

  it('[SMS-4] (promise 1) a code by SMS gives one proof, and a number is confirmed once', async () => {
    const page = { grant: ada.grant, client: ada.known }
    expectOk(await world.nl.stepUp.sendCode(page))
    const code = await world.code()
    const proofs = await Promise.all(
      times(12).map((n) => world.server(n).stepUp.verify({ ...page, purpose: 'factors', code })),
    )
    expect(proofs.filter(({ ok }) => ok)).toHaveLength(1)

    const { grant } = await newcomer(world, 'bob', elsewhere(1))
    expectOk(await world.nl.sms.enroll({ grant, number: phoneNumber, client: home }))
    const proving = await world.code()
    const answers = await Promise.all(times(8).map((n) => world.server(n).sms.confirm({ grant, code: proving })))
    expect(answers.filter(({ ok }) => ok)).toHaveLength(1)
    expect(answers.filter((answer) => answer.ok && answer.backupCodes !== null)).toHaveLength(1)
  })

  it('[SMS-6] [SMS-23] of twelve parallel resends one is sent, and its code is the one that works', async () => {
    const { challenge } = await ada.start()
    await world.received()
    world.clock.advance(minute)
    const answers = await Promise.all(
      times(12).map((n) => world.server(n).signIn.sendCode({ challenge, client: ada.known })),
    )
    const told = answers.map((answer) => (answer.status === 'challenge' ? answer.sms?.status : answer.status))
    expect(told.filter((one) => one === 'queued')).toHaveLength(1)
    expect(told.filter((one) => one === 'refused')).toHaveLength(11)
    expect(await world.received()).toHaveLength(3)
    expect(await verdictOn(world.server(1), { challenge, code: await world.code(), client: ada.known })).toBe('granted')
  })

  it('(promise 2) of 40 parallel wrong codes from one device at most four get a verdict, and each of these is charged', async () => {
    const { challenge } = await ada.start()
    const code = await world.code()
    const client = ada.known
    const told = await Promise.all(
      times(40).map((n) => verdictOn(world.server(n), { challenge, code: anotherCode(code, n + 1), client })),
    )
    const wrong = told.filter((one) => one === 'wrong').length
    expect(wrong).toBeLessThanOrEqual(4)
    const { sms, throttle } = await stateOf(world.storage, 'ada')
    expect([sms.failures, throttle.failures]).toEqual([wrong, wrong])
    expect(told).not.toContain('granted')
  })

  it('[THR-9] (promise 2) ten wrong codes for a new number get a verdict, and the tenth ends its enrollment', async () => {
    const { grant } = await newcomer(world, 'bob', elsewhere(1))
    expectOk(await world.nl.sms.enroll({ grant, number: phoneNumber, client: home }))
    const code = await world.code()
    const confirm = (n: number): ReturnType<Nightlatch['sms']['confirm']> =>
      world.server(n).sms.confirm({ grant, code: anotherCode(code, n + 1) })
    const told: string[] = []
    // One after the other on each server, all servers at once.
    for (const turn of times(6)) {
      const answers = await Promise.all(times(4).map((n) => confirm(4 * turn + n)))
      told.push(...answers.map((answer) => (answer.ok ? 'ok' : answer.reason)))
    }
    expect(told.filter((one) => one === 'wrong')).toHaveLength(9)
    expect(told.filter((one) => one === 'too-many-tries')).toHaveLength(1)
    expect(told.filter((one) => one === 'no-enrollment')).toHaveLength(14)
    expect(await world.server(0).sms.confirm({ grant, code })).toEqual({ ok: false, reason: 'no-enrollment' })
  })

  it('(promise 2) a right code among wrong ones is accepted at most once', async () => {
    const { challenge } = await ada.start()
    const code = await world.code()
    const client = ada.known
    const told = await Promise.all(
      times(12).map((n) =>
        verdictOn(world.server(n), { challenge, code: n % 3 === 1 ? code : anotherCode(code, n + 1), client }),
      ),
    )
    expect(told.filter((one) => one === 'granted').length).toBeLessThanOrEqual(1)
    expect((await stateOf(world.storage, 'ada')).sms.failures).toBeLessThanOrEqual(4)
  })
})

describe('codes by SMS through a storage that fails', () => {
  it('(promise 1) a code is sent once and accepted once when replies are lost', async () => {
    const inner = memoryStorage()
    let lose = false
    let commits = 0
    const storage = faultyStorage(inner, {
      onCommit: () => {
        commits++
        const lost = lose
        lose = false
        return lost ? 'lost' : 'none'
      },
    })
    const world = createPhoneWorld({ storage })
    const ada = await phonePerson(world)
    world.clock.advance(minute)
    lose = true
    const { challenge } = await ada.start()
    expect(await world.received()).toHaveLength(2)
    lose = true
    commits = 0
    expect(await verdictOn(world.nl, { challenge, code: await world.code(), client: ada.known })).toBe('granted')
    expect(commits).toBe(1)
    expect(await verdictOn(world.nl, { challenge, code: await world.code(), client: ada.known })).toBe(
      'challenge-ended',
    )
  })

  it('(promise 5) nothing is sent for a commit that did not happen', async () => {
    const inner = memoryStorage()
    let crash = false
    const storage = faultyStorage(inner, { onCommit: () => (crash ? 'crash' : 'none') })
    const world = createPhoneWorld({ storage })
    const ada = await phonePerson(world)
    world.clock.advance(minute)
    crash = true
    await expect(ada.start()).rejects.toThrow()
    crash = false
    expect(await world.received()).toHaveLength(1)
    expect(await world.nl.outbox.sweep()).toEqual({ sent: 0, dead: 0, retried: 0 })
  })
})

describe('codes by SMS on servers whose clocks differ', () => {
  it.each([-minute, -second, second, minute])(
    'a code of one server is accepted by another that is %i ms off',
    async (byMs) => {
      const world = createPhoneWorld()
      const ada = await phonePerson(world)
      world.clock.advance(10 * minute)
      const other = world.instance({ clock: skewed(world.clock, byMs) })
      const { challenge } = await ada.start()
      const code = await world.code()
      world.clock.advance(5 * second)
      expect(await verdictOn(other, { challenge, code, client: ada.known })).toBe('granted')
    },
  )

  it.each([-minute, minute])(
    '(promise 10) a stranger on a server that is %i ms off does not void the code of the owner',
    async (byMs) => {
      const world = createPhoneWorld()
      const ada = await phonePerson(world)
      world.clock.advance(10 * minute)
      const other = world.instance({ clock: skewed(world.clock, byMs) })
      const { challenge } = await ada.start()
      const code = await world.code()
      expect((await ada.start(elsewhere(1), other)).sms).toMatchObject({ status: 'refused', reason: 'cooldown' })
      expect(await verdictOn(world.nl, { challenge, code, client: ada.known })).toBe('granted')
    },
  )

  it('[SMS-4] a code sent by a server that is days ahead is expired on the others', async () => {
    const world = createPhoneWorld()
    const ada = await phonePerson(world)
    const ahead = world.instance({ clock: skewed(world.clock, 3 * 24 * 60 * minute) })
    const { challenge } = await ada.start(ada.known, ahead)
    const code = await world.code()
    for (let n = 0; n < 4; n++) {
      expect(await verdictOn(world.nl, { challenge, code, client: ada.known })).toBe('expired')
      world.clock.advance(3 * minute)
    }
    expectStatus(await ada.start(), 'challenge')
  })

  it('[SMS-22] the limits of an account hold while a clock jumps back and forth', async () => {
    const world = createPhoneWorld({ options: unlimited })
    const ada = await phonePerson(world)
    const at = world.clock()
    let sent = 0
    for (let n = 0; n < 200; n++) {
      world.clock.set(at + ((n * 7919) % 50) * minute)
      if ((await ada.start()).sms?.status === 'queued') sent++
    }
    expect(sent).toBe(5)
    expect(await world.received()).toHaveLength(6)
  })
})
