import { beforeEach, describe, expect, it } from 'vitest'
import type { Nightlatch } from 'nightlatch'
import { publicOutcome, trustDevices } from 'nightlatch'
import { memorySms } from 'nightlatch/testing'
import { limits } from '../../../src/core/limits.ts'
import { expectOk, expectStatus } from '../../world/expect-outcome.ts'
import { createAuthenticator } from '../../world/passkey-authenticator.ts'
import { answered, keyOwner, made, withPasskeys } from '../../world/passkey-person.ts'
import type { KeyOwner } from '../../world/passkey-person.ts'
import { elsewhere, home } from '../../world/person.ts'
import { eventsOf, factsOf, newestOf, stateOf } from '../../world/reading.ts'
import type { World } from '../../world/world.ts'
import { createWorld } from '../../world/world.ts'

const refused = { status: 'refused', reason: 'wrong-credentials', httpStatus: 401 }
const start = { name: 'ada', accountId: 'ada', primary: 'password', client: home } as const
const nobodysCode = '00000-00000-000'

let world: World
let nl: Nightlatch
let ada: KeyOwner

beforeEach(async () => {
  const sms = { sender: memorySms(), countries: ['HU'], defaultCountry: 'HU' }
  world = createWorld({ options: { ...withPasskeys, sms, trustedDevices: trustDevices() } })
  nl = world.nl
  ada = await keyOwner(nl)
  await ada.add(createAuthenticator())
  await ada.becomePasskeyOnly()
})

async function recover(): Promise<string> {
  return expectStatus(await nl.signIn.recover({ ...start, code: ada.backupCodes[0] }), 'enroll').grant
}

