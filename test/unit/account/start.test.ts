import type { HostPrimary } from 'nightlatch'
import { describe, expect, it } from 'vitest'
import { levelOf } from '../../../src/core/account/factors/level.ts'
import { expectOk, expectStatus } from '../../world/expect-outcome.ts'
import { authenticator, elsewhere, home } from '../../world/person.ts'
import { eventsOf, newestOf, stateOf } from '../../world/reading.ts'
import { createWorld } from '../../world/world.ts'

const day = 86_400_000
const primaries: readonly HostPrimary[] = ['password', 'magic-link', 'oauth', 'other']

describe('signIn.start', () => {
  it('creates the record at the first sign-in, and grants the level that the host proved', async () => {
    const { nl, storage } = createWorld()
    const start = { name: 'ada@people.example', accountId: 'ada', primary: 'password', client: home } as const
    const granted = expectStatus(await nl.signIn.start(start), 'granted')
    expect(granted).toMatchObject({ aal: 1, amr: ['pwd'] })
    expect(expectOk(await nl.sessions.check({ grant: granted.grant }))).toMatchObject({ accountId: 'ada', aal: 1 })
    expect(await eventsOf(nl, 'ada')).toMatchObject([
      {
        n: 1,
        type: 'authn_login_success',
        values: { primary: 'password', aal: 1, knownDevice: false, ip: '192.0.2.7', userAgent: 'Firefox' },
      },
    ])
    expect((await stateOf(storage, 'ada')).sessions).toHaveLength(1)
  })

  it('[SES-4] grants the level and amr of the primary authentication, and never more', async () => {
    const { nl } = createWorld()
    const amrs = { password: ['pwd'], 'magic-link': [], oauth: [], other: [] }
    for (const primary of primaries) {
      const granted = expectStatus(await nl.signIn.start({ name: primary, accountId: primary, primary }), 'granted')
      expect(granted).toMatchObject({ aal: 1, amr: amrs[primary] })
      expect(await nl.sessions.check({ grant: granted.grant })).toMatchObject({ aal: 1, amr: amrs[primary] })
    }
  })

  it('requires a factor after every primary authentication, also on a known device', async () => {
    const world = createWorld()
    const person = await world.person()
    for (const primary of primaries) {
      for (const client of [elsewhere(1), { ...home, device: person.deviceToken }]) {
        const started = await world.nl.signIn.start({ name: person.name, accountId: person.id, primary, client })
        expect(started).toMatchObject({
          status: 'challenge',
          factors: ['totp', 'backup-code'],
          preferred: 'totp',
          triesLeft: 5,
        })
        expect(started).not.toHaveProperty('grant')
        expect(started).not.toHaveProperty('deviceToken')
      }
    }
    expect(await newestOf(world.nl, person.id, 'mfa_challenge')).toMatchObject({
      values: { primary: 'other', factors: ['totp', 'backup-code'], knownDevice: true },
    })
  })

  it('[LIF-12] [LIF-11] gives a challenge that no call accepts as a grant', async () => {
    const world = createWorld()
    const { nl } = world
    const person = await world.person()
    const grant = await person.challenge()
    const signedOut = { ok: false, reason: 'signed-out' }
    for (const call of [
      nl.sessions.check({ grant }),
      nl.sessions.list({ grant }),
      nl.sessions.end({ grant, session: 'x' }),
      nl.sessions.endAll({ grant }),
      nl.totp.list({ grant }),
      nl.totp.enroll({ grant }),
      nl.totp.confirm({ grant, code: person.app.code() }),
      nl.totp.rename({ grant, authenticator: person.app.id, label: 'x' }),
      nl.totp.remove({ grant, authenticator: person.app.id }),
      nl.totp.resynchronize({ grant, authenticator: person.app.id, codes: ['123456', '123457'] }),
      nl.backupCodes.status({ grant }),
      nl.backupCodes.regenerate({ grant }),
      nl.stepUp.start({ grant, purpose: 'factors' }),
      nl.stepUp.verify({ grant, purpose: 'factors', code: person.app.code() }),
      nl.history.list({ grant }),
      nl.history.facts({ grant }),
      nl.history.logins({ grant }),
      nl.history.verify({ grant }),
      nl.history.csv({ grant }),
      nl.score.get({ grant }),
      nl.accounts.turnOffTwoFactor({ grant, code: person.app.code() }),
      nl.sessions.signOut({ grant }),
    ]) {
      expect(await call).toEqual(signedOut)
    }
  })

  it('makes the browser of a completed sign-in a known device, and replaces its token', async () => {
    const world = createWorld()
    const person = await world.person()
    const first = person.deviceToken
    await person.signIn({ ...home, device: first })
    expect(await newestOf(world.nl, person.id, 'authn_login_success')).toMatchObject({ values: { knownDevice: true } })
    expect(person.deviceToken).not.toBe(first)
    await person.signIn({ ...elsewhere(3), device: person.deviceToken })
    expect(await newestOf(world.nl, person.id, 'authn_login_success')).toMatchObject({ values: { knownDevice: true } })
    await person.signIn(home)
    expect(await newestOf(world.nl, person.id, 'authn_login_success')).toMatchObject({ values: { knownDevice: false } })
  })

  it('forgets a device token after 400 days', async () => {
    const world = createWorld()
    const person = await world.person()
    await person.signIn()
    world.clock.advance(400 * day)
    await person.signIn({ ...home, device: person.deviceToken })
    expect(await newestOf(world.nl, person.id, 'authn_login_success')).toMatchObject({ values: { knownDevice: false } })
  })

  it('answers until when no code is evaluated', async () => {
    const world = createWorld()
    const person = await world.person()
    const challenge = await person.challenge(elsewhere(1))
    for (let n = 0; n < 4; n++) await world.nl.signIn.verify({ challenge, code: '000000', client: elsewhere(1) })
    const start = { name: person.name, accountId: person.id, primary: 'password', client: elsewhere(1) } as const
    expect(await world.nl.signIn.start(start)).toMatchObject({ retryAt: world.clock() + 5000 })
  })
})

