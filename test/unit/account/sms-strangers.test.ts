import { describe, expect, it } from 'vitest'
import { expectOk } from '../../world/expect-outcome.ts'
import { elsewhere, home } from '../../world/person.ts'
import {
  anotherCode,
  createPhoneWorld,
  frequentSends,
  newcomer,
  otherNumber,
  phoneNumber,
  phonePerson,
} from '../../world/phone.ts'
import { factsOf, stateOf } from '../../world/reading.ts'
import { unlimited } from '../../world/unlimited.ts'
import { verdictOn } from '../../world/verdict.ts'

const minute = 60_000

describe('a stranger who has the password', () => {
  it('[THR-6] (promise 10) cannot void the code that the owner is typing on a known device', async () => {
    const world = createPhoneWorld()
    const ada = await phonePerson(world)
    const { nl, clock } = world
    const { challenge, sms } = await ada.start()
    const code = await world.code()
    const messages = (await world.received()).length
    for (let n = 0; n < 20; n++) {
      clock.advance(10_000)
      const client = elsewhere(n)
      const theirs = await ada.start(client)
      const refused = { status: 'refused', reason: 'cooldown', retryAt: sms?.status === 'queued' ? sms.expiresAt : 0 }
      expect(theirs.sms).toMatchObject(refused)
      expect(await nl.signIn.sendCode({ challenge: theirs.challenge, client })).toMatchObject({ sms: refused })
    }
    expect(await world.received()).toHaveLength(messages)
    expect(await verdictOn(world.nl, { challenge, code, client: ada.known })).toBe('granted')
  })

  it('(promise 10) cannot void a code for a step-up or for a new number', async () => {
    const world = createPhoneWorld({ sms: { sends: frequentSends } })
    const ada = await phonePerson(world)
    const { nl, clock } = world
    const page = { grant: ada.grant, client: ada.known }
    expectOk(await nl.stepUp.sendCode(page))
    await ada.start(elsewhere(1))
    const code = await world.code()
    const { proof } = expectOk(await nl.stepUp.verify({ ...page, purpose: 'factors', code }))
    clock.advance(minute)
    expectOk(await nl.sms.enroll({ ...page, proof, number: otherNumber }))
    await ada.start(elsewhere(2))
    expectOk(await nl.sms.confirm({ ...page, code: await world.code(otherNumber) }))
  })

  it('(promise 10) cannot use up the messages of the owner or delay them', async () => {
    const world = createPhoneWorld({ options: unlimited })
    const ada = await phonePerson(world)
    const { nl, clock } = world
    let theirs = 0
    for (let n = 0; n < 24 * 12; n++) {
      clock.advance(5 * minute)
      if ((await ada.start(elsewhere(n))).sms?.status === 'queued') theirs++
    }
    expect(theirs).toBe(15)
    for (let n = 0; n < 15; n++) {
      const { challenge, sms } = await ada.start()
      expect(sms).toMatchObject({ status: 'queued' })
      const code = await world.code()
      expect(await verdictOn(world.nl, { challenge, code, client: ada.known })).toBe('granted')
      clock.advance(12 * minute)
    }
    const facts = await factsOf(nl, 'ada')
    expect(JSON.stringify(facts)).not.toContain(phoneNumber)
  })

  it('[THR-6] (promise 10) cannot stop codes to the owner’s known device by locking code entry', async () => {
    const world = createPhoneWorld({ sms: { sends: frequentSends }, options: unlimited })
    const ada = await phonePerson(world)
    const { clock } = world
    for (let n = 0; n < 8; n++) {
      clock.advance(1000)
      const client = elsewhere(n)
      const { challenge } = await ada.start(client)
      const code = anotherCode(await world.code())
      for (let k = 0; k < 3; k++) await verdictOn(world.nl, { challenge, code, client })
    }
    expect((await stateOf(world.storage, 'ada')).throttle.lockedAt).not.toBeNull()
    const locked = await ada.start(elsewhere(99))
    expect(locked).not.toHaveProperty('sms')
    const { challenge, sms } = await ada.start()
    expect(sms).toMatchObject({ status: 'queued' })
    expect(await verdictOn(world.nl, { challenge, code: await world.code(), client: ada.known })).toBe('granted')
  })

  it('[SMS-22] (promise 10) cannot use up the limits of the owner’s number and network', async () => {
    const world = createPhoneWorld()
    const ada = await phonePerson(world)
    const { nl, clock } = world
    clock.advance(24 * 60 * minute)
    // Strangers in the owner's network enroll the owner's number in accounts of their own.
    for (let n = 0; n < 25; n++) {
      const { grant } = await newcomer(world, `eve-${n}`)
      const answer = await nl.sms.enroll({ grant, number: phoneNumber, client: home })
      expect(answer).toMatchObject(n < 20 ? { ok: true } : { ok: false, reason: 'limited' })
    }
    // Strangers sign in with the owner's password.
    for (let n = 0; n < 6; n++) {
      clock.advance(9 * minute)
      await ada.start(elsewhere(n))
    }
    clock.advance(6 * minute)
    for (let n = 0; n < 5; n++) {
      const { challenge, sms } = await ada.start()
      expect(sms).toMatchObject({ status: 'queued' })
      expect(await verdictOn(world.nl, { challenge, code: await world.code(), client: ada.known })).toBe('granted')
    }
  })
})
