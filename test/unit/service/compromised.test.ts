import type { Compromised, NightlatchOptions } from 'nightlatch'
import { asSystem } from 'nightlatch'
import { describe, expect, it } from 'vitest'
import { limits } from '../../../src/core/limits.ts'
import { expectOk, expectStatus } from '../../world/expect-outcome.ts'
import type { Person } from '../../world/person.ts'
import { authenticator, elsewhere, home, wrongCode } from '../../world/person.ts'
import { stateOf } from '../../world/reading.ts'
import { times } from '../../world/times.ts'
import { unlimited } from '../../world/unlimited.ts'
import type { World } from '../../world/world.ts'
import { createWorld } from '../../world/world.ts'
import { typeWrongCode, typeWrongCodes } from '../../world/wrong-codes.ts'

const hour = 3_600_000

interface Scene {
  readonly world: World
  readonly ada: Person
  readonly told: Compromised[]
}

async function scene(options: Partial<NightlatchOptions> = {}): Promise<Scene> {
  const told: Compromised[] = []
  const onCompromised = (compromised: Compromised): void => void told.push(compromised)
  const world = createWorld({ options: { ...unlimited, onCompromised, ...options } })
  return { world, ada: await world.person(), told }
}

/** A thief with the password types wrong codes until code entry locks. */
async function lock({ world, ada }: Scene): Promise<void> {
  await typeWrongCodes(world.nl, ada, limits.lockAfter)
  await world.nl.outbox.idle()
}

describe('onCompromised', () => {
  it('is told when the lock falls, with the mail to the owner', async () => {
    const made = await scene()
    await typeWrongCodes(made.world.nl, made.ada, limits.lockAfter - 1)
    expect(made.told).toEqual([])
    await typeWrongCode(made.world.nl, made.ada, elsewhere(500))
    await made.world.nl.outbox.idle()
    expect(made.told).toEqual([{ accountId: 'ada', reason: 'lock', at: made.world.clock() }])
    const locked = made.world.mailer.mails.filter(({ subject }) => subject.includes('Code entry is locked'))
    expect(locked).toHaveLength(1)
  })

  it('is told once while the lock falls again and again, and again after six hours', async () => {
    const made = await scene()
    await lock(made)
    for (const n of [1, 2, 3]) {
      made.world.clock.advance(limits.lockMs)
      await typeWrongCode(made.world.nl, made.ada, elsewhere(100 + n))
    }
    expect(made.told).toHaveLength(1)
    made.world.clock.advance(6 * hour)
    await typeWrongCode(made.world.nl, made.ada, elsewhere(200))
    expect(made.told).toHaveLength(2)
  })

  it('is told when the luck of unknown sources is used up', async () => {
    // Two guesses are all that is there: each costs 110 millionths.
    const made = await scene({ totp: { window: 5 } })
    const { world, ada, told } = made
    for (const label of ['2', '3', '4', '5', '6', '7', '8', '9', '10']) {
      const enrolled = expectOk(await world.nl.totp.enroll({ grant: ada.grant, proof: await ada.proof(), label }))
      const app = authenticator(enrolled.uri, enrolled.authenticator, world.clock)
      ada.grant = expectOk(await world.nl.totp.confirm({ grant: ada.grant, code: app.code() })).grant ?? ''
    }
    await typeWrongCodes(world.nl, ada, 2)
    await world.nl.outbox.idle()
    expect(told).toMatchObject([{ accountId: 'ada', reason: 'luck' }])
  })

  it('is not told of wrong codes behind a mailed link, and the owner is', async () => {
    const { world, ada, told } = await scene()
    const { nl, mailer } = world
    const behindLink = async (n: number): Promise<void> => {
      const start = { name: 'ada', accountId: 'ada', primary: 'magic-link', client: elsewhere(n) } as const
      const { challenge } = expectStatus(await nl.signIn.start(start), 'challenge')
      await nl.signIn.verify({ challenge, code: wrongCode(ada.app), client: elsewhere(n) })
    }
    for (const n of times(limits.lockAfter)) await behindLink(n)
    await nl.outbox.idle()
    expect(told).toEqual([])
    expect(mailer.mails.filter(({ subject }) => subject.includes('Code entry is locked'))).toHaveLength(1)
    // One that came behind the password shows nothing yet.
    world.clock.advance(limits.lockMs)
    await typeWrongCode(nl, ada, elsewhere(300))
    expect((await stateOf(world.storage, 'ada')).throttle).toMatchObject({ row: 21, passwordKnownAt: null })
    expect(told).toEqual([])
  })

  it('is told of a new password only for codes behind that one, and then at once', async () => {
    const made = await scene()
    const { world, ada, told } = made
    const { nl, clock, storage } = world
    await lock(made)
    expectOk(await nl.password.changed({ grant: asSystem('ada', 'reset') }))
    // The row and its lock go on after a reset. A typing error of the owner locks again.
    for (const n of times(limits.lockAfter)) {
      expect((await stateOf(storage, 'ada')).throttle.passwordKnownAt).toBeNull()
      clock.advance(limits.lockMs)
      expect(await typeWrongCode(nl, ada, elsewhere(300 + n))).toMatchObject({ reason: 'wrong' })
      expect(told).toHaveLength(n < limits.lockAfter - 1 ? 1 : 2)
    }
    expect((await stateOf(storage, 'ada')).throttle.passwordKnownAt).toBe(clock())
  })

  it('that throws, rejects or never answers changes no answer, and is reported', async () => {
    for (const onCompromised of [
      () => {
        throw new Error('a secret of the host')
      },
      () => Promise.reject(new Error('a secret of the host')),
    ]) {
      const made = await scene({ onCompromised })
      await lock(made)
      const { reports } = made.world
      expect(reports.filter(({ kind }) => kind === 'compromised')).toMatchObject([
        { text: 'the hook onCompromised failed' },
      ])
    }
    const hangs = await scene({ onCompromised: () => new Promise(() => undefined) })
    await lock(hangs)
    expect(await typeWrongCode(hangs.world.nl, hangs.ada, elsewhere(900))).toMatchObject({ reason: 'wait' })
  })

  it('must be a function', () => {
    expect(() => createWorld({ options: { onCompromised: 'mail' as never } })).toThrow(/onCompromised/)
  })
})

