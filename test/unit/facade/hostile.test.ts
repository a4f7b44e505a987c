import { asSystem, createNightlatch, isNightlatchError, keyring, memoryLimiter, publicOutcome } from 'nightlatch'
import type { Nightlatch } from 'nightlatch'
import { memorySms } from 'nightlatch/testing'
import type { MemorySms } from 'nightlatch/testing'
import { beforeAll, describe, expect, it } from 'vitest'
import { accountHash } from '../../../src/service/keys/account-id.ts'
import { sealToken } from '../../../src/service/keys/tokens.ts'
import { expectOk, expectStatus } from '../../world/expect-outcome.ts'
import { createAuthenticator } from '../../world/passkey-authenticator.ts'
import { origin } from '../../world/passkey-ceremony.ts'
import { everyMethod, latestCode, passkeyAnswer, personWithEverything } from '../../world/several-factors.ts'
import { stateOf } from '../../world/reading.ts'
import { seededRandom } from '../../world/seeded-random.ts'
import { standingStill } from '../../world/standing-still.ts'
import { unlimited } from '../../world/unlimited.ts'
import { createWorld, keyText } from '../../world/world.ts'
import type { Person } from '../../world/person.ts'
import type { World } from '../../world/world.ts'
import { expectHonest, hostileTexts, hostileValues } from '../hostile-values.ts'

/** Expects an answer or a NightlatchError. */
async function expectHonestCall(title: string, call: () => Promise<unknown>): Promise<void> {
  try {
    const outcome = await call()
    expect(typeof outcome, title).toBe('object')
  } catch (error) {
    expect(isNightlatchError(error), `${title}: ${String(error)}`).toBe(true)
  }
}

/** Expects an answer that a page can show, or an error with one of the codes. */
async function expectOutcomeOr(codes: readonly string[], title: string, call: () => Promise<unknown>): Promise<void> {
  let outcome: unknown
  try {
    outcome = await call()
  } catch (error) {
    outcome = error
    expect(codes, `${title}: ${String(error)}`).toContain(isNightlatchError(error) ? error.code : 'another error')
    return
  }
  // These two answer a script with counts.
  if (/^(?:accounts\.reseal|outbox\.sweep)\b/.test(title)) return
  const { ok, status, reason } = outcome as Readonly<Record<string, unknown>>
  expect(typeof ok === 'boolean' || typeof status === 'string', title).toBe(true)
  if (ok === false || status === 'refused') expect(typeof reason, title).toBe('string')
}

/** What the host passes of its own, for every method and for one. A form may fill every other field. */
const hostFields: readonly string[] = ['client', 'accountId', 'primary', 'anchor']
const hostFieldsOf: Readonly<Record<string, readonly string[]>> = {
  'accounts.reseal': ['after', 'limit'],
  'accounts.unlock': ['grant'],
  'accounts.shortenHistory': ['before'],
  'accounts.pruneHistory': ['before'],
  'outbox.sweep': ['limit'],
}

const isOfHost = (title: string, field: string): boolean =>
  hostFields.includes(field) || (hostFieldsOf[title] ?? []).includes(field)

/** Code can make such values too, but no form can. */
const fieldValues: readonly unknown[] = [
  ...hostileValues,
  ['a', 'b'],
  { a: { b: ['c'] } },
  new Proxy(
    {},
    {
      get() {
        throw new Error('asked for a property')
      },
    },
  ),
]

type Call = (input: never) => Promise<unknown>

