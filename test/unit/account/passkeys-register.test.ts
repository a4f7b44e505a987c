import { describe, expect, it } from 'vitest'
import { asSystem } from 'nightlatch'
import { memorySms } from 'nightlatch/testing'
import { limits } from '../../../src/core/limits.ts'
import { expectOk, expectStatus } from '../../world/expect-outcome.ts'
import { createAuthenticator } from '../../world/passkey-authenticator.ts'
import { answered, keyOwner, made, proven, withPasskeys } from '../../world/passkey-person.ts'
import { home } from '../../world/person.ts'
import { newestOf, stateOf } from '../../world/reading.ts'
import type { World } from '../../world/world.ts'
import { createWorld } from '../../world/world.ts'

const noEnrollment = { ok: false, reason: 'no-enrollment' }
const bytesOf = (text: string): number => Buffer.from(text, 'base64url').length

/** A fresh sign-in of an account that has no factor. */
async function fresh({ nl }: World, id: string): Promise<string> {
  const start = { name: id, accountId: id, primary: 'password', client: home } as const
  return expectStatus(await nl.signIn.start(start), 'granted').grant
}

describe('a registration', () => {
  it('[PKR-1] has a challenge of 32 random bytes that is valid once and for five minutes', async () => {
    const world = createWorld({ options: withPasskeys })
    const { nl } = world
    const grant = await fresh(world, 'ada')
    const challenges = new Set<string>()
    for (let n = 0; n < 5; n++) {
      const { options } = expectOk(await nl.passkeys.register({ grant }))
      expect(bytesOf(options.challenge)).toBe(32)
      expect(options.timeout).toBe(limits.ceremonyMs)
      challenges.add(options.challenge)
    }
    expect(challenges.size).toBe(5)

    const late = await made(nl, createAuthenticator(), { grant })
    world.clock.advance(limits.ceremonyMs)
    expect(await nl.passkeys.confirm(late)).toEqual(noEnrollment)

    const owner = await keyOwner(nl, { id: 'eve' })
    const input = await made(nl, createAuthenticator(), { grant: owner.grant, proof: await owner.proof() })
    const confirmed = expectOk(await nl.passkeys.confirm(input))
    expect(await nl.passkeys.confirm({ ...input, grant: confirmed.grant })).toEqual(noEnrollment)
  })

  it('[PKR-1] [PKA-12] spends its challenge also with a wrong answer', async () => {
    const world = createWorld({ options: withPasskeys })
    const { nl } = world
    const grant = await fresh(world, 'ada')
    const { ceremony, options } = expectOk(await nl.passkeys.register({ grant }))
    const wrong = createAuthenticator().create(options, { origin: 'https://evil.example' })
    expect(await nl.passkeys.confirm({ grant, ceremony, response: wrong })).toEqual({ ok: false, reason: 'wrong' })
    const right = createAuthenticator().create(options, { origin: 'https://acme.example' })
    expect(await nl.passkeys.confirm({ grant, ceremony, response: right })).toEqual(noEnrollment)
    expect(await newestOf(nl, 'ada', 'mfa_enroll_fail')).toMatchObject({
      values: { factor: 'passkey', reason: 'wrong' },
    })
    expect((await stateOf(world.storage, 'ada')).passkey.credentials).toEqual([])
  })

  it('[PKR-2] is valid for one account, session, epoch and kind of ceremony', async () => {
    const world = createWorld({ options: withPasskeys })
    const { nl } = world
    const grant = await fresh(world, 'ada')
    const input = await made(nl, createAuthenticator(), { grant })
    const otherSession = await fresh(world, 'ada')
    const otherAccount = await fresh(world, 'bob')
    for (const other of [otherSession, otherAccount, asSystem('ada', 'test')]) {
      expect(await nl.passkeys.confirm({ ...input, grant: other })).toEqual(noEnrollment)
    }
    const ended = expectOk(await nl.sessions.endAll({ grant }))
    expect(await nl.passkeys.confirm({ ...input, grant: ended.grant })).toEqual(noEnrollment)

    const owner = await keyOwner(nl, { id: 'eve' })
    const registration = await made(nl, createAuthenticator(), { grant: owner.grant, proof: await owner.proof() })
    const alone = await answered(nl, owner.authenticator, null)
    const challenge = await owner.challenge()
    const second = await answered(nl, owner.authenticator, challenge)
    const stepUp = await proven(nl, owner.authenticator, owner)
    const ended401 = { status: 'refused', reason: 'challenge-ended', httpStatus: 401 }
    const ceremonies = { registration, alone, second, stepUp }
    for (const [name, { ceremony }] of Object.entries(ceremonies)) {
      if (name !== 'registration')
        expect(await nl.passkeys.confirm({ ...registration, ceremony })).toEqual(noEnrollment)
      if (name !== 'alone') expect(await nl.signIn.verifyPasskey({ ...alone, ceremony })).toEqual(ended401)
      if (name !== 'second') expect(await nl.signIn.verifyPasskey({ ...second, ceremony })).toEqual(ended401)
      if (name !== 'stepUp') {
        expect(await nl.stepUp.verifyPasskey({ ...stepUp, ceremony })).toEqual({ ok: false, reason: 'ceremony-ended' })
      }
    }
    // The refused answers have spent nothing.
    expectOk(await nl.stepUp.verifyPasskey(stepUp))
    expectStatus(await nl.signIn.verifyPasskey(second), 'granted')
    expectStatus(await nl.signIn.verifyPasskey(alone), 'granted')
    expectOk(await nl.passkeys.confirm(registration))
  })

  it('[PKR-13] stores everything that later sign-ins are checked against', async () => {
    const world = createWorld({ options: withPasskeys })
    const authenticator = createAuthenticator({
      algorithm: -8,
      counter: 7,
      backedUp: false,
      aaguid: new Uint8Array(16).fill(0xab),
      transports: ['usb', 'nfc'],
    })
    const owner = await keyOwner(world.nl, { authenticator })
    const { passkey: passkeys } = await stateOf(world.storage, owner.id)
    expect(passkeys.credentials).toEqual([
      {
        id: authenticator.ids[0],
        label: 'Laptop',
        publicKey: expect.stringMatching(/^[\w-]{40,}$/) as string,
        algorithm: -8,
        counter: 7,
        transports: ['usb', 'nfc'],
        backupEligible: true,
        backedUp: false,
        uvInitialized: true,
        discoverable: true,
        aaguid: 'abababab-abab-abab-abab-abababababab',
        createdAt: world.clock(),
        lastUsedAt: null,
      },
    ])
  })

  it('[PKR-15] uses one user handle of 64 random bytes per account, always the same', async () => {
    const world = createWorld({ options: withPasskeys })
    const { nl } = world
    const handles: string[] = []
    for (const id of ['ada', 'bob']) {
      const grant = await fresh(world, id)
      const first = expectOk(await nl.passkeys.register({ grant })).options.user
      const again = expectOk(await nl.passkeys.register({ grant: await fresh(world, id) })).options.user
      expect(bytesOf(first.id)).toBe(64)
      expect(again.id).toBe(first.id)
      expect(Buffer.from(first.id, 'base64url').toString('latin1')).not.toContain(id)
      expect(first.name).toBe(`${id}@people.example`)
      handles.push(first.id)
    }
    expect(handles[0]).not.toBe(handles[1])
    // The handle is random and not derived from the account id: another host has another one.
    const elsewhere = createWorld({ options: withPasskeys, seed: 'elsewhere' })
    const grant = await fresh(elsewhere, 'ada')
    expect(expectOk(await elsewhere.nl.passkeys.register({ grant })).options.user.id).not.toBe(handles[0])
  })

  it('[PKR-16] excludes the passkeys that the account has', async () => {
    const { nl } = createWorld({ options: withPasskeys })
    const owner = await keyOwner(nl, { authenticator: createAuthenticator({ transports: ['internal'] }) })
    const { options } = expectOk(await nl.passkeys.register({ grant: owner.grant, proof: await owner.proof() }))
    const [id] = owner.authenticator.ids
    expect(options.excludeCredentials).toEqual([{ type: 'public-key', id, transports: ['internal'] }])
    expect(() => owner.authenticator.create(options, { origin: 'https://acme.example' })).toThrow('InvalidStateError')
  })
})

