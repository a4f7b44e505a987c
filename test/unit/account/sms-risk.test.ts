import type { SmsRiskRequest } from 'nightlatch'

import { afterEach, describe, expect, it, vi } from 'vitest'
import { limits } from '../../../src/core/limits.ts'
import { expectOk, expectStatus } from '../../world/expect-outcome.ts'
import { elsewhere } from '../../world/person.ts'
import { createPhoneWorld, newcomer, otherNumber, phoneNumber, phonePerson } from '../../world/phone.ts'
import type { PhonePerson, PhoneWorld } from '../../world/phone.ts'
import { eventsOf, stateOf } from '../../world/reading.ts'

const minute = 60_000

/** The status or reason of the code at a sign-in by the owner. */
async function sending(world: PhoneWorld, { start, known }: PhonePerson): Promise<string> {
  const { sms } = await start(known)
  await world.received()
  return sms?.status === 'refused' ? sms.reason : (sms?.status ?? 'none')
}

describe('a risk check', () => {
  afterEach(() => {
    vi.useRealTimers()
  })

  it('[SMS-3] receives the account, number, purpose and address before each message', async () => {
    const asked: SmsRiskRequest[] = []
    const world = createPhoneWorld({
      sms: {
        risk: (request) => {
          asked.push(request)
          return 'send'
        },
      },
    })
    const ada = await phonePerson(world)
    const number = { phone: phoneNumber, country: 'HU', type: 'mobile' } as const
    expect(asked).toEqual([{ accountId: 'ada', ...number, purpose: 'verify-number', ip: '192.0.2.7' }])
    expect(await sending(world, ada)).toBe('queued')
    world.clock.advance(minute)
    expectOk(await world.nl.stepUp.sendCode({ grant: ada.grant, client: { ip: '2001:db8::1' } }))
    world.clock.advance(2 * minute)
    expect((await ada.start({ ip: 'nonsense' })).sms?.status).toBe('refused')
    world.clock.advance(5 * minute)
    expect((await ada.start({ ip: 'nonsense' })).sms?.status).toBe('queued')
    expect(asked.slice(1).map(({ purpose, ip }) => [purpose, ip])).toEqual([
      ['login', '192.0.2.7'],
      ['step-up', '2001:db8::1'],
      ['login', null],
    ])
    // A message that the limits refuse is not checked.
    expect(await sending(world, ada)).toBe('queued')
    expect(await sending(world, ada)).toBe('cooldown')
    expect(asked).toHaveLength(5)
  })

  it.each([
    ['denies', () => 'deny' as const],
    ['throws', () => Promise.reject(new Error('look-up failed'))],
    [
      'throws at once',
      () => {
        throw new Error('look-up failed')
      },
    ],
    ['answers nonsense', () => true as unknown as 'send'],
    ['answers nothing', () => undefined as unknown as 'send'],
  ])('[SMS-3] that %s stops every message, while backup codes still work', async (_, risk) => {
    const safe = createPhoneWorld()
    const ada = await phonePerson(safe)
    safe.clock.advance(minute)
    const nl = safe.instance({ sms: { sender: safe.sms, countries: ['HU'], risk } })
    const { sms, challenge } = await ada.start(ada.known, nl)
    expect(sms).toEqual({ status: 'refused', to: '+36 •••••• 67', reason: 'denied' })
    expect(await nl.signIn.sendCode({ challenge, client: ada.known })).toMatchObject({ sms: { reason: 'denied' } })
    expect(await nl.stepUp.sendCode({ grant: ada.grant })).toEqual({ ok: false, reason: 'denied' })
    expect(await safe.received()).toHaveLength(1)
    expect((await stateOf(safe.storage, 'ada')).sms.code).toBeNull()
    const [code] = ada.backupCodes
    expectStatus(await nl.signIn.verify({ challenge, code, client: ada.known }), 'granted')
  })

  it('[SMS-3] that hangs counts as a denial after five seconds', async () => {
    const world = createPhoneWorld()
    const ada = await phonePerson(world)
    const risk = (): Promise<'send'> => new Promise(() => undefined)
    const nl = world.instance({ sms: { sender: world.sms, countries: ['HU'], risk } })
    vi.useFakeTimers()
    const answer = nl.stepUp.sendCode({ grant: ada.grant, client: ada.known })
    await vi.advanceTimersByTimeAsync(4999)
    await vi.advanceTimersByTimeAsync(1)
    expect(await answer).toEqual({ ok: false, reason: 'denied' })
    // A fact is written behind the answer.
    await vi.advanceTimersByTimeAsync(limits.afterwardsMs)
    expect(vi.getTimerCount()).toBe(0)
    vi.useRealTimers()
    expect(await world.received()).toHaveLength(1)
  })

  it('[SMS-22] that denies every message of one account uses up no limit of another', async () => {
    let asked = 0
    const risk = ({ accountId }: SmsRiskRequest): 'send' | 'deny' => {
      asked++
      return accountId === 'eve' ? 'deny' : 'send'
    }
    const world = createPhoneWorld({ sms: { risk, ceilings: { countryHourly: 30 } } })
    const ada = await phonePerson(world)
    const { grant } = await newcomer(world, 'eve', elsewhere(1))
    for (let n = 0; n < 60; n++) {
      const number = `+36301230${String(n).padStart(3, '0')}`
      expect(await world.nl.sms.enroll({ grant, number, client: elsewhere(n) })).toMatchObject({ ok: false })
    }
    expect(asked).toBeLessThan(20)
    expect(await sending(world, ada)).toBe('queued')
  })
})

describe('codes by SMS', () => {
  it('[SMS-24] are recorded by country when sent and when verified', async () => {
    const world = createPhoneWorld({ sms: { countries: ['HU', 'AT'] } })
    const ada = await phonePerson(world, 'ada', '+436641234567')
    const { challenge } = await ada.start()
    const code = await world.code('+436641234567')
    expectStatus(await world.nl.signIn.verify({ challenge, code, client: ada.known }), 'granted')
    const rows = (await eventsOf(world.nl, 'ada')).filter(({ type }) => type.startsWith('sms_')).reverse()
    expect(rows.map(({ type, values }) => [type, (values as { purpose: string }).purpose])).toEqual([
      ['sms_send', 'verify-number'],
      ['sms_verify', 'verify-number'],
      ['sms_send', 'login'],
      ['sms_verify', 'login'],
    ])
    for (const { values } of rows) expect(values).toMatchObject({ country: 'AT' })
  })

  it('[SMS-25] are sent only after a successful primary authentication', async () => {
    const world = createPhoneWorld()
    const ada = await phonePerson(world)
    const { nl } = world
    for (const accountId of ['ada', null]) await nl.signIn.failed({ name: 'ada', accountId, client: ada.known })
    const primary = 'password'
    await nl.signIn.recover({ name: 'ada', accountId: 'ada', primary, code: '000000', client: ada.known })
    await nl.signIn.sendCode({ challenge: ada.grant, client: ada.known })
    await nl.sms.enroll({ grant: 'x', number: otherNumber })
    await world.received()
    expect(world.sms.calls).toBe(1)
  })
})
