import { asSystem, keyring } from 'nightlatch'
import { describe, expect, it } from 'vitest'
import { sealToken } from '../../../src/service/keys/tokens.ts'
import { expectOk, expectStatus } from '../../world/expect-outcome.ts'
import { elsewhere, home } from '../../world/person.ts'
import { newestOf, stateOf } from '../../world/reading.ts'
import { seededRandom } from '../../world/seeded-random.ts'
import { unlimited } from '../../world/unlimited.ts'
import { createWorld, keyText } from '../../world/world.ts'
import type { World } from '../../world/world.ts'

const signedOut = { ok: false, reason: 'signed-out' }

async function signIn(world: World, id = 'bob', client = home): Promise<string> {
  const started = await world.nl.signIn.start({ name: id, accountId: id, primary: 'password', client })
  return expectStatus(started, 'granted').grant
}

describe('sessions.check', () => {
  it('answers who is signed in, at which level and since when', async () => {
    const world = createWorld()
    const person = await world.person()
    await person.signIn()
    const signedInAt = world.clock()
    world.clock.advance(5000)
    expect(await world.nl.sessions.check({ grant: person.grant })).toEqual({
      ok: true,
      accountId: person.id,
      aal: 2,
      amr: ['pwd', 'otp', 'mfa'],
      signedInAt,
    })
  })

  it('answers signed-out for anything but a valid grant', async () => {
    const world = createWorld()
    const person = await world.person()
    const { nl } = world
    const keys = keyring(keyText(1))
    const state = await stateOf(world.storage, person.id)
    const session = state.sessions.at(-1)!.id
    const level = { aal: 2, amr: [] } as const
    const good = { account: person.id, session, epoch: state.epoch, ...state.record, at: world.clock(), ...level }
    const random = seededRandom('forged')
    expect(await nl.sessions.check({ grant: sealToken({ realm: 'main', keys }, random, 'grant', good) })).toMatchObject(
      { ok: true },
    )
    for (const wrong of [
      { account: 'nobody' },
      { session: 'x' },
      { epoch: state.epoch + 1 },
      { epoch: state.epoch - 1 },
      { birth: 'x' },
      { commit: state.record.commit + 1 },
    ]) {
      const grant = sealToken({ realm: 'main', keys }, random, 'grant', { ...good, ...wrong })
      expect(await nl.sessions.check({ grant })).toEqual(signedOut)
    }
    const { grant } = person
    const foreign = sealToken({ realm: 'main', keys: keyring(keyText(9)) }, random, 'grant', good)
    for (const other of [null, undefined, '', person.id, `${grant}A`, grant.slice(1), person.deviceToken, foreign]) {
      expect(await nl.sessions.check({ grant: other })).toEqual(signedOut)
    }
  })

  it('takes the level from the record, not from the token', async () => {
    const world = createWorld()
    const grant = await signIn(world)
    const state = await stateOf(world.storage, 'bob')
    const level = { aal: 2, amr: ['mfa'] } as const
    const forged = {
      account: 'bob',
      session: state.sessions[0]!.id,
      epoch: state.epoch,
      ...state.record,
      at: world.clock(),
      ...level,
    }
    const raised = sealToken({ realm: 'main', keys: keyring(keyText(1)) }, seededRandom('x'), 'grant', forged)
    expect(await world.nl.sessions.check({ grant: raised })).toMatchObject({ aal: 1, amr: ['pwd'] })
    expect(await world.nl.sessions.check({ grant })).toMatchObject({ aal: 1 })
  })
})

