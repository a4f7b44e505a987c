import { asSystem } from 'nightlatch'
import { describe, expect, it } from 'vitest'
import { expectOk, expectStatus } from '../../world/expect-outcome.ts'
import { authenticator, home, wrongCode } from '../../world/person.ts'
import type { Authenticator, Person } from '../../world/person.ts'
import { newestOf, stateOf } from '../../world/reading.ts'
import { createWorld } from '../../world/world.ts'
import type { World } from '../../world/world.ts'

const step = 30_000
const signedOut = { ok: false, reason: 'signed-out' }

async function secondAuthenticator(world: World, person: Person): Promise<Authenticator> {
  const { grant } = person
  const enrolled = expectOk(await world.nl.totp.enroll({ grant, proof: await person.proof(), label: 'Tablet' }))
  const app = authenticator(enrolled.uri, enrolled.authenticator, world.clock)
  person.grant = expectOk(await world.nl.totp.confirm({ grant, code: app.code() })).grant ?? ''
  return app
}

describe('totp.rename', () => {
  it('stores the cleaned label, or the default one for a blank text', async () => {
    const world = createWorld()
    const person = await world.person()
    const { grant, app } = person
    expectOk(
      await world.nl.totp.rename({ grant, authenticator: app.id, label: ` Work\nphone \u202e${'x'.repeat(100)}` }),
    )
    const [authenticator] = expectOk(await world.nl.totp.list({ grant })).authenticators
    expect(authenticator!.label).toBe(`Work\\u000aphone ${'x'.repeat(47)}…`)
    expect(await newestOf(world.nl, person.id, 'mfa_update')).toMatchObject({
      values: { change: 'rename', authenticator: app.id },
    })
    expectOk(await world.nl.totp.rename({ grant, authenticator: app.id, label: '  ' }))
    expect(expectOk(await world.nl.totp.list({ grant })).authenticators[0]!.label).toBe('Authenticator')
  })

  it('[ROL-2] answers not-found for an authenticator of another account, as remove and resynchronize do', async () => {
    const world = createWorld()
    const [ada, bob] = [await world.person('ada'), await world.person('bob')]
    const authenticator = bob.app.id
    const { grant } = ada
    const notFound = { ok: false, reason: 'not-found' }
    const proof = await ada.proof()
    expect(await world.nl.totp.rename({ grant, authenticator, label: 'x' })).toEqual(notFound)
    expect(await world.nl.totp.remove({ grant, proof, authenticator })).toEqual(notFound)
    expect(
      await world.nl.totp.resynchronize({
        grant,
        proof,
        authenticator,
        codes: [bob.app.code(5), bob.app.code(6)],
      }),
    ).toEqual(notFound)
    expect(expectOk(await world.nl.totp.list({ grant: bob.grant })).authenticators).toHaveLength(1)
  })
})

describe('totp.remove', () => {
  it('[LIF-3] [LIF-4] [LIF-7] [SES-6] requires a proof, voids the app’s codes at once, ends other sessions and notifies the owner', async () => {
    const world = createWorld()
    const { nl } = world
    const person = await world.person()
    const tablet = await secondAuthenticator(world, person)
    await person.signIn()
    const other = person.grant
    await person.signIn()
    expect(await nl.totp.remove({ grant: person.grant, authenticator: tablet.id })).toEqual({
      ok: false,
      reason: 'step-up',
    })
    const proof = await person.proof()
    await nl.outbox.idle()
    world.mailer.clear()
    const removed = expectOk(await nl.totp.remove({ grant: person.grant, proof, authenticator: tablet.id }))
    expect(removed.twoFactor).toBe('on')
    expect(await nl.sessions.check({ grant: other })).toEqual(signedOut)
    expect(await nl.sessions.check({ grant: person.grant })).toEqual(signedOut)
    expect(await nl.sessions.check({ grant: removed.grant })).toMatchObject({ ok: true })

    world.clock.advance(step)
    const challenge = await person.challenge()
    for (const instance of [nl, world.instance()]) {
      expect(await instance.signIn.verify({ challenge, code: tablet.code() })).toMatchObject({ reason: 'wrong' })
    }
    expect(await newestOf(nl, person.id, 'mfa_remove')).toMatchObject({ values: { label: 'Tablet' } })
    await nl.outbox.idle()
    expect(world.mailer.mails.some(({ text }) => text.includes('Tablet'))).toBe(true)
  })

  it('switches two-factor and the backup codes off with the last authenticator', async () => {
    const world = createWorld()
    const { nl } = world
    const person = await world.person()
    await person.signIn()
    const { grant, app } = person
    const removed = expectOk(await nl.totp.remove({ grant, proof: await person.proof(), authenticator: app.id }))
    expect(removed.twoFactor).toBe('off')
    expect(await nl.backupCodes.status({ grant: removed.grant })).toMatchObject({ left: 0, total: 0 })
    expectStatus(await nl.signIn.start({ name: 'ada', accountId: person.id, primary: 'password' }), 'granted')
    expect(await newestOf(nl, person.id, 'mfa_off')).toBeDefined()
  })

  it('[LIF-22] refuses to remove the last authenticator where a policy requires a factor', async () => {
    const world = createWorld()
    const person = await world.person()
    const required = { factors: { required: { since: 0, graceMs: 86_400_000 } } } as const
    const strict = world.instance({ policy: required })
    const { grant, app } = person
    const tablet = await secondAuthenticator(world, person)
    expect(grant).not.toBe(person.grant)
    const first = await strict.totp.remove({
      grant: person.grant,
      proof: await person.proof(),
      authenticator: tablet.id,
    })
    person.grant = expectOk(first).grant ?? ''
    const last = { grant: person.grant, proof: await person.proof(), authenticator: app.id }
    expect(await strict.totp.remove(last)).toEqual({ ok: false, reason: 'required-by-policy' })
    expect(expectOk(await strict.totp.list({ grant: person.grant })).authenticators).toHaveLength(1)
  })

  it('lets the owner enroll again, with a new secret and new backup codes', async () => {
    const world = createWorld()
    const { nl } = world
    const person = await world.person()
    await person.signIn()
    const removed = expectOk(
      await nl.totp.remove({ grant: person.grant, proof: await person.proof(), authenticator: person.app.id }),
    )
    const { grant } = removed
    const enrolled = expectOk(await nl.totp.enroll({ grant }))
    const app = authenticator(enrolled.uri, enrolled.authenticator, world.clock)
    const confirmed = expectOk(await nl.totp.confirm({ grant, code: app.code() }))
    expect(confirmed.backupCodes).toHaveLength(10)
    expect(confirmed.backupCodes).not.toContain(person.backupCodes[0])
    world.clock.advance(step)
    const challenge = await person.challenge()
    for (const code of [person.app.code(), person.backupCodes[0]]) {
      expect(await nl.signIn.verify({ challenge, code })).toMatchObject({ reason: 'wrong' })
    }
    expect(await nl.signIn.verify({ challenge, code: app.code() })).toMatchObject({ status: 'granted' })
  })
})