describe('a passkey', () => {
  it('as the first factor brings backup codes, ends other sessions and known devices, and notifies the owner', async () => {
    const world = createWorld({ options: withPasskeys })
    const { nl } = world
    const other = await fresh(world, 'ada')
    const owner = await keyOwner(nl)
    expect(owner.backupCodes).toHaveLength(10)
    expect(await nl.passkeys.list({ grant: other })).toEqual({ ok: false, reason: 'signed-out' })
    const { sessions, knownDevices } = await stateOf(world.storage, 'ada')
    expect(sessions).toMatchObject([{ kind: 'full', factor: 'passkey', aal: 2, amr: ['pwd', 'swk', 'pop', 'mfa'] }])
    expect(knownDevices.map(({ id }) => id)).toEqual(sessions.map(({ deviceId }) => deviceId))
    await nl.outbox.idle()
    expect(world.mailer.mails.map(({ subject }) => subject).join()).toMatch(/passkey/i)
    expect(await newestOf(nl, 'ada', 'mfa_enroll')).toMatchObject({
      values: { factor: 'passkey', authenticator: owner.passkey, label: 'Laptop' },
    })
  })

  it('requires a fresh primary authentication as the first factor, and a proof as a further one', async () => {
    const world = createWorld({ options: withPasskeys })
    const { nl } = world
    const grant = await fresh(world, 'ada')
    world.clock.advance(limits.freshPrimaryMs)
    expect(await nl.passkeys.register({ grant })).toEqual({ ok: false, reason: 'reauthenticate' })
    const person = await world.person('bob')
    expect(await nl.passkeys.register({ grant: person.grant })).toEqual({ ok: false, reason: 'step-up' })
    const proof = await person.proof()
    const input = await made(nl, createAuthenticator(), { grant: person.grant, proof })
    expect(await nl.passkeys.register({ grant: person.grant, proof })).toEqual({ ok: false, reason: 'step-up' })
    const confirmed = expectOk(await nl.passkeys.confirm(input))
    expect(confirmed.backupCodes).toBeNull()
    expect(expectOk(await nl.accounts.factors({ grant: confirmed.grant }))).toMatchObject({
      enrolled: ['passkey', 'totp'],
      live: ['passkey', 'totp', 'backup-code'],
      passkeyOnly: false,
    })
  })

  it('completes a sign-in that was granted only to enroll', async () => {
    const policy = { factors: { required: { since: 0, graceMs: 0 } } }
    const world = createWorld({ options: { ...withPasskeys, policy, sms: { sender: memorySms(), countries: ['HU'] } } })
    const { nl } = world
    const start = { name: 'ada', accountId: 'ada', primary: 'magic-link', client: home } as const
    const { grant, needs } = expectStatus(await nl.signIn.start(start), 'enroll')
    expect(needs).toContain('passkey')
    const confirmed = expectOk(await nl.passkeys.confirm(await made(nl, createAuthenticator(), { grant })))
    expect(confirmed.deviceToken).toBeTypeOf('string')
    expect(confirmed.backupCodes).toHaveLength(10)
    expect(await nl.sessions.check({ grant: confirmed.grant })).toMatchObject({
      ok: true,
      aal: 2,
      amr: ['swk', 'pop', 'mfa'],
    })
    expect(await newestOf(nl, 'ada', 'authn_login_success')).toMatchObject({
      values: { primary: 'magic-link', factor: 'passkey', authenticator: confirmed.authenticator },
    })
  })
})

