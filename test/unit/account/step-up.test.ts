import { asSystem, keyring } from 'nightlatch'
import { describe, expect, it } from 'vitest'
import { sealToken } from '../../../src/service/keys/tokens.ts'
import { expectOk, expectStatus } from '../../world/expect-outcome.ts'
import { home, wrongCode } from '../../world/person.ts'
import { newestOf, stateOf } from '../../world/reading.ts'
import { seededRandom } from '../../world/seeded-random.ts'
import { createWorld, keyText } from '../../world/world.ts'

const step = 30_000
const minute = 60_000
const stepUp = { ok: false, reason: 'step-up' }

describe('stepUp.start', () => {
  it('answers what a sensitive change requires', async () => {
    const world = createWorld()
    const { nl, clock } = world
    const purpose = 'factors'
    const start = { name: 'bob', accountId: 'bob', primary: 'password' } as const
    const { grant } = expectStatus(await nl.signIn.start(start), 'granted')
    expect(await nl.stepUp.start({ grant, purpose })).toMatchObject({ needs: 'nothing', factors: [], preferred: null })
    clock.advance(10 * minute)
    expect(await nl.stepUp.start({ grant, purpose })).toMatchObject({ needs: 'reauthentication', factors: [] })
    const person = await world.person()
    expect(await nl.stepUp.start({ grant: person.grant, purpose })).toEqual({
      ok: true,
      needs: 'factor',
      factors: ['totp', 'backup-code'],
      preferred: 'totp',
    })
    expect(await nl.stepUp.start({ grant: 'x', purpose })).toEqual({ ok: false, reason: 'signed-out' })
  })

  it('[LIF-9] refuses a purpose that this release does not have', async () => {
    const world = createWorld()
    const person = await world.person()
    const purpose = 'everything' as 'factors'
    expect(await world.nl.stepUp.start({ grant: person.grant, purpose })).toEqual({ ok: false, reason: 'malformed' })
  })
})