describe('a recovery', () => {
  it('registers a new passkey after a password and a backup code, and ends every other session', async () => {
    await nl.outbox.idle()
    world.mailer.clear()
    const until = world.clock() + limits.enrollGrantMs
    const answer = expectStatus(await nl.signIn.recover({ ...start, code: ada.backupCodes[0] }), 'enroll')
    expect(answer).toMatchObject({ needs: ['passkey'], until })
    expect(publicOutcome(answer)).toEqual({ status: 'enroll' })
    await nl.outbox.idle()
    expect(world.mailer.mails).toHaveLength(1)
    expect(await newestOf(nl, 'ada', 'mfa_recover')).toMatchObject({ values: { primary: 'password', until } })
    // The account has not changed yet.
    expect(await nl.sessions.check({ grant: ada.grant })).toMatchObject({ ok: true })

    const key = createAuthenticator()
    const confirmed = expectOk(await nl.passkeys.confirm(await made(nl, key, { grant: answer.grant, label: 'New' })))
    expect(confirmed.backupCodes).toBeNull()
    expect(confirmed.deviceToken).toBeTypeOf('string')
    for (const grant of [ada.grant, answer.grant]) {
      expect(await nl.sessions.check({ grant })).toEqual({ ok: false, reason: 'signed-out' })
    }
    expect(await nl.sessions.check({ grant: confirmed.grant })).toMatchObject({
      ok: true,
      aal: 2,
      amr: ['pwd', 'swk', 'pop', 'mfa'],
    })
    const { passkeys, only } = expectOk(await nl.passkeys.list({ grant: confirmed.grant }))
    expect(passkeys.map(({ label }) => label)).toEqual(['Laptop', 'Key', 'New'])
    expect(only).toBe(true)
    await nl.outbox.idle()
    expect(world.mailer.mails).toHaveLength(2)
    expectStatus(await nl.signIn.verifyPasskey(await answered(nl, key, null)), 'granted')
    expect(await nl.signIn.start(start)).toEqual(refused)
  })

  it('[THR-6] refills every bucket, and ends the row and its lock', async () => {
    expect((await stateOf(world.storage, 'ada')).totp.raised).toBe(0)
    await recover()
    const { throttle, totp } = await stateOf(world.storage, 'ada')
    // Whatever refills raises the stops, also where nothing was drawn.
    expect(throttle).toMatchObject({ row: 0, lockedAt: null, luck: { unknown: null, sessions: null } })
    expect(totp.raised).toBe(limits.stopRaise)
  })

  it('leaves only the browser that recovers known, because a thief may have the one that was lost', async () => {
    const entered = await nl.signIn.verifyPasskey(await answered(nl, ada.authenticator, null))
    const client = { ...home, device: expectStatus(entered, 'granted').deviceToken }
    const grant = expectStatus(await nl.signIn.recover({ ...start, code: ada.backupCodes[0], client }), 'enroll').grant
    const { knownDevices: before } = await stateOf(world.storage, 'ada')
    expect(before).toHaveLength(2)
    const input = await made(nl, createAuthenticator(), { grant })
    // A recovery that is not finished changes nothing.
    expect((await stateOf(world.storage, 'ada')).knownDevices).toEqual(before)
    expectOk(await nl.passkeys.confirm({ ...input, client }))
    const { knownDevices, sessions } = await stateOf(world.storage, 'ada')
    expect(knownDevices.map(({ id }) => id)).toEqual(sessions.map(({ deviceId }) => deviceId))
    // A copy of the token that this browser had before is not that of a known device.
    expect(before.map(({ id }) => id)).not.toContain(knownDevices[0]?.id)
  })

  it('allows ten minutes to begin the registration and thirty to finish it', async () => {
    const grant = await recover()
    world.clock.advance(limits.freshPrimaryMs - 1)
    const input = await made(nl, createAuthenticator(), { grant })
    world.clock.advance(1)
    expect(await nl.passkeys.register({ grant })).toEqual({ ok: false, reason: 'reauthenticate' })
    expectOk(await nl.passkeys.confirm(input))

    const late = expectStatus(await nl.signIn.recover({ ...start, code: ada.backupCodes[1] }), 'enroll').grant
    world.clock.advance(limits.enrollGrantMs)
    expect(await nl.passkeys.register({ grant: late })).toEqual({ ok: false, reason: 'signed-out' })
  })

  it('requires no proof, and spends none that is sent along', async () => {
    const grant = await recover()
    const eve = await keyOwner(nl, { id: 'eve' })
    const proofs = [await ada.proof(), await eve.proof()]
    const { spentProofs } = await stateOf(world.storage, 'ada')
    for (const proof of proofs) {
      for (let n = 1; n < limits.changeSpan.most / 2; n++) expectOk(await nl.passkeys.register({ grant, proof }))
    }
    expect((await stateOf(world.storage, 'ada')).spentProofs).toEqual(spentProofs)
    // The owner's own proof is still valid.
    expectOk(await nl.passkeys.register({ grant: ada.grant, proof: await ada.proof() }))
  })

  it('gives a grant that allows nothing but the registration, even with a proof', async () => {
    const grant = await recover()
    const proof = await ada.proof()
    const signedOut = { ok: false, reason: 'signed-out' }
    const { ceremony } = expectOk(await nl.signIn.passkeyOptions())
    const common = { grant, proof, client: home }
    const code = ada.backupCodes[1]
    const calls: Readonly<Record<string, () => Promise<unknown>>> = {
      'totp.enroll': () => nl.totp.enroll(common),
      'totp.confirm': () => nl.totp.confirm({ ...common, code: '123456' }),
      'totp.list': () => nl.totp.list(common),
      'totp.rename': () => nl.totp.rename({ ...common, authenticator: 'x', label: 'x' }),
      'totp.remove': () => nl.totp.remove({ ...common, authenticator: 'x' }),
      'totp.resynchronize': () => nl.totp.resynchronize({ ...common, authenticator: 'x', codes: ['123456', '123457'] }),
      'sms.enroll': () => nl.sms.enroll({ ...common, number: '+36201234567' }),
      'sms.resend': () => nl.sms.resend(common),
      'sms.confirm': () => nl.sms.confirm({ ...common, code: '123456' }),
      'sms.get': () => nl.sms.get(common),
      'sms.remove': () => nl.sms.remove(common),
      'backupCodes.status': () => nl.backupCodes.status(common),
      'backupCodes.regenerate': () => nl.backupCodes.regenerate(common),
      'backupCodes.remove': () => nl.backupCodes.remove(common),
      'passkeys.list': () => nl.passkeys.list(common),
      'passkeys.rename': () => nl.passkeys.rename({ ...common, passkey: ada.passkey, label: 'x' }),
      'passkeys.remove': () => nl.passkeys.remove({ ...common, passkey: ada.passkey }),
      'passkeys.setOnly': () => nl.passkeys.setOnly({ ...common, on: false }),
      'stepUp.start': () => nl.stepUp.start({ ...common, purpose: 'factors' }),
      'stepUp.verify': () => nl.stepUp.verify({ ...common, purpose: 'factors', code }),
      'stepUp.sendCode': () => nl.stepUp.sendCode(common),
      'stepUp.passkeyOptions': () => nl.stepUp.passkeyOptions(common),
      'trustedDevices.list': () => nl.trustedDevices.list(common),
      'trustedDevices.revoke': () => nl.trustedDevices.revoke({ ...common, device: 'x' }),
      'trustedDevices.revokeAll': () => nl.trustedDevices.revokeAll(common),
      'sessions.list': () => nl.sessions.list(common),
      'sessions.endAll': () => nl.sessions.endAll(common),
      'accounts.turnOffTwoFactor': () => nl.accounts.turnOffTwoFactor({ ...common, code }),
      'password.changed': () => nl.password.changed(common),
      'accounts.addressChanged': () =>
        nl.accounts.addressChanged({ ...common, old: 'a@a.example', new: 'b@b.example' }),
      'accounts.factors': () => nl.accounts.factors(common),
      'accounts.prefer': () => nl.accounts.prefer({ ...common, factor: 'passkey' }),
      'history.list': () => nl.history.list(common),
      'history.facts': () => nl.history.facts(common),
      'history.logins': () => nl.history.logins(common),
      'history.csv': () => nl.history.csv(common),
      'history.verify': () => nl.history.verify(common),
      'score.get': () => nl.score.get(common),
    }
    // The grant may register a passkey and end itself. The three calls of `below` have answers of their own.
    const allowed = ['passkeys.register', 'passkeys.confirm', 'sessions.end']
    const below = ['stepUp.verifyPasskey', 'sessions.check', 'sessions.signOut']
    const grantless = /^(?:signIn|outbox|cookie)\b|^accounts\.(?:reseal|unlock|shortenHistory|pruneHistory)$/
    const offered = Object.entries(nl).flatMap(([part, methods]) =>
      Object.keys(methods as object).map((method) => `${part}.${method}`),
    )
    const expected = offered.filter((name) => !grantless.test(name) && ![...allowed, ...below].includes(name))
    expect(Object.keys(calls).sort()).toEqual(expected.sort())

    const before = await stateOf(world.storage, 'ada')
    for (const [name, call] of Object.entries(calls)) expect(await call(), name).toEqual(signedOut)
    const response = ada.authenticator.get(expectOk(await nl.signIn.passkeyOptions()).options, {
      origin: 'https://acme.example',
    })
    const proven = await nl.stepUp.verifyPasskey({ ...common, purpose: 'factors', ceremony, response })
    expect(proven).toEqual({ ok: false, reason: 'ceremony-ended' })
    expect(await nl.sessions.check({ grant })).toEqual({ ok: false, reason: 'enroll' })
    expect(await stateOf(world.storage, 'ada')).toEqual(before)
    expect(await nl.sessions.signOut({ grant })).toEqual({ ok: true })
    expect(await nl.passkeys.register({ grant })).toEqual(signedOut)
  })
})

