import { asSystem } from 'nightlatch'
import { describe, expect, it } from 'vitest'
import { expectOk, expectStatus } from '../../world/expect-outcome.ts'
import { elsewhere, home } from '../../world/person.ts'
import { createPhoneWorld, frequentSends, newcomer, otherNumber, phoneNumber, phonePerson } from '../../world/phone.ts'
import type { PhonePerson, PhoneWorld } from '../../world/phone.ts'
import { eventsOf, factsOf } from '../../world/reading.ts'
import { limiterThat } from '../../world/unlimited.ts'

const minute = 60_000
const hour = 60 * minute

/** The status or reason of the code at a sign-in by the owner. */
async function sending(world: PhoneWorld, { start, known }: PhonePerson): Promise<string> {
  const { sms } = await start(known)
  await world.received()
  return sms?.status === 'refused' ? sms.reason : (sms?.status ?? 'none')
}

describe('createNightlatch', () => {
  it('[SMS-1] refuses SMS as the only method', () => {
    for (const methods of [['sms'], ['sms', 'sms']] as const) {
      expect(() => createPhoneWorld({ options: { methods } })).toThrow('a restricted authenticator')
    }
    expect(createPhoneWorld({ options: { methods: ['sms', 'totp'] } }).nl).toBeDefined()
    expect(() => createPhoneWorld({ options: { methods: ['passkey', 'sms'] } })).toThrow('methods')
  })

  it('[SMS-21] refuses a list of countries that allows nothing', () => {
    expect(() => createPhoneWorld({ sms: { countries: [] } })).toThrow('sms.countries')
    expect(() => createPhoneWorld({ sms: { countries: ['AT'], defaultCountry: 'HU' } })).toThrow('sms.defaultCountry')
  })

  it('[SMS-9] offers no factor by mail, and mails carry no code', async () => {
    const world = createPhoneWorld()
    const ada = await phonePerson(world)
    const mail = 'mail' as 'sms'
    expect(() => createPhoneWorld({ options: { methods: ['totp', mail] } })).toThrow('each of methods')
    await world.nl.outbox.idle()
    const { challenge, factors } = await ada.start(elsewhere(1))
    expect(factors).toEqual(['sms', 'backup-code'])
    await world.nl.signIn.sendCode({ challenge, client: elsewhere(1) })
    const codes = world.sms.messages.map(({ text }) => /\d{6}/.exec(text)?.[0] ?? '')
    await world.nl.outbox.idle()
    for (const code of codes) expect(JSON.stringify(world.mailer.mails)).not.toContain(code)
    const typed = await world.nl.signIn.verify({ challenge, code: codes.at(-1), factor: mail })
    // A factor that there is not reads as none: the shape of the code decides.
    expect(typed).toMatchObject({ status: 'granted', amr: expect.arrayContaining(['sms']) })
  })
})

describe('the SMS limits of an account', () => {
  it('[SMS-23] double the delay from 30 s to 32 minutes, and reset it after a right code', async () => {
    const world = createPhoneWorld({ sms: { sends: { hourly: 50, daily: 50 } } })
    const ada = await phonePerson(world)
    const { clock, nl } = world
    for (const wait of [30, 60, 120, 240, 480, 960, 1920, 1920]) {
      expect(await sending(world, ada)).toBe('queued')
      clock.advance(wait * 1000 - 1)
      expect(await sending(world, ada)).toBe('cooldown')
      clock.advance(1)
    }
    const { challenge } = await ada.start()
    const code = await world.code()
    expectStatus(await nl.signIn.verify({ challenge, code, client: ada.known }), 'granted')
    expect(await sending(world, ada)).toBe('queued')
  })

  it.each([
    [6, 'hourly', hour, { hourly: 6, daily: 50 }],
    [15, 'daily', 24 * hour, { hourly: 15, daily: 15 }],
  ] as const)('[SMS-22] refuse after %i messages by the %s limit alone', async (most, reason, window, sends) => {
    const world = createPhoneWorld({ sms: { sends: { ...frequentSends, ...sends } } })
    const ada = await phonePerson(world)
    const { clock } = world
    for (let n = 1; n < most; n++) {
      clock.advance(2000)
      expect(await sending(world, ada)).toBe('queued')
    }
    clock.advance(2000)
    expect(await sending(world, ada)).toBe(reason)
    expect(await world.received()).toHaveLength(most)
    clock.advance(window - most * 2000)
    expect(await sending(world, ada)).toBe('queued')
    expect(await sending(world, ada)).toBe(reason)
  })

  it('[SMS-22] count sign-in, step-up and enrollment together', async () => {
    const world = createPhoneWorld({ sms: { sends: { ...frequentSends, hourly: 3, daily: 3 } } })
    const ada = await phonePerson(world)
    const { nl, clock } = world
    clock.advance(2000)
    expect(await sending(world, ada)).toBe('queued')
    clock.advance(2000)
    expectOk(await nl.stepUp.sendCode({ grant: ada.grant, client: ada.known }))
    clock.advance(2000)
    expect(await nl.stepUp.sendCode({ grant: ada.grant })).toMatchObject({ ok: false, reason: 'daily' })
    const script = { grant: asSystem('ada', 'a script') }
    expect(await nl.sms.enroll({ ...script, number: otherNumber })).toMatchObject({ ok: false, reason: 'daily' })
    expect(await sending(world, ada)).toBe('daily')
    expect(await factsOf(nl, 'ada')).toHaveLength(2)
    expect((await eventsOf(nl, 'ada'))[0]).toMatchObject({ type: 'mfa_challenge', values: { smsRefused: 'daily' } })
  })

  it('write few facts about many refused requests', async () => {
    const world = createPhoneWorld()
    const ada = await phonePerson(world)
    await world.nl.stepUp.sendCode({ grant: ada.grant, client: ada.known })
    for (let n = 0; n < 100; n++) {
      const refused = await world.nl.stepUp.sendCode({ grant: ada.grant, client: ada.known })
      expect(refused).toMatchObject({ ok: false, reason: 'cooldown' })
    }
    const { grant } = await newcomer(world, 'eve', elsewhere(1))
    for (let n = 0; n < 100; n++) await world.nl.sms.enroll({ grant, number: '+79123456789', client: elsewhere(1) })
    expect(await factsOf(world.nl, 'ada')).toHaveLength(7)
    expect(await factsOf(world.nl, 'eve')).toHaveLength(7)
  })
})

