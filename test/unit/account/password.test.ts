import { asSystem } from 'nightlatch'
import { describe, expect, it } from 'vitest'
import { luckLeft } from '../../world/luck-left.ts'
import { limits } from '../../../src/core/limits.ts'
import { expectOk, expectStatus } from '../../world/expect-outcome.ts'
import { elsewhere, home } from '../../world/person.ts'
import type { Person } from '../../world/person.ts'
import { newestOf, stateOf } from '../../world/reading.ts'
import { unlimited } from '../../world/unlimited.ts'
import type { World } from '../../world/world.ts'
import { createWorld } from '../../world/world.ts'
import { typeWrongCode } from '../../world/wrong-codes.ts'

/** A thief with the password types wrong codes from new networks until none is looked at. */
async function stopped(): Promise<{ readonly world: World; readonly ada: Person }> {
  const world = createWorld({ options: unlimited })
  const ada = await world.person()
  for (let n = 0; n < limits.strangersStop; n++) {
    world.clock.advance(limits.lockMs)
    await typeWrongCode(world.nl, ada, elsewhere(n))
  }
  world.clock.advance(limits.lockMs)
  return { world, ada }
}

const laptop = elsewhere(9999)

async function signInWithApp({ nl }: World, ada: Person): Promise<string> {
  const challenge = await ada.challenge(laptop)
  return (await nl.signIn.verify({ challenge, code: ada.app.code(), client: laptop })).status
}

describe('password.changed', () => {
  it('[THR-6] promise 10: lets an owner with an app alone and a cleared browser in after a reset', async () => {
    const { world, ada } = await stopped()
    expect(await signInWithApp(world, ada)).toBe('challenge')
    expect(await world.nl.password.changed({ grant: asSystem('ada', 'reset') })).toEqual({ ok: true, grant: null })
    expect(await signInWithApp(world, ada)).toBe('granted')
    const { totp, throttle } = await stateOf(world.storage, 'ada')
    expect(totp).toMatchObject({ failures: 0, strangers: 0, raised: 0 })
    expect(throttle.passwordKnownAt).toBeNull()
  })

  it('[THR-2] gives back what twenty guesses cost, three times in 30 days, after a reset without a proof', async () => {
    const { world } = await stopped()
    const left = async (): Promise<number> => {
      const { luck } = (await stateOf(world.storage, 'ada')).throttle
      return Math.round(luckLeft(luck.unknown, world.clock()))
    }
    const before = await left()
    const grant = asSystem('ada', 'reset')
    // A guess costs three millionths. The bucket holds no more than 300.
    for (const resets of [1, 2, 3, 3]) {
      expectOk(await world.nl.password.changed({ grant }))
      expect(await left()).toBe(Math.min(300, before + resets * 60))
    }
    const { returnedAt } = (await stateOf(world.storage, 'ada')).throttle
    expect(returnedAt).toHaveLength(3)
    expect((await stateOf(world.storage, 'ada')).totp.raised).toBe(limits.stopRaiseMost)
  })

  it('[THR-2] gives back at most 60 millionths, however much a guess costs', async () => {
    const world = createWorld({ options: { ...unlimited, totp: { window: 5 } } })
    const ada = await world.person()
    // Each guess costs eleven millionths.
    for (let n = 0; n < 20; n++) {
      world.clock.advance(limits.lockMs)
      await typeWrongCode(world.nl, ada, elsewhere(n))
    }
    const left = async (): Promise<number> => {
      const { luck } = (await stateOf(world.storage, 'ada')).throttle
      return Math.round(luckLeft(luck.unknown, world.clock()))
    }
    const before = await left()
    expect(before).toBeLessThan(100)
    expectOk(await world.nl.password.changed({ grant: asSystem('ada', 'reset') }))
    expect(await left()).toBe(before + 60)
  })

  it('refills every bucket and ends the row with a proof, and ends what began with the old password', async () => {
    const { world, ada } = await stopped()
    const { nl } = world
    const proof = await ada.proof()
    const old = await ada.challenge(home)
    const { grant } = expectOk(await nl.password.changed({ grant: ada.grant, proof, client: home }))
    expect((await stateOf(world.storage, 'ada')).throttle).toMatchObject({
      row: 0,
      lockedAt: null,
      luck: { unknown: null, sessions: null },
    })
    world.clock.advance(30_000)
    expect(await nl.signIn.verify({ challenge: old, code: ada.app.code(), client: home })).toMatchObject({
      reason: 'challenge-ended',
    })
    expect((await nl.sessions.check({ grant })).ok).toBe(true)
    expect((await nl.sessions.check({ grant: ada.grant })).ok).toBe(false)
    expect(await newestOf(nl, 'ada', 'authn_password_change')).toMatchObject({ values: { reset: false } })
    await nl.outbox.idle()
    expect(world.mailer.mails.at(-1)?.subject).toContain('password was changed')
  })

  it('keeps the sessions if the call asks for it, and still ends the challenges of the old password', async () => {
    const { world, ada } = await stopped()
    const { nl } = world
    const old = await ada.challenge(home)
    expectOk(await nl.password.changed({ grant: asSystem('ada', 'reset'), endSessions: false }))
    expect((await nl.sessions.check({ grant: ada.grant })).ok).toBe(true)
    expect(await nl.signIn.verify({ challenge: old, code: ada.app.code(), client: home })).toMatchObject({
      reason: 'challenge-ended',
    })
  })

  it('asks for a proof where a factor is enrolled, and changes nothing without one', async () => {
    const { world, ada } = await stopped()
    const before = await world.storage.load('account:ada')
    const refused = await world.nl.password.changed({ grant: ada.grant, client: home })
    expect(refused).toEqual({ ok: false, reason: 'step-up' })
    expect(await world.storage.load('account:ada')).toEqual(before)
  })

  it('does nothing for an account without a record', async () => {
    const { nl, storage } = createWorld()
    expect(await nl.password.changed({ grant: asSystem('nobody', 'reset') })).toEqual({ ok: true, grant: null })
    expect(await storage.load('account:nobody')).toBeNull()
  })
})

describe('accounts.unlock', () => {
  it('lets codes be tried again, for a script alone', async () => {
    const { world, ada } = await stopped()
    const { nl } = world
    expectOk(await nl.accounts.unlock({ grant: asSystem('ada', 'shown at the desk') }))
    expect((await stateOf(world.storage, 'ada')).throttle.luck.unknown).toBeNull()
    expect(await signInWithApp(world, ada)).toBe('granted')
    expect(await nl.accounts.unlock({ grant: asSystem('nobody', 'a test') })).toEqual({ ok: false, reason: 'absent' })
    await expect(nl.accounts.unlock({ grant: ada.grant as never })).rejects.toMatchObject({ code: 'NL_ARGUMENT' })
    expectStatus(
      await nl.signIn.start({ name: 'ada', accountId: 'ada', primary: 'password', client: home }),
      'challenge',
    )
  })
})