describe('accounts.turnOffTwoFactor', () => {
  it('requires a current code, charges a wrong one and notifies the owner', async () => {
    const world = createWorld()
    const { nl } = world
    const person = await world.person()
    world.clock.advance(step)
    const { grant, app } = person
    expect(await nl.accounts.turnOffTwoFactor({ grant })).toEqual({ ok: false, reason: 'malformed' })
    expect(await nl.accounts.turnOffTwoFactor({ grant, code: wrongCode(app), client: home })).toEqual({
      ok: false,
      reason: 'wrong',
    })
    expect((await stateOf(world.storage, person.id)).throttle.failures).toBe(1)
    await nl.outbox.idle()
    world.mailer.clear()
    const off = expectOk(await nl.accounts.turnOffTwoFactor({ grant, code: app.code(), client: home }))
    expect(await nl.sessions.check({ grant })).toEqual(signedOut)
    expect(await nl.sessions.check({ grant: off.grant })).toMatchObject({ ok: true })
    expect(await nl.accounts.turnOffTwoFactor({ grant: off.grant, code: app.code() })).toEqual({
      ok: false,
      reason: 'not-on',
    })
    expect(await newestOf(nl, person.id, 'mfa_off')).toMatchObject({ values: { factors: ['totp', 'backup-code'] } })
    await nl.outbox.idle()
    expect(world.mailer.mails).toHaveLength(1)
    const { totp, 'backup-code': backupCodes } = await stateOf(world.storage, person.id)
    expect([totp.authenticators, backupCodes.set]).toEqual([[], null])
  })

  it('accepts a backup code, and refuses one that was used', async () => {
    const world = createWorld()
    const person = await world.person()
    const code = person.backupCodes[3]
    expectStatus(await world.nl.signIn.verify({ challenge: await person.challenge(), code }), 'granted')
    expect(await world.nl.accounts.turnOffTwoFactor({ grant: person.grant, code })).toMatchObject({ reason: 'used' })
    expectOk(await world.nl.accounts.turnOffTwoFactor({ grant: person.grant, code: person.backupCodes[4] }))
  })

  it('[LIF-22] is refused where a policy requires a factor, even with a right code', async () => {
    const world = createWorld()
    const person = await world.person()
    world.clock.advance(step)
    const strict = world.instance({ policy: { factors: { required: { since: 0, graceMs: 0 } } } })
    const off = { grant: person.grant, code: person.app.code() }
    expect(await strict.accounts.turnOffTwoFactor(off)).toEqual({ ok: false, reason: 'required-by-policy' })
    expect((await stateOf(world.storage, person.id)).throttle.failures).toBe(0)
  })

  it('[LIF-19] requires no code from a script, and writes the script’s reason into the history', async () => {
    const world = createWorld()
    const person = await world.person()
    const done = await world.nl.accounts.turnOffTwoFactor({ grant: asSystem(person.id, 'lost phone, ticket 4711') })
    expect(done).toEqual({ ok: true, grant: null })
    expect(await world.nl.sessions.check({ grant: person.grant })).toEqual(signedOut)
    expect(await newestOf(world.nl, person.id, 'mfa_off')).toMatchObject({
      values: { actor: 'system', actorReason: 'lost phone, ticket 4711' },
    })
  })
})