describe('the passkeys of an account', () => {
  it('are at most ten', async () => {
    const { nl } = createWorld({ options: withPasskeys })
    const owner = await keyOwner(nl)
    for (let n = 1; n < limits.passkeys; n++) await owner.add(createAuthenticator())
    const proof = await owner.proof()
    expect(await nl.passkeys.register({ grant: owner.grant, proof })).toEqual({
      ok: false,
      reason: 'too-many-passkeys',
    })
    expect(expectOk(await nl.passkeys.list({ grant: owner.grant })).passkeys).toHaveLength(limits.passkeys)
  })

  it('take together no more than their limit of the record', async () => {
    const world = createWorld({ options: withPasskeys })
    const { nl } = world
    const long = { idLength: 1023 } as const
    const owner = await keyOwner(nl, { authenticator: createAuthenticator(long) })
    const lengthOf = 1364 + 103
    const count = Math.floor(limits.passkeysLength / lengthOf)
    for (let n = 1; n < count; n++) await owner.add(createAuthenticator(long))
    const input = await made(nl, createAuthenticator(long), { grant: owner.grant, proof: await owner.proof() })
    expect(await nl.passkeys.confirm(input)).toEqual({ ok: false, reason: 'too-many-passkeys' })
    expect((await stateOf(world.storage, owner.id)).passkey.credentials).toHaveLength(count)
  })
})