describe('the advice to change the password', () => {
  it('comes with each sign-in by password and with sessions.check, until the password is changed', async () => {
    const made = await scene()
    const { world, ada } = made
    const { nl, clock } = world
    const known = { ...home, device: ada.deviceToken }
    const signIn = async (): Promise<{ readonly grant: string; readonly advice?: readonly string[] }> => {
      clock.advance(30_000)
      const challenge = await ada.challenge(known)
      return expectStatus(await nl.signIn.verify({ challenge, code: ada.app.code(), client: known }), 'granted')
    }
    expect('advice' in (await signIn())).toBe(false)
    await lock(made)
    const advised = await signIn()
    expect(advised.advice).toEqual(['change-password'])
    expect(await nl.sessions.check({ grant: advised.grant })).toMatchObject({ ok: true, advice: ['change-password'] })
    // Letting codes be tried again does not make the password a secret.
    expectOk(await nl.accounts.unlock({ grant: asSystem('ada', 'shown at the desk') }))
    expect((await signIn()).advice).toEqual(['change-password'])
    expectOk(await nl.password.changed({ grant: asSystem('ada', 'reset') }))
    const after = await signIn()
    expect('advice' in after).toBe(false)
    expect('advice' in (await nl.sessions.check({ grant: after.grant }))).toBe(false)
  })

  it('does not come with a sign-in that began without the password', async () => {
    const made = await scene()
    const { world, ada } = made
    await lock(made)
    world.clock.advance(limits.lockMs)
    const started = expectStatus(
      await world.nl.signIn.start({ name: 'ada', accountId: 'ada', primary: 'magic-link', client: home }),
      'challenge',
    )
    const verify = { challenge: started.challenge, code: ada.app.code(), client: home }
    expect('advice' in expectStatus(await world.nl.signIn.verify({ ...verify }), 'granted')).toBe(false)
  })
})