describe('signIn.start under a policy', () => {
  const since = 1_767_225_600_000
  const policy = { factors: { required: { since, graceMs: 14 * day } } } as const
  const start = { name: 'ada', accountId: 'ada', primary: 'password', client: home } as const

  it('[ROL-7] grants during the grace and then requires an enrollment, and no sign-in extends the grace', async () => {
    const { nl, clock } = createWorld({ options: { policy } })
    for (let days = 0; days < 14; days += 7) {
      expectStatus(await nl.signIn.start(start), 'granted')
      clock.advance(7 * day)
    }
    const enroll = expectStatus(await nl.signIn.start(start), 'enroll')
    expect(enroll).toMatchObject({ needs: ['totp'], until: clock() + 30 * 60_000 })
    expect(await newestOf(nl, 'ada', 'mfa_required')).toMatchObject({ values: { primary: 'password' } })
  })

  it('[LIF-22] starts no new grace for an account that lost its factor', async () => {
    const world = createWorld({ options: { policy } })
    const person = await world.person()
    world.clock.advance(15 * day)
    const optional = world.instance({ policy: { factors: 'optional' } })
    await person.signIn()
    const grant = person.grant
    world.clock.advance(30_000)
    const off = { code: person.app.code(), client: home }
    expect(await world.nl.accounts.turnOffTwoFactor({ grant, ...off })).toMatchObject({ reason: 'required-by-policy' })
    expectOk(await optional.accounts.turnOffTwoFactor({ grant, ...off }))
    expectStatus(await world.nl.signIn.start(start), 'enroll')
  })

  it('gives a grant that is valid only for enrolling', async () => {
    const { nl, clock } = createWorld({ options: { policy } })
    expectStatus(await nl.signIn.start(start), 'granted')
    clock.advance(14 * day)
    const { grant } = expectStatus(await nl.signIn.start(start), 'enroll')
    expect(await nl.sessions.check({ grant })).toEqual({ ok: false, reason: 'enroll' })
    for (const call of [
      nl.sessions.list({ grant }),
      nl.sessions.endAll({ grant }),
      nl.history.list({ grant }),
      nl.backupCodes.status({ grant }),
      nl.backupCodes.regenerate({ grant }),
      nl.score.get({ grant }),
      nl.totp.list({ grant }),
      nl.stepUp.start({ grant, purpose: 'factors' }),
    ]) {
      expect(await call).toEqual({ ok: false, reason: 'signed-out' })
    }

    const enrolled = expectOk(await nl.totp.enroll({ grant, label: 'Phone' }))
    const app = authenticator(enrolled.uri, enrolled.authenticator, clock)
    const confirmed = expectOk(await nl.totp.confirm({ grant, code: app.code(), client: home }))
    expect(await nl.sessions.check({ grant: confirmed.grant })).toMatchObject({ aal: 2, amr: ['pwd', 'otp', 'mfa'] })
    const device = confirmed.deviceToken ?? ''
    const again = expectStatus(await nl.signIn.start({ ...start, client: { ...home, device } }), 'challenge')
    expect(await newestOf(nl, 'ada', 'mfa_challenge')).toMatchObject({ values: { knownDevice: true } })
    expect(again.factors).toEqual(['totp', 'backup-code'])
    expect(await newestOf(nl, 'ada', 'authn_login_success')).toMatchObject({ values: { factor: 'totp', aal: 2 } })
  })

  it('gives a grant for enrolling that ends after half an hour', async () => {
    const { nl, clock } = createWorld({ options: { policy } })
    expectStatus(await nl.signIn.start(start), 'granted')
    clock.advance(14 * day)
    const { grant } = expectStatus(await nl.signIn.start(start), 'enroll')
    clock.advance(30 * 60_000)
    expect(await nl.totp.enroll({ grant })).toEqual({ ok: false, reason: 'signed-out' })
  })
})

describe('the level of a sign-in', () => {
  it.each([
    ['password', 'totp', 2, ['pwd', 'otp', 'mfa']],
    ['password', 'sms', 2, ['pwd', 'sms', 'mfa']],
    ['password', 'backup-code', 2, ['pwd', 'otp', 'mfa']],
    ['password', 'passkey', 2, ['pwd', 'hwk', 'pop', 'mfa']],
    ['oauth', 'totp', 2, ['otp', 'mfa']],
    ['other', 'sms', 2, ['sms', 'mfa']],
    ['magic-link', 'totp', 1, ['otp']],
    ['magic-link', 'sms', 1, ['sms']],
    ['magic-link', 'passkey', 1, ['hwk', 'pop']],
  ] as const)('[SES-4] [PKA-4] after %s and %s is AAL%i, with amr %j', (primary, factor, aal, amr) => {
    expect(levelOf(primary, factor)).toEqual({ aal, amr })
  })

  it('[PKA-4] is AAL2 with a passkey that verified its user, after any primary authentication', () => {
    const verified = { synced: true, verified: true }
    for (const primary of ['magic-link', 'oauth', 'passkey'] as const) {
      expect(levelOf(primary, 'passkey', verified)).toEqual({ aal: 2, amr: ['swk', 'pop', 'mfa'] })
    }
  })
})
