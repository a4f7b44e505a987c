import { asSystem } from 'nightlatch'
import { decodeBase32, parseKeyUri } from 'nightlatch/otp'
import { describe, expect, it } from 'vitest'
import { expectOk, expectStatus } from '../../world/expect-outcome.ts'
import { authenticator, home, wrongCode } from '../../world/person.ts'
import type { Authenticator } from '../../world/person.ts'
import { eventsOf, newestOf, stateOf } from '../../world/reading.ts'
import { createWorld } from '../../world/world.ts'
import type { World } from '../../world/world.ts'

const step = 30_000
const minute = 60_000

/** The grant of a first sign-in. */
async function newcomer(world: World, id = 'ada'): Promise<string> {
  const start = { name: id, accountId: id, primary: 'password', client: home } as const
  return expectStatus(await world.nl.signIn.start(start), 'granted').grant
}

async function enroll(world: World, grant: string, label?: string): Promise<Authenticator> {
  const enrolled = expectOk(await world.nl.totp.enroll({ grant, label }))
  return authenticator(enrolled.uri, enrolled.authenticator, world.clock)
}

describe('totp.enroll', () => {
  it('[URI-7] [URI-10] returns a key with the usual parameters, as a URI and as text to type', async () => {
    const world = createWorld()
    const enrolled = expectOk(await world.nl.totp.enroll({ grant: await newcomer(world), label: ' My phone ' }))
    const parsed = parseKeyUri(enrolled.uri)
    expect(parsed).toMatchObject({
      ok: true,
      key: { issuer: 'Acme', account: 'ada@people.example', algorithm: 'SHA1', digits: 6, period: 30 },
    })
    expect(enrolled.key).toMatch(/^([A-Z2-7]{4} ){7}[A-Z2-7]{4}$/)
    const typed = decodeBase32(enrolled.key)
    const { secret } = (parsed as { key: { secret: Uint8Array } }).key
    expect(typed).toEqual({ ok: true, bytes: secret })
    expect(secret).toHaveLength(20)
    expect(enrolled).toMatchObject({ label: 'My phone', expiresAt: world.clock() + 30 * minute })
  })

  it('[TOTP-5] makes a new secret for every enrollment', async () => {
    const world = createWorld()
    const uris = new Set<string>()
    for (const id of ['ada', 'bob']) {
      const grant = await newcomer(world, id)
      for (let n = 0; n < 5; n++) uris.add(expectOk(await world.nl.totp.enroll({ grant })).uri)
    }
    expect(uris.size).toBe(10)
  })

  it('[HOTP-6] [URI-9] stores the secret sealed, and never shows it again', async () => {
    const world = createWorld()
    const grant = await newcomer(world)
    const app = await enroll(world, grant)
    const confirmed = expectOk(await world.nl.totp.confirm({ grant, code: app.code() }))
    const secrets = [Buffer.from(app.secret), Buffer.from(app.secret.slice(0, 12))]
    const spellings = secrets.flatMap((bytes) => [bytes.toString('base64url'), bytes.toString('hex')])
    const page = { grant: confirmed.grant }
    const shown = JSON.stringify([
      await world.storage.load('account:ada'),
      await world.nl.totp.list(page),
      await world.nl.history.list(page),
      await world.nl.history.csv(page),
      world.mailer.mails,
    ])
    for (const spelling of spellings) expect(shown).not.toContain(spelling)
  })

  it('[TOTP-15] enrolls no authenticator until a code confirms it', async () => {
    const world = createWorld()
    const grant = await newcomer(world)
    await enroll(world, grant)
    expect(await world.nl.totp.list({ grant })).toEqual({ ok: true, authenticators: [] })
    expectStatus(await world.nl.signIn.start({ name: 'ada', accountId: 'ada', primary: 'password' }), 'granted')
  })

  it('[TOTP-15] begins an enrollment that expires after 30 minutes', async () => {
    const world = createWorld()
    const grant = await newcomer(world)
    const app = await enroll(world, grant)
    world.clock.advance(30 * minute - 1)
    expect(await world.nl.totp.confirm({ grant, code: wrongCode(app) })).toMatchObject({ reason: 'wrong' })
    world.clock.advance(1)
    expect(await world.nl.totp.confirm({ grant, code: app.code() })).toEqual({ ok: false, reason: 'no-enrollment' })
  })

  it('replaces an enrollment that was not confirmed', async () => {
    const world = createWorld()
    const grant = await newcomer(world)
    const [left, app] = [await enroll(world, grant), await enroll(world, grant)]
    expect(await world.nl.totp.confirm({ grant, code: left.code() })).toMatchObject({ reason: 'wrong' })
    expectOk(await world.nl.totp.confirm({ grant, code: app.code() }))
  })

  it('begins an enrollment that only the same session can confirm', async () => {
    const world = createWorld()
    const [mine, other] = [await newcomer(world), await newcomer(world)]
    const app = await enroll(world, mine)
    expect(await world.nl.totp.confirm({ grant: other, code: app.code() })).toMatchObject({ reason: 'no-enrollment' })
    const script = asSystem('ada', 'test')
    expect(await world.nl.totp.confirm({ grant: script, code: app.code() })).toMatchObject({ reason: 'no-enrollment' })
    expectOk(await world.nl.totp.confirm({ grant: mine, code: app.code() }))
  })

  it('requires a primary authentication from the last ten minutes', async () => {
    const world = createWorld()
    const grant = await newcomer(world)
    world.clock.advance(10 * minute - 1)
    expectOk(await world.nl.totp.enroll({ grant }))
    world.clock.advance(1)
    expect(await world.nl.totp.enroll({ grant })).toEqual({ ok: false, reason: 'reauthenticate' })
  })

  it('[LIF-2] [LIF-3] requires a proof when the account has a factor', async () => {
    const world = createWorld()
    const person = await world.person()
    expect(await world.nl.totp.enroll({ grant: person.grant })).toEqual({ ok: false, reason: 'step-up' })
    expectOk(await world.nl.totp.enroll({ grant: person.grant, proof: await person.proof() }))
  })

  it('[LIF-1] allows several authenticators, ten at most', async () => {
    const world = createWorld()
    const grant = asSystem('ada', 'test')
    await newcomer(world)
    for (let n = 0; n < 10; n++) {
      const enrolled = expectOk(await world.nl.totp.enroll({ grant, label: `App ${n}` }))
      const app = authenticator(enrolled.uri, enrolled.authenticator, world.clock)
      expectOk(await world.nl.totp.confirm({ grant, code: app.code() }))
    }
    expect(await world.nl.totp.enroll({ grant })).toEqual({ ok: false, reason: 'too-many-authenticators' })
    expect(expectOk(await world.nl.totp.list({ grant })).authenticators).toHaveLength(10)
  })

  it.each([
    ['Ada: Lovelace', 'Ada  Lovelace'],
    ['Ada%3aLovelace', 'Ada Lovelace'],
    [' \u200b', 'ada'],
    ['::', 'ada'],
    ['ad\ud800a', 'ad\ufffda'],
    ['line\nbreak', 'line\\u000abreak'],
    ['𝒜'.repeat(200), `${'𝒜'.repeat(63)}…`],
    ['x'.repeat(300), `${'x'.repeat(99)}…`],
  ])('[URI-2] returns a valid key for a person named %j', async (name, shown) => {
    const world = createWorld({ options: { describe: () => ({ name, addresses: [] }) } })
    const enrolled = expectOk(await world.nl.totp.enroll({ grant: await newcomer(world) }))
    expect(parseKeyUri(enrolled.uri)).toMatchObject({ ok: true, key: { issuer: 'Acme', account: shown } })
  })

  it('returns a valid key for an account id of colons only', async () => {
    const world = createWorld({ options: { describe: () => ({ name: ':', addresses: [] }) } })
    const enrolled = expectOk(await world.nl.totp.enroll({ grant: await newcomer(world, ':::') }))
    expect(parseKeyUri(enrolled.uri)).toMatchObject({ ok: true, key: { account: 'account' } })
  })

  it('makes no secret when the host fails to describe the account', async () => {
    const failing = (): never => {
      throw new Error('database of users is down')
    }
    const world = createWorld({ options: { describe: failing } })
    const grant = await newcomer(world)
    await expect(world.nl.totp.enroll({ grant })).rejects.toMatchObject({ code: 'NL_DESCRIBE_FAILED' })
    expect((await stateOf(world.storage, 'ada')).totp.enrollment).toBeNull()
  })

  it('makes a longer secret when the host configures SHA-256', async () => {
    const world = createWorld({ options: { totp: { algorithm: 'SHA256', digits: 8 } } })
    const grant = await newcomer(world)
    const app = await enroll(world, grant)
    expect([app.secret.length, app.code().length]).toEqual([32, 8])
    expectOk(await world.nl.totp.confirm({ grant, code: app.code() }))
  })
})