describe('hostile values', () => {
  let world: World
  let sms: MemorySms
  let person: Person
  let nl: Nightlatch
  let calls: Readonly<Record<string, readonly [call: Call, good: object]>>

  beforeAll(async () => {
    sms = memorySms()
    const token = createAuthenticator()
    world = createWorld({ options: everyMethod(sms) })
    person = await personWithEverything(world, sms, token)
    const trusted = await trustedDevice()
    world.clock.advance(3_600_000)
    const pending = await world.nl.totp.enroll({ grant: person.grant, proof: await person.proof(), label: 'Tablet' })
    if (!pending.ok) throw new Error('no enrollment')
    const number = '+36 30 765 4321'
    expectOk(await world.nl.sms.enroll({ grant: person.grant, proof: await person.proof(), number }))
    const smsCode = await latestCode(world.nl, sms)
    const proof = await person.proof()
    const challenge = await person.challenge()
    const shown = await passkeyAnswer(world.nl, token, challenge)
    const asked = expectOk(await world.nl.stepUp.passkeyOptions({ grant: person.grant }))
    const stepUp = { ceremony: asked.ceremony, response: token.get(asked.options, { origin }) }
    const registering = expectOk(
      await world.nl.passkeys.register({ grant: person.grant, proof: await person.proof(), label: 'Key' }),
    )
    const made = {
      ceremony: registering.ceremony,
      response: createAuthenticator().create(registering.options, { origin }),
    }
    world.clock.advance(120_000)
    nl = world.instance({ storage: standingStill(world.storage), ...unlimited })
    const [session] = await sessionsOf()
    const client = { ip: '192.0.2.7', userAgent: 'Firefox', device: trusted }
    const { grant, app } = person
    const [passkey] = expectOk(await world.nl.passkeys.list({ grant })).passkeys
    const [device] = expectOk(await world.nl.trustedDevices.list({ grant })).devices
    const code = app.code()
    const page = { grant, client }
    const sensitive = { ...page, proof }
    calls = {
      'signIn.start': [nl.signIn.start, { name: person.name, accountId: person.id, primary: 'password', client }],
      'signIn.failed': [nl.signIn.failed, { name: person.name, accountId: person.id, client }],
      'signIn.verify': [nl.signIn.verify, { challenge, code, factor: 'totp', trustDevice: true, client }],
      'sessions.signOut': [nl.sessions.signOut, page],
      'signIn.sendCode': [nl.signIn.sendCode, { challenge, client }],
      'signIn.recover': [
        nl.signIn.recover,
        { name: person.name, accountId: person.id, primary: 'password', code, client },
      ],
      'signIn.passkeyOptions': [nl.signIn.passkeyOptions, { challenge }],
      'signIn.verifyPasskey': [nl.signIn.verifyPasskey, { challenge, ...shown, trustDevice: true, client }],
      'sms.enroll': [nl.sms.enroll, { ...sensitive, number: '+36 30 123 4567', switching: true }],
      'sms.resend': [nl.sms.resend, page],
      'sms.confirm': [nl.sms.confirm, { ...page, code: smsCode }],
      'sms.get': [nl.sms.get, page],
      'sms.remove': [nl.sms.remove, sensitive],
      'passkeys.register': [nl.passkeys.register, { ...sensitive, label: 'Key', switching: false }],
      'passkeys.confirm': [nl.passkeys.confirm, { ...page, ...made }],
      'passkeys.list': [nl.passkeys.list, page],
      'passkeys.rename': [nl.passkeys.rename, { ...page, passkey: passkey?.id, label: 'Key' }],
      'passkeys.remove': [nl.passkeys.remove, { ...sensitive, passkey: passkey?.id }],
      'passkeys.setOnly': [nl.passkeys.setOnly, { ...sensitive, on: true }],
      'stepUp.sendCode': [nl.stepUp.sendCode, page],
      'stepUp.passkeyOptions': [nl.stepUp.passkeyOptions, page],
      'stepUp.verifyPasskey': [nl.stepUp.verifyPasskey, { ...page, purpose: 'factors', ...stepUp }],
      'trustedDevices.list': [nl.trustedDevices.list, page],
      'trustedDevices.revoke': [nl.trustedDevices.revoke, { ...page, device: device?.id }],
      'trustedDevices.revokeAll': [nl.trustedDevices.revokeAll, page],
      'accounts.factors': [nl.accounts.factors, page],
      'accounts.prefer': [nl.accounts.prefer, { ...page, factor: 'sms' }],
      'totp.enroll': [nl.totp.enroll, { ...sensitive, label: 'Watch' }],
      'totp.confirm': [nl.totp.confirm, { ...page, code }],
      'totp.list': [nl.totp.list, page],
      'totp.rename': [nl.totp.rename, { ...page, authenticator: app.id, label: 'Watch' }],
      'totp.remove': [nl.totp.remove, { ...sensitive, authenticator: app.id }],
      'totp.resynchronize': [
        nl.totp.resynchronize,
        { ...sensitive, authenticator: app.id, codes: [app.code(20), app.code(21)] },
      ],
      'backupCodes.status': [nl.backupCodes.status, page],
      'backupCodes.regenerate': [nl.backupCodes.regenerate, sensitive],
      'backupCodes.remove': [nl.backupCodes.remove, sensitive],
      'stepUp.start': [nl.stepUp.start, { ...page, purpose: 'factors' }],
      'stepUp.verify': [nl.stepUp.verify, { ...page, purpose: 'factors', code, factor: 'totp' }],
      'sessions.check': [nl.sessions.check, page],
      'sessions.list': [nl.sessions.list, page],
      'sessions.end': [nl.sessions.end, { ...page, session }],
      'sessions.endAll': [nl.sessions.endAll, { ...page, includingThis: true }],
      'history.list': [nl.history.list, { ...page, after: '3', limit: 2 }],
      'history.facts': [nl.history.facts, { ...page, after: '3:x', limit: 2 }],
      'history.logins': [nl.history.logins, page],
      'history.verify': [nl.history.verify, { ...page, anchor: null }],
      'history.csv': [nl.history.csv, page],
      'score.get': [nl.score.get, page],
      'accounts.turnOffTwoFactor': [nl.accounts.turnOffTwoFactor, { ...page, code, factor: 'totp' }],
      'accounts.addressChanged': [
        nl.accounts.addressChanged,
        { ...sensitive, old: 'ada@people.example', new: 'ada@second.example' },
      ],
      'accounts.reseal': [nl.accounts.reseal, { after: null, limit: 10 }],
      'accounts.unlock': [nl.accounts.unlock, { grant: asSystem(person.id, 'a test') }],
      'password.changed': [nl.password.changed, sensitive],
      'accounts.shortenHistory': [nl.accounts.shortenHistory, { accountId: person.id, before: 0 }],
      'accounts.pruneHistory': [nl.accounts.pruneHistory, { accountId: person.id, before: 0 }],
      'outbox.sweep': [nl.outbox.sweep, { limit: 10 }],
    }
  })

  /** The device token of a trusted browser. */
  async function trustedDevice(): Promise<string> {
    world.clock.advance(30_000)
    const { client, app } = person
    const verify = { challenge: await person.challenge(), code: app.code(), client, trustDevice: true }
    const granted = expectStatus(await world.nl.signIn.verify(verify), 'granted')
    person.grant = granted.grant
    return granted.deviceToken
  }

  async function sessionsOf(): Promise<readonly string[]> {
    const listed = await world.nl.sessions.list({ grant: person.grant })
    return listed.ok ? listed.sessions.map(({ id }) => id) : []
  }

  it('are tried on every method of the facade', () => {
    const methods = Object.entries(nl).flatMap(([part, value]) =>
      Object.entries(value as object)
        .filter(([, method]) => typeof method === 'function')
        .map(([name]) => `${part}.${name}`),
    )
    const besides = ['outbox.idle', 'outbox.start', 'outbox.stop']
    expect(methods.sort()).toEqual([...Object.keys(calls), ...besides].sort())
  })

  it('are tried on methods that work with good values', async () => {
    const expected: Readonly<Record<string, string>> = {
      'totp.confirm': 'wrong',
      'accounts.reseal': 'NL_CONFIG',
      'accounts.shortenHistory': 'NL_CONFIG',
      'accounts.pruneHistory': 'NL_CONFIG',
      'signIn.failed': 'wrong-credentials',
      'signIn.recover': 'wrong-credentials',
    }
    for (const [title, [call, good]] of Object.entries(calls)) {
      const outcome = (await call(good as never).catch((error: unknown) => error)) as Record<string, unknown>
      expect(outcome.reason ?? outcome.code, title).toBe(expected[title])
    }
  })

  it('in place of all options get an outcome or NL_ARGUMENT from every method', async () => {
    for (const [title, [call]] of Object.entries(calls)) {
      for (const [index, value] of hostileValues.entries()) {
        await expectOutcomeOr(['NL_ARGUMENT', 'NL_CONFIG'], `${title}(value ${index})`, () => call(value as never))
      }
    }
  })

  it('in every field that a form may fill get an outcome from every method, and never an error', async () => {
    let tried = 0
    for (const [title, [call, good]] of Object.entries(calls)) {
      for (const key of Object.keys(good).filter((name) => !isOfHost(title, name))) {
        for (const [index, value] of fieldValues.entries()) {
          const given = { ...good, [key]: value }
          await expectOutcomeOr([], `${title}, ${key} = value ${index}`, () => call(given as never))
          tried += 1
        }
      }
    }
    expect(tried).toBeGreaterThan(100 * fieldValues.length)
  })

  it('sent twice by a form are read as an empty field', async () => {
    const { grant, app, client } = person
    const page = { grant, client, label: ['a', 'b'] }
    expectOk(await nl.totp.rename({ ...page, authenticator: app.id }))
    const { label } = expectOk(await nl.totp.enroll({ ...page, proof: await person.proof() }))
    expect(label).toBe('Authenticator')
    const challenge = await person.challenge()
    const twice = ['123456', '123456']
    expect(await nl.signIn.verify({ challenge, code: twice, client })).toMatchObject({ reason: 'malformed' })
    const typed = { challenge, code: app.code(1), factor: ['totp', 'totp'], client }
    expect(await nl.signIn.verify(typed)).toMatchObject({ status: 'granted' })
    const purpose = ['factors', 'factors']
    for (const call of [nl.stepUp.start, nl.stepUp.verify, nl.stepUp.verifyPasskey]) {
      expect(await call({ grant, purpose } as never)).toEqual({ ok: false, reason: 'malformed' })
    }
    for (const read of [nl.history.list, nl.history.facts]) {
      for (const asked of [{ after: ['3', '4'] }, { limit: NaN }, { limit: '5' }, { limit: 101 }, { limit: 0 }]) {
        expect(await read({ grant, ...asked } as never)).toEqual({ ok: false, reason: 'malformed' })
      }
    }
  })

  it('in a field that the host fills get an outcome or NL_ARGUMENT from every method', async () => {
    for (const [title, [call, good]] of Object.entries(calls)) {
      for (const key of Object.keys(good).filter((name) => isOfHost(title, name))) {
        for (const [index, value] of hostileValues.entries()) {
          const given = { ...good, [key]: value }
          const codes = ['NL_ARGUMENT', 'NL_CONFIG']
          await expectOutcomeOr(codes, `${title}, ${key} = value ${index}`, () => call(given as never))
        }
      }
    }
  })

  it('get an outcome or a NightlatchError for every field of the client and every code of a pair', async () => {
    const [start, good] = calls['signIn.start']!
    const [resynchronize, pair] = calls['totp.resynchronize']!
    for (const [index, value] of hostileValues.entries()) {
      for (const key of ['ip', 'userAgent', 'device']) {
        const client = { ip: '192.0.2.7', userAgent: 'Firefox', device: person.deviceToken, [key]: value }
        await expectHonestCall(`client.${key} = value ${index}`, () => start({ ...good, client } as never))
      }
      for (const codes of [[value, '123456'], ['123456', value], [value]]) {
        await expectHonestCall(`codes with value ${index}`, () => resynchronize({ ...pair, codes } as never))
      }
    }
  })

  it('sealed into a device token as its trust open nothing', async () => {
    const [start, good] = calls['signIn.start']!
    const random = seededRandom('hostile')
    const { knownDevices, record } = await stateOf(world.storage, person.id)
    const expiresAt = world.clock() + 1000
    for (const { id, trust } of knownDevices) {
      for (const text of [...hostileTexts, trust?.digest ?? '']) {
        const sealed = { accounts: [{ account: accountHash(person.id), id, ...record, trust: text }], expiresAt }
        const device = sealToken({ realm: 'main', keys: world.keys }, random, 'device', sealed)
        expect(await start({ ...good, client: { device } } as never)).toMatchObject({ status: 'challenge' })
      }
    }
  })

  it('typed into a form get an answer, and never an exception', async () => {
    const { verify, start, failed } = nl.signIn
    const [, { challenge }] = calls['signIn.verify'] as unknown as [Call, { challenge: string }]
    const { grant, id, app } = person
    for (const value of hostileValues) {
      expect((await start({ name: value, accountId: id, primary: 'password' })).status).toBe('challenge')
      expect((await failed({ name: value })).status).toBe('refused')
      expect((await verify({ challenge, code: value })).status).toBe('challenge')
      expect(await verify({ challenge: value, code: app.code() })).toMatchObject({ reason: 'challenge-ended' })
      expect(await nl.stepUp.verify({ grant, purpose: 'factors', code: value })).toMatchObject({ ok: false })
      expect(await nl.accounts.turnOffTwoFactor({ grant, code: value })).toMatchObject({ ok: false })
      expect(await nl.totp.confirm({ grant, code: value })).toMatchObject({ ok: false })
      expect(await nl.totp.remove({ grant, proof: value, authenticator: app.id })).toMatchObject({
        reason: 'step-up',
      })
      expect(await nl.sessions.end({ grant, session: value })).toMatchObject({ reason: 'not-found' })
      expect(await nl.totp.rename({ grant, authenticator: value, label: 'x' })).toMatchObject({ reason: 'not-found' })
      expect(await nl.sessions.check({ grant: value as never })).toEqual({ ok: false, reason: 'signed-out' })
    }
  })

  it('get an outcome or a NightlatchError from the functions beside the facade', async () => {
    const limiter = memoryLimiter()
    const charge = { key: 'a', limit: 3, windowMs: 1000 }
    for (const value of hostileValues as readonly never[]) {
      expectHonest(() => keyring(value))
      expectHonest(() => keyring([value]))
      expectHonest(() => asSystem(value, 'why'))
      expectHonest(() => asSystem('ada', value))
      expectHonest(() => publicOutcome(value))
      expectHonest(() => publicOutcome({ status: value, reason: value, factors: value } as never))
      expectHonest(() => createNightlatch(value))
      expect(isNightlatchError(value)).toBe(false)
      expectHonest(() => nl.outbox.start(value))
      nl.outbox.stop()
      await expectHonestCall('charge', async () => limiter.charge(value))
      for (const key of ['now', 'charges']) {
        await expectHonestCall('charge', async () => limiter.charge({ now: 0, charges: [charge], [key]: value }))
      }
      await expectHonestCall('charge', async () => limiter.charge({ now: 0, charges: [value] }))
      for (const key of Object.keys(charge)) {
        await expectHonestCall('charge', async () =>
          limiter.charge({ now: 0, charges: [{ ...charge, [key]: value }] as never }),
        )
      }
    }
  })

  it('returned by the functions of a host get an outcome or a NightlatchError', async () => {
    for (const [index, value] of hostileValues.entries()) {
      const answers = {
        clock: () => value,
        describe: () => value,
        limiter: { charge: async () => value, giveBack: async () => value },
      }
      for (const [key, answer] of Object.entries(answers)) {
        const odd = world.instance({ storage: standingStill(world.storage), [key]: answer } as never)
        const start = calls['signIn.start']![1]
        await expectHonestCall(`${key} answers value ${index}`, () => odd.signIn.start(start as never))
        await expectHonestCall(`${key} answers value ${index}`, () =>
          odd.totp.enroll({ grant: asSystem(person.id, 'test') }),
        )
      }
      for (const described of [
        { name: value, addresses: [] },
        { name: 'x', addresses: value },
        { name: 'x', addresses: [value] },
        { name: 'x', addresses: [{ mail: value, verified: true }] },
        { name: 'x', addresses: [], locale: value, timeZone: value },
      ]) {
        const odd = world.instance({
          storage: standingStill(world.storage),
          describe: () => described as never,
        })
        await expectHonestCall(`describe with value ${index}`, () =>
          odd.totp.enroll({ grant: asSystem(person.id, 'test') }),
        )
      }
    }
    expect(keyText(1)).not.toBe(keyText(2))
  })
})
