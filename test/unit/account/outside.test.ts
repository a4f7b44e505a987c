import { asSystem, isNightlatchError, publicOutcome } from 'nightlatch'
import type { SignInOutcome } from 'nightlatch'
import { describe, expect, it } from 'vitest'
import { expectOk, expectStatus } from '../../world/expect-outcome.ts'
import { elsewhere, home, wrongCode } from '../../world/person.ts'
import { eventsOf, newestOf } from '../../world/reading.ts'
import { createWorld } from '../../world/world.ts'
import { unlimited } from '../../world/unlimited.ts'

describe('publicOutcome', () => {
  it('contains no token', async () => {
    const world = createWorld()
    const { nl } = world
    const person = await world.person()
    world.clock.advance(30_000)
    const start = { name: person.name, accountId: person.id, primary: 'password', client: home } as const
    const started = await nl.signIn.start(start)
    const { challenge } = expectStatus(started, 'challenge')
    const wrong = await nl.signIn.verify({ challenge, code: wrongCode(person.app), client: home })
    const granted = await nl.signIn.verify({ challenge, code: person.app.code(), client: home })
    expect(publicOutcome(started)).toEqual({
      status: 'challenge',
      factors: ['totp', 'backup-code'],
      preferred: 'totp',
      triesLeft: 5,
    })
    expect(publicOutcome(wrong)).toEqual({
      status: 'challenge',
      reason: 'wrong',
      factors: ['totp', 'backup-code'],
      preferred: 'totp',
      triesLeft: 4,
    })
    expect(publicOutcome(granted)).toEqual({ status: 'granted' })
    const enroll: SignInOutcome = { status: 'enroll', grant: 'secret', needs: ['totp'], until: 5 }
    expect(publicOutcome(enroll)).toEqual({ status: 'enroll' })
    const shown = JSON.stringify([started, wrong, granted].map(publicOutcome))
    for (const token of [challenge, (granted as { grant: string }).grant]) expect(shown).not.toContain(token)
  })

  it('[THR-12] is the same for a known and an unknown name after a failed primary authentication', async () => {
    const world = createWorld()
    const person = await world.person()
    const { failed } = world.nl.signIn
    const known = await failed({ name: person.name, accountId: person.id, client: elsewhere(1) })
    const unknown = await failed({ name: 'nobody', client: elsewhere(2) })
    expect(JSON.stringify(publicOutcome(known))).toBe(JSON.stringify(publicOutcome(unknown)))
    expect(publicOutcome(known)).toEqual({ status: 'refused', reason: 'wrong-credentials' })
  })
})

describe('asSystem', () => {
  it('writes its reason into the events that it causes', async () => {
    const world = createWorld()
    const person = await world.person()
    const grant = asSystem(person.id, 'quarterly clean-up\nof sessions')
    expectOk(await world.nl.sessions.endAll({ grant }))
    expect(await newestOf(world.nl, person.id, 'session_end_all')).toMatchObject({
      values: { actor: 'system', actorReason: 'quarterly clean-up\\u000aof sessions' },
    })
  })

  it('cannot be forged from data', async () => {
    const world = createWorld()
    const person = await world.person()
    const act = asSystem(person.id, 'test')
    for (const forged of [
      { ...act },
      JSON.parse(JSON.stringify(act)) as typeof act,
      { accountId: person.id, reason: 'test' },
      Object.create(act) as typeof act,
      new Proxy(act, {}),
    ]) {
      expect(await world.nl.totp.list({ grant: forged })).toEqual({ ok: false, reason: 'signed-out' })
    }
    expect(() => Object.assign(act, { accountId: 'bob' })).toThrow(TypeError)
    expect(await world.nl.totp.list({ grant: act })).toMatchObject({ ok: true })
  })

  it('requires an account id and a reason', () => {
    for (const [id, reason] of [
      ['', 'why'],
      ['ada', ''],
      ['ada', '  '],
      ['a\nb', 'why'],
      ['a'.repeat(181), 'why'],
      [undefined, 'why'],
      ['ada', undefined],
    ]) {
      try {
        asSystem(id as string, reason as string)
        expect.unreachable()
      } catch (error) {
        expect(isNightlatchError(error) && error.code).toBe('NL_ARGUMENT')
      }
    }
  })
})

describe('a device token', () => {
  it('makes one browser a known device of several accounts', async () => {
    const world = createWorld()
    const [ada, bob] = [await world.person('ada'), await world.person('bob')]
    await ada.signIn()
    await bob.signIn({ ...home, device: ada.deviceToken })
    for (const person of [ada, bob]) {
      await person.signIn({ ...home, device: bob.deviceToken })
      const [success] = (await eventsOf(world.nl, person.id)).filter(({ type }) => type === 'authn_login_success')
      expect(success).toMatchObject({ values: { knownDevice: true } })
    }
  })

  it('[SES-11] [SES-12] replaces no factor', async () => {
    const world = createWorld()
    const person = await world.person()
    await person.signIn()
    const client = { ...home, device: person.deviceToken }
    const start = { name: person.name, accountId: person.id, primary: 'password', client } as const
    expect(await world.nl.signIn.start(start)).toMatchObject({ status: 'challenge' })
    expect(await world.nl.totp.enroll({ grant: person.grant, client })).toMatchObject({ reason: 'step-up' })
  })

  it('contains no account id, and fits into a cookie', async () => {
    const world = createWorld()
    let device = ''
    let setCookie = ''
    for (let n = 0; n < 12; n++) {
      const id = `person-${n}-${'x'.repeat(160)}`
      const start = { name: id, accountId: id, primary: 'password', client: { ...home, device } } as const
      const granted = expectStatus(await world.nl.signIn.start(start), 'granted')
      device = granted.deviceToken
      setCookie = granted.setCookie
    }
    expect(device.length).toBeLessThan(1000)
    expect(setCookie.length).toBeLessThan(1100)
    expect(setCookie).not.toContain('person-')
  })

  it('is forgotten after twenty newer browsers have signed in', async () => {
    const world = createWorld({ options: unlimited })
    const person = await world.person()
    await person.signIn()
    const first = person.deviceToken
    for (let n = 0; n < 20; n++) await person.signIn(elsewhere(n))
    const start = { name: person.name, accountId: person.id, primary: 'password' } as const
    await world.nl.signIn.start({ ...start, client: { ...home, device: first } })
    expect(await newestOf(world.nl, person.id, 'mfa_challenge')).toMatchObject({ values: { knownDevice: false } })
    await world.nl.signIn.start({ ...start, client: { ...home, device: person.deviceToken } })
    expect(await newestOf(world.nl, person.id, 'mfa_challenge')).toMatchObject({ values: { knownDevice: true } })
  })
})