describe('a recovery that fails', () => {
  it('is answered like a wrong password, and charged to the budget of codes', async () => {
    const wrong = await nl.signIn.failed({ name: 'ada', accountId: 'ada', client: elsewhere(99) })
    expect(wrong).toEqual(refused)
    const client = elsewhere(1)
    for (let n = 0; n <= limits.freeFailures; n++) {
      expect(await nl.signIn.recover({ ...start, client, code: nobodysCode })).toEqual(wrong)
      expect(await newestOf(nl, 'ada', 'mfa_fail')).toMatchObject({
        values: { flow: 'recover', compared: ['backup-code'], reason: 'wrong' },
      })
    }
    const { throttle, 'backup-code': backupCodes } = await stateOf(world.storage, 'ada')
    expect(throttle.failures).toBe(limits.freeFailures + 1)
    expect([throttle.row, backupCodes.failures]).toEqual([0, 0])
    // The network has to wait now: a right code is not evaluated, and the answer is the same.
    world.clock.advance(1)
    expect(await nl.signIn.recover({ ...start, client, code: ada.backupCodes[0] })).toEqual(wrong)
    expect((await factsOf(nl, 'ada'))[0]).toMatchObject({
      type: 'excess_rate_limit_exceeded',
      values: { flow: 'recover' },
    })
    for (const code of ['', '123456', 'x'.repeat(5000), null, 7, {}]) {
      expect(await nl.signIn.recover({ ...start, client: elsewhere(2), code })).toEqual(wrong)
    }
    expect((await stateOf(world.storage, 'ada')).throttle.failures).toBe(limits.freeFailures + 1)
    expectStatus(await nl.signIn.recover({ ...start, client: elsewhere(3), code: ada.backupCodes[0] }), 'enroll')
    // The code is spent.
    expect(await nl.signIn.recover({ ...start, client: elsewhere(3), code: ada.backupCodes[0] })).toEqual(wrong)
  })

  it('[BC-7] promise 11: locks nothing, however often it fails: nobody guesses such a code', async () => {
    for (let n = 0; n < 2 * limits.hardStop; n++) {
      expect(await nl.signIn.recover({ ...start, client: elsewhere(n), code: nobodysCode })).toEqual(refused)
      // The limiter in front of the call is not the subject.
      world.clock.advance(60_000)
    }
    expect(await newestOf(nl, 'ada', 'authn_login_lock')).toBeUndefined()
    expectStatus(await nl.signIn.recover({ ...start, client: elsewhere(500), code: ada.backupCodes[0] }), 'enroll')
  })

  it('evaluates no code when the account is not passkey-only', async () => {
    const eve = await keyOwner(nl, { id: 'eve' })
    const before = await stateOf(world.storage, 'eve')
    for (const accountId of ['eve', 'nobody']) {
      expect(await nl.signIn.recover({ ...start, accountId, code: eve.backupCodes[0] })).toEqual(refused)
    }
    expect(await stateOf(world.storage, 'eve')).toEqual(before)
    expect((await factsOf(nl, 'eve'))[0]).toMatchObject({ values: { flow: 'recover', reason: 'not-passkey-only' } })
    expect(await world.storage.load('account:nobody')).toBeNull()
  })

  it('spends no code when no passkey can be registered', async () => {
    const before = await stateOf(world.storage, 'ada')
    for (const server of [
      createWorld({ storage: world.storage, clock: world.clock }).nl,
      world.instance({ methods: ['totp'] }),
    ]) {
      expect(await server.signIn.recover({ ...start, code: ada.backupCodes[0] })).toEqual(refused)
    }
    expect(await stateOf(world.storage, 'ada')).toEqual(before)
  })

  it('shares the limiter with right and wrong passwords', async () => {
    const client = elsewhere(7)
    for (let n = 0; n < 20; n++) await nl.signIn.failed({ name: 'ada', accountId: 'ada', client })
    const limited = await nl.signIn.recover({ ...start, client, code: ada.backupCodes[0] })
    expect(limited).toEqual(await nl.signIn.start({ ...start, client }))
    expect(limited).toMatchObject({ reason: 'too-many-attempts' })
    expect((await eventsOf(nl, 'ada')).filter(({ type }) => type === 'mfa_recover')).toEqual([])
  })
})