describe('totp.confirm', () => {
  it('[BC-10] [BC-1] returns backup codes with the first authenticator, and raises the session to AAL2', async () => {
    const world = createWorld()
    const grant = await newcomer(world)
    const app = await enroll(world, grant, 'Phone')
    const confirmed = expectOk(await world.nl.totp.confirm({ grant, code: app.code(), client: home }))
    expect(confirmed.backupCodes).toHaveLength(10)
    expect(new Set(confirmed.backupCodes).size).toBe(10)
    expect(confirmed.authenticator).toBe(app.id)
    expect(await world.nl.sessions.check({ grant: confirmed.grant })).toMatchObject({
      aal: 2,
      amr: ['pwd', 'otp', 'mfa'],
    })
    expect(expectOk(await world.nl.totp.list({ grant: confirmed.grant })).authenticators).toEqual([
      { id: app.id, label: 'Phone', createdAt: world.clock(), lastUsedAt: null },
    ])
    expect((await eventsOf(world.nl, 'ada')).map(({ type }) => type)).toEqual([
      'backup_code_regenerate',
      'mfa_enroll',
      'mfa_enroll_start',
      'authn_login_success',
    ])
    await world.nl.outbox.idle()
    expect(world.mailer.mails).toHaveLength(1)
    expect(world.mailer.mails[0]!.text).toContain('Phone')
  })

  it('[TOTP-15] spends the code that confirms the enrollment', async () => {
    const world = createWorld()
    const grant = await newcomer(world)
    const app = await enroll(world, grant)
    const code = app.code()
    expectOk(await world.nl.totp.confirm({ grant, code }))
    const start = { name: 'ada', accountId: 'ada', primary: 'password' } as const
    const { challenge } = expectStatus(await world.nl.signIn.start(start), 'challenge')
    expect(await world.nl.signIn.verify({ challenge, code })).toMatchObject({ reason: 'used' })
    world.clock.advance(step)
    expect(await world.nl.signIn.verify({ challenge, code: app.code() })).toMatchObject({ status: 'granted' })
  })

  it('[BC-8] must succeed before backup codes can be made', async () => {
    const world = createWorld()
    const grant = await newcomer(world)
    expect(await world.nl.backupCodes.regenerate({ grant })).toEqual({ ok: false, reason: 'not-on' })
    await enroll(world, grant)
    expect(await world.nl.backupCodes.regenerate({ grant })).toEqual({ ok: false, reason: 'not-on' })
  })

  it('[THR-9] ends the enrollment after ten wrong codes, and does not count malformed texts', async () => {
    const world = createWorld()
    const grant = await newcomer(world)
    const app = await enroll(world, grant)
    for (let left = 9; left >= 1; left--) {
      expect(await world.nl.totp.confirm({ grant, code: 'abc' })).toMatchObject({
        reason: 'malformed',
        triesLeft: left + 1,
      })
      expect(await world.nl.totp.confirm({ grant, code: wrongCode(app) })).toMatchObject({
        reason: 'wrong',
        triesLeft: left,
      })
    }
    expect(await world.nl.totp.confirm({ grant, code: wrongCode(app) })).toEqual({
      ok: false,
      reason: 'too-many-tries',
      triesLeft: 0,
    })
    expect(await world.nl.totp.confirm({ grant, code: app.code() })).toEqual({ ok: false, reason: 'no-enrollment' })
    expect(await newestOf(world.nl, 'ada', 'mfa_enroll_fail')).toMatchObject({ values: { reason: 'wrong' } })
    expect((await stateOf(world.storage, 'ada')).throttle.failures).toBe(0)
  })

  it('[SES-6] ends every other session, and returns a new grant for the acting one', async () => {
    const world = createWorld()
    const [grant, other] = [await newcomer(world), await newcomer(world)]
    const app = await enroll(world, grant)
    const confirmed = expectOk(await world.nl.totp.confirm({ grant, code: app.code() }))
    const signedOut = { ok: false, reason: 'signed-out' }
    expect(await world.nl.sessions.check({ grant: other })).toEqual(signedOut)
    expect(await world.nl.sessions.check({ grant })).toEqual(signedOut)
    expect(await world.nl.sessions.check({ grant: confirmed.grant })).toMatchObject({ ok: true })
  })

  it('returns no second set of backup codes with a second authenticator', async () => {
    const world = createWorld()
    const person = await world.person()
    const enrolled = expectOk(await world.nl.totp.enroll({ grant: person.grant, proof: await person.proof() }))
    const app = authenticator(enrolled.uri, enrolled.authenticator, world.clock)
    const confirmed = expectOk(await world.nl.totp.confirm({ grant: person.grant, code: app.code() }))
    expect(confirmed.backupCodes).toBeNull()
    const status = await world.nl.backupCodes.status({ grant: confirmed.grant })
    expect(status).toMatchObject({ left: 10, total: 10 })
  })

  it('refuses a second confirmation and a session that has ended', async () => {
    const world = createWorld()
    const grant = await newcomer(world)
    const app = await enroll(world, grant)
    const confirmed = expectOk(await world.nl.totp.confirm({ grant, code: app.code() }))
    expect(await world.nl.totp.confirm({ grant, code: app.code() })).toEqual({ ok: false, reason: 'signed-out' })
    expect(await world.nl.totp.confirm({ grant: confirmed.grant, code: app.code() })).toEqual({
      ok: false,
      reason: 'no-enrollment',
    })
  })

  it('makes the confirming browser a known device, and no browser that only had the password', async () => {
    const world = createWorld()
    const start = { name: 'ada', accountId: 'ada', primary: 'password', client: home } as const
    const stranger = expectStatus(await world.nl.signIn.start(start), 'granted')
    const owner = expectStatus(await world.nl.signIn.start(start), 'granted')
    const app = await enroll(world, owner.grant)
    expectOk(await world.nl.totp.confirm({ grant: owner.grant, code: app.code() }))
    const knownDevice = async (device: string): Promise<unknown> => {
      await world.nl.signIn.start({ ...start, client: { ...home, device } })
      return (await newestOf(world.nl, 'ada', 'mfa_challenge'))?.values.knownDevice
    }
    expect(await knownDevice(stranger.deviceToken)).toBe(false)
    expect(await knownDevice(owner.deviceToken)).toBe(true)
  })
})