describe('the SMS limits that accounts share', () => {
  it('[SMS-22] refuse by the limit of a number alone, also for another account', async () => {
    const world = createPhoneWorld({ sms: { sends: frequentSends, ceilings: { numberDaily: 3 } } })
    const { nl } = world
    const enroll = async (n: number, number: string): Promise<string> => {
      const client = elsewhere(n)
      const { grant } = await newcomer(world, `person-${n}`, client)
      const answer = await nl.sms.enroll({ grant, number, client })
      return answer.ok ? 'ok' : answer.reason
    }
    for (let n = 0; n < 3; n++) expect(await enroll(n, phoneNumber)).toBe('ok')
    expect(await enroll(3, phoneNumber)).toBe('limited')
    expect(await enroll(4, '06 30 123 4567')).toBe('limited')
    expect(await enroll(5, otherNumber)).toBe('ok')
    world.clock.advance(24 * hour)
    expect(await enroll(6, phoneNumber)).toBe('ok')
  })

  it('[SMS-22] count the codes to one number together for two accounts', async () => {
    const world = createPhoneWorld({ sms: { sends: frequentSends, ceilings: { numberDaily: 2 } } })
    const people = [await phonePerson(world, 'ada'), await phonePerson(world, 'bob')]
    const statuses: (string | undefined)[] = []
    for (const person of [...people, ...people]) {
      world.clock.advance(2000)
      statuses.push((await person.start(elsewhere(statuses.length))).sms?.status)
    }
    expect(statuses).toEqual(['queued', 'queued', 'refused', 'refused'])
  })

  it.each([
    ['networkHourly', 'a network'],
    ['countryHourly', 'a country'],
    ['totalHourly', 'everything'],
  ] as const)('[SMS-22] refuse by %s, the limit of %s, alone', async (name, _) => {
    const world = createPhoneWorld({ sms: { countries: ['HU', 'AT'], sends: frequentSends, ceilings: { [name]: 3 } } })
    const { nl, clock } = world
    const enroll = async (n: number, number: string, client = home): Promise<string> => {
      const { grant } = await newcomer(world, `person-${n}`, elsewhere(n))
      const answer = await nl.sms.enroll({ grant, number, client })
      return answer.ok ? 'ok' : answer.reason
    }
    const hungarian = (n: number): string => `+3630123456${n}`
    const austrian = '+436641234567'
    const own = (n: number): typeof home => (name === 'networkHourly' ? home : elsewhere(100 + n))
    for (let n = 0; n < 3; n++) expect(await enroll(n, hungarian(n), own(n))).toBe('ok')
    expect(await enroll(3, hungarian(3), own(3))).toBe('limited')
    // Only this limit is used up.
    expect(await enroll(4, hungarian(4), elsewhere(200))).toBe(name === 'networkHourly' ? 'ok' : 'limited')
    expect(await enroll(5, austrian, elsewhere(201))).toBe(name === 'totalHourly' ? 'limited' : 'ok')
    clock.advance(hour)
    expect(await enroll(6, hungarian(6), own(6))).toBe('ok')
    expect((await factsOf(nl, 'person-3')).map(({ type, values }) => [type, values])).toEqual([
      ['sms_refuse', expect.objectContaining({ purpose: 'verify-number', country: 'HU', reason: 'limited' })],
    ])
  })

  it('charge nothing for a message that another limit refuses', async () => {
    const world = createPhoneWorld({ sms: { sends: frequentSends, ceilings: { numberDaily: 1, totalHourly: 3 } } })
    const { nl } = world
    for (let n = 0; n < 6; n++) {
      const { grant } = await newcomer(world, `person-${n}`, elsewhere(n))
      await nl.sms.enroll({ grant, number: phoneNumber, client: elsewhere(n) })
    }
    const { grant } = await newcomer(world, 'last', elsewhere(9))
    expectOk(await nl.sms.enroll({ grant, number: otherNumber, client: elsewhere(9) }))
  })

  it('[SMS-22] [THR-8] are kept by the process when the limiter of the host fails', async () => {
    const limiter = limiterThat(async () => Promise.reject(new Error('the limiter is down')))
    const world = createPhoneWorld({
      sms: { sends: frequentSends, ceilings: { totalHourly: 1 } },
      options: { limiter },
    })
    const ada = await phonePerson(world)
    world.clock.advance(2000)
    expect(await sending(world, ada)).toBe('limited')
  })
})