describe('sessions.list and sessions.end', () => {
  it('[SES-8] list the sessions, newest first, and end one by a reference that is no grant', async () => {
    const world = createWorld()
    const first = await signIn(world, 'bob', elsewhere(1))
    world.clock.advance(1000)
    const grant = await signIn(world)
    const { sessions } = expectOk(await world.nl.sessions.list({ grant }))
    expect(sessions).toMatchObject([
      { current: true, ip: '192.0.2.7', userAgent: 'Firefox', createdAt: world.clock(), aal: 1, primary: 'password' },
      { current: false, ip: '10.0.1.9', userAgent: 'curl' },
    ])
    const state = await stateOf(world.storage, 'bob')
    for (const { id } of state.sessions) expect(JSON.stringify(sessions)).not.toContain(id)
    for (const { id } of sessions) expect(await world.nl.sessions.check({ grant: id })).toEqual(signedOut)

    expectOk(await world.nl.sessions.end({ grant, session: sessions[1]!.id }))
    expect(await world.nl.sessions.check({ grant: first })).toEqual(signedOut)
    expect(await world.nl.sessions.check({ grant })).toMatchObject({ ok: true })
    expect(await newestOf(world.nl, 'bob', 'session_end')).toMatchObject({
      values: { ended: 1, target: sessions[1]!.id },
    })
    expect(await world.nl.sessions.end({ grant, session: sessions[1]!.id })).toEqual({
      ok: false,
      reason: 'not-found',
    })
  })

  it('[ROL-2] find no session of another account, and none by its real id', async () => {
    const world = createWorld()
    const [ada, bob] = [await signIn(world, 'ada'), await signIn(world, 'bob')]
    const { sessions } = expectOk(await world.nl.sessions.list({ grant: bob }))
    const real = (await stateOf(world.storage, 'ada')).sessions[0]!.id
    for (const session of [sessions[0]!.id, real, '', null]) {
      expect(await world.nl.sessions.end({ grant: ada, session })).toEqual({ ok: false, reason: 'not-found' })
    }
    expect(await world.nl.sessions.check({ grant: bob })).toMatchObject({ ok: true })
  })

  it('know at most thirty-two sessions, and a further one signs the oldest out', async () => {
    const world = createWorld({ options: unlimited })
    const grants: string[] = []
    for (let n = 0; n < 33; n++) grants.push(await signIn(world))
    expect(await world.nl.sessions.check({ grant: grants[0] })).toEqual(signedOut)
    expect(await world.nl.sessions.check({ grant: grants[1] })).toMatchObject({ ok: true })
    expect(expectOk(await world.nl.sessions.list({ grant: grants[32] })).sessions).toHaveLength(32)
  })
})

describe('sessions.endAll', () => {
  it('[SES-7] ends every session, challenge and proof, and returns a new grant for the acting session', async () => {
    const world = createWorld()
    const { nl } = world
    const person = await world.person()
    const other = person.grant
    await person.signIn()
    const [challenge, proof] = [await person.challenge(), await person.proof()]
    const ended = expectOk(await nl.sessions.endAll({ grant: person.grant }))
    expect(ended.ended).toBeGreaterThan(0)
    for (const grant of [other, person.grant]) expect(await nl.sessions.check({ grant })).toEqual(signedOut)
    expect(await nl.sessions.check({ grant: ended.grant })).toMatchObject({ ok: true, aal: 2 })
    expect(await nl.totp.enroll({ grant: ended.grant, proof })).toMatchObject({ reason: 'step-up' })
    world.clock.advance(30_000)
    expect(await nl.signIn.verify({ challenge, code: person.app.code() })).toMatchObject({ reason: 'challenge-ended' })
    expect(await newestOf(nl, person.id, 'session_end_all')).toMatchObject({ values: { includingThis: false } })
    await nl.outbox.idle()
    expect(world.mailer.mails.at(-1)!.text).toMatch(/signed out/i)
  })

  it('ends the acting session too when asked', async () => {
    const world = createWorld()
    const grant = await signIn(world)
    expect(await world.nl.sessions.endAll({ grant, includingThis: true })).toEqual({ ok: true, ended: 1, grant: null })
    expect(await world.nl.sessions.check({ grant })).toEqual(signedOut)
  })

  it('[SES-7] lets a script end every session of an account', async () => {
    const world = createWorld()
    const person = await world.person()
    const ended = await world.nl.sessions.endAll({ grant: asSystem(person.id, 'account closed') })
    expect(ended).toMatchObject({ ok: true, grant: null })
    expect(await world.nl.sessions.check({ grant: person.grant })).toEqual(signedOut)
  })
})

describe('sessions.signOut', () => {
  it('ends the session of its grant, and no other', async () => {
    const world = createWorld()
    const [grant, other] = [await signIn(world), await signIn(world)]
    expect(await world.nl.sessions.signOut({ grant, client: home })).toEqual({ ok: true })
    expect(await world.nl.sessions.check({ grant })).toEqual(signedOut)
    expect(await world.nl.sessions.check({ grant: other })).toMatchObject({ ok: true })
    expect(await world.nl.sessions.signOut({ grant })).toEqual(signedOut)
    expect(await newestOf(world.nl, 'bob', 'session_end')).toMatchObject({ values: { ended: 1, ip: '192.0.2.7' } })
  })

  it('answers signed-out to a script for an account without a record, as other calls do', async () => {
    const world = createWorld()
    const script = asSystem('nobody', 'test')
    for (const call of [
      world.nl.sessions.signOut({ grant: script }),
      world.nl.sessions.list({ grant: script }),
      world.nl.sessions.endAll({ grant: script }),
      world.nl.history.verify({ grant: script }),
    ]) {
      expect(await call).toEqual(signedOut)
    }
    expect(await world.storage.load('account:nobody')).toBeNull()
  })
})