describe('stepUp.verify', () => {
  it('gives a proof that is valid for five minutes', async () => {
    const world = createWorld()
    const { nl, clock } = world
    const person = await world.person()
    const { grant } = person
    clock.advance(step)
    const verified = await nl.stepUp.verify({ grant, purpose: 'factors', code: person.app.code(), client: home })
    const { proof, expiresAt } = expectOk(verified)
    expect(expiresAt).toBe(clock() + 5 * minute)
    expect(await newestOf(nl, person.id, 'stepup_success')).toMatchObject({
      values: { purpose: 'factors', factor: 'totp' },
    })
    clock.advance(5 * minute - 1)
    expectOk(await nl.totp.enroll({ grant, proof }))
    const later = await person.proof()
    clock.advance(5 * minute)
    expect(await nl.totp.enroll({ grant, proof: later })).toEqual(stepUp)
  })

  it('[LIF-10] gives a proof for one change', async () => {
    const world = createWorld()
    const person = await world.person()
    const { grant } = person
    const proof = await person.proof()
    expectOk(await world.nl.totp.enroll({ grant, proof }))
    for (const call of [
      world.nl.totp.enroll({ grant, proof }),
      world.nl.backupCodes.regenerate({ grant, proof }),
      world.nl.totp.remove({ grant, proof, authenticator: person.app.id }),
    ]) {
      expect(await call).toEqual(stepUp)
    }
  })

  it('[LIF-10] gives a proof that only its own session and account can use', async () => {
    const world = createWorld()
    const { nl } = world
    const person = await world.person()
    const first = person.grant
    await person.signIn()
    const proof = await person.proof()
    const bob = await world.person('bob')
    for (const other of [
      { grant: first, proof },
      { grant: bob.grant, proof },
      { grant: person.grant, proof: person.grant },
      { grant: person.grant, proof: await person.challenge() },
      { grant: person.grant, proof: `${proof}A` },
    ]) {
      expect(await nl.totp.enroll(other)).toEqual(stepUp)
    }
    expectOk(await nl.totp.enroll({ grant: person.grant, proof }))
  })

  it('[LIF-10] gives a proof that is refused when a sealed field does not fit the account', async () => {
    const world = createWorld()
    const person = await world.person()
    const keys = keyring(keyText(1))
    const state = await stateOf(world.storage, person.id)
    const good = {
      account: person.id,
      id: 'forged',
      session: state.sessions.at(-1)!.id,
      epoch: state.epoch,
      expiresAt: world.clock() + minute,
      purpose: 'factors' as const,
      factor: 'totp' as const,
    }
    const random = seededRandom('forged')
    for (const wrong of [
      { account: 'bob' },
      { session: 'x' },
      { epoch: state.epoch - 1 },
      { epoch: state.epoch + 1 },
      { expiresAt: world.clock() },
      { purpose: 'address' },
      { purpose: '' },
    ]) {
      const proof = sealToken({ realm: 'main', keys }, random, 'proof', { ...good, ...wrong } as never)
      expect(await world.nl.totp.enroll({ grant: person.grant, proof })).toEqual(stepUp)
    }
    const proof = sealToken({ realm: 'main', keys }, random, 'proof', good)
    expectOk(await world.nl.totp.enroll({ grant: person.grant, proof }))
  })

  it('gives a proof that ends with its epoch', async () => {
    const world = createWorld()
    const person = await world.person()
    const proof = await person.proof()
    const { grant } = expectOk(await world.nl.sessions.endAll({ grant: person.grant }))
    expect(await world.nl.totp.enroll({ grant, proof })).toEqual(stepUp)
  })

  it('[TOTP-6] spends its code, and refuses a code that a sign-in has spent', async () => {
    const world = createWorld()
    const { nl } = world
    const person = await world.person()
    await person.signIn()
    const code = person.app.code()
    const verify = { grant: person.grant, purpose: 'factors', client: home } as const
    expect(await nl.stepUp.verify({ ...verify, code })).toEqual({ ok: false, reason: 'used' })
    world.clock.advance(step)
    expectOk(await nl.stepUp.verify({ ...verify, code: person.app.code() }))
    const challenge = await person.challenge()
    expect(await nl.signIn.verify({ challenge, code: person.app.code() })).toMatchObject({ reason: 'used' })
    expectOk(await nl.stepUp.verify({ ...verify, code: person.backupCodes[0] }))
    expect(await nl.stepUp.verify({ ...verify, code: person.backupCodes[0] })).toMatchObject({ reason: 'used' })
  })

  it('answers why it gives no proof', async () => {
    const world = createWorld()
    const { nl } = world
    const start = { name: 'bob', accountId: 'bob', primary: 'password' } as const
    const { grant } = expectStatus(await nl.signIn.start(start), 'granted')
    const purpose = 'factors'
    expect(await nl.stepUp.verify({ grant, purpose, code: '123456' })).toEqual({ ok: false, reason: 'not-on' })
    const script = asSystem('bob', 'test')
    expect(await nl.stepUp.verify({ grant: script, purpose, code: '123456' })).toEqual({
      ok: false,
      reason: 'signed-out',
    })
    const person = await world.person()
    const mine = { grant: person.grant, purpose, client: home } as const
    expect(await nl.stepUp.verify({ ...mine, code: 'abc' })).toEqual({ ok: false, reason: 'malformed' })
    for (let n = 0; n < 3; n++) {
      expect(await nl.stepUp.verify({ ...mine, code: wrongCode(person.app) })).toEqual({ ok: false, reason: 'wrong' })
    }
    const retryAt = world.clock() + 5000
    expect(await nl.stepUp.verify({ ...mine, code: wrongCode(person.app) })).toEqual({
      ok: false,
      reason: 'wrong',
      retryAt,
    })
    expect(await nl.stepUp.verify({ ...mine, code: person.app.code(1) })).toEqual({
      ok: false,
      reason: 'wait',
      retryAt,
    })
  })

  it('gives a proof for the time that the host configured', async () => {
    const world = createWorld({ options: { stepUp: { lifeMs: 10_000 } } })
    const person = await world.person()
    const proof = await person.proof()
    world.clock.advance(10_000)
    expect(await world.nl.totp.enroll({ grant: person.grant, proof })).toEqual(stepUp)
  })
})
