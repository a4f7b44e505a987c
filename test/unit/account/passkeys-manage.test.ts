import { describe, expect, it } from 'vitest'
import { asSystem } from 'nightlatch'
import { limits } from '../../../src/core/limits.ts'
import { credentialKey } from '../../../src/core/passkeys/index.ts'
import { expectOk, expectStatus } from '../../world/expect-outcome.ts'
import { createAuthenticator } from '../../world/passkey-authenticator.ts'
import { answered, keyOwner, made, proven, withPasskeys } from '../../world/passkey-person.ts'
import { home } from '../../world/person.ts'
import { newestOf, stateOf } from '../../world/reading.ts'
import { createWorld } from '../../world/world.ts'

describe('the passkeys of an account', () => {
  it('[PKR-18] have a name and a last use, and can be renamed and removed one by one', async () => {
    const { nl, clock } = createWorld({ options: withPasskeys })
    const ada = await keyOwner(nl)
    const key = createAuthenticator({ transports: ['usb'], backupEligible: false, backedUp: false })
    const authenticator = await ada.add(key)
    clock.advance(1000)
    expectStatus(await nl.signIn.verifyPasskey(await answered(nl, key, null)), 'granted')
    expectOk(await nl.passkeys.rename({ grant: ada.grant, passkey: authenticator, label: '  Blue\nkey ' }))
    expect(await newestOf(nl, 'ada', 'mfa_update')).toMatchObject({
      values: { factor: 'passkey', authenticator, change: 'rename' },
    })
    const listed = expectOk(await nl.passkeys.list({ grant: ada.grant }))
    expect(listed.only).toBe(false)
    expect(listed.passkeys).toMatchObject([
      { id: ada.passkey, label: 'Laptop', synced: true, createdAt: clock() - 1000 },
      { id: authenticator, lastUsedAt: clock(), synced: false, transports: ['usb'] },
    ])
    expect(listed.passkeys[1]?.label).toMatch(/Blue.*key/)
    // The id of the credential is not shown.
    expect(JSON.stringify(listed)).not.toContain(key.ids[0])
    const removed = await nl.passkeys.remove({ grant: ada.grant, proof: await ada.proof(), passkey: ada.passkey })
    expect(removed).toMatchObject({ ok: true, twoFactor: 'on' })
    const left = expectOk(await nl.passkeys.list({ grant: expectOk(removed).grant })).passkeys
    expect(left.map(({ id }) => id)).toEqual([authenticator])
  })

  it('are found only by their own reference, and not from another account', async () => {
    const { nl } = createWorld({ options: withPasskeys })
    const [ada, eve] = [await keyOwner(nl), await keyOwner(nl, { id: 'eve' })]
    const notFound = { ok: false, reason: 'not-found' }
    for (const passkey of [ada.passkey, eve.authenticator.ids[0], '', 7, null, { id: eve.passkey }, '__proto__']) {
      expect(await nl.passkeys.rename({ grant: eve.grant, passkey, label: 'Mine' })).toEqual(notFound)
      expect(await nl.passkeys.remove({ grant: eve.grant, proof: await eve.proof(), passkey })).toEqual(notFound)
    }
  })

  it('are not removed without a proof of the same session and account', async () => {
    const { nl, clock } = createWorld({ options: withPasskeys })
    const [ada, eve] = [await keyOwner(nl), await keyOwner(nl, { id: 'eve' })]
    const own = await ada.proof()
    const stepUp = { ok: false, reason: 'step-up' }
    for (const proof of [undefined, null, '', ada.grant, await eve.proof(), await ada.proof('passkey-only')]) {
      expect(await nl.passkeys.remove({ grant: ada.grant, proof, passkey: ada.passkey })).toEqual(stepUp)
    }
    clock.advance(limits.proofMs)
    expect(await nl.passkeys.remove({ grant: ada.grant, proof: own, passkey: ada.passkey })).toEqual(stepUp)
  })

  it('switch two-factor and backup codes off with the last of them, and the owner is notified', async () => {
    const world = createWorld({ options: withPasskeys })
    const { nl } = world
    const ada = await keyOwner(nl)
    await nl.outbox.idle()
    world.mailer.clear()
    const removed = await nl.passkeys.remove({ grant: ada.grant, proof: await ada.proof(), passkey: ada.passkey })
    expect(removed).toMatchObject({ ok: true, twoFactor: 'off' })
    const state = await stateOf(world.storage, 'ada')
    expect(state.passkey).toMatchObject({ credentials: [], only: false })
    expect(state['backup-code'].set).toBeNull()
    await nl.outbox.idle()
    expect(world.mailer.mails).toHaveLength(2)
    const start = { name: 'ada', accountId: 'ada', primary: 'password', client: home } as const
    expectStatus(await nl.signIn.start(start), 'granted')
    // The browser still has the passkey, and learns that no account does.
    expect(await nl.signIn.verifyPasskey(await answered(nl, ada.authenticator, null))).toMatchObject({
      status: 'refused',
      reason: 'unknown-passkey',
    })
  })

  it('cannot all be removed where a policy requires a factor', async () => {
    const world = createWorld({ options: withPasskeys })
    const strict = world.instance({ policy: { factors: { required: { since: 0, graceMs: 0 } } } })
    const ada = await keyOwner(world.nl)
    const authenticator = await ada.add(createAuthenticator())
    const removed = await strict.passkeys.remove({ grant: ada.grant, proof: await ada.proof(), passkey: authenticator })
    ada.grant = expectOk(removed).grant ?? ''
    const last = { grant: ada.grant, proof: await ada.proof(), passkey: ada.passkey }
    const required = { ok: false, reason: 'required-by-policy' }
    expect(await strict.passkeys.remove(last)).toEqual(required)
    expect(await strict.accounts.turnOffTwoFactor({ grant: ada.grant, proof: await ada.proof() })).toEqual(required)
  })

  it('[PKR-12] release their unique keys when they are removed', async () => {
    const world = createWorld({ options: withPasskeys })
    const { nl, storage } = world
    const endings = {
      remove: async (grant: string, proof: string, passkey: string) => nl.passkeys.remove({ grant, proof, passkey }),
      turnOff: async (grant: string, proof: string) => nl.accounts.turnOffTwoFactor({ grant, proof }),
      script: async () => nl.accounts.turnOffTwoFactor({ grant: asSystem('script', 'test') }),
    }
    for (const [id, end] of Object.entries(endings)) {
      const owner = await keyOwner(nl, { id })
      const credential = owner.authenticator.ids[0] ?? ''
      expect(await storage.find(credentialKey({ realm: 'main', id: credential }))).toBe(`account:${id}`)
      expectOk(await end(owner.grant, await owner.proof(), owner.passkey))
      expect(await storage.find(credentialKey({ realm: 'main', id: credential }))).toBeNull()
    }
  })

  it('have unique ids, so that a second registration with the same id is refused', async () => {
    const { nl } = createWorld({ options: withPasskeys })
    const ada = await keyOwner(nl)
    const attestedId = Buffer.from(ada.authenticator.ids[0] ?? '', 'base64url')
    const input = await made(nl, createAuthenticator(), { grant: ada.grant, proof: await ada.proof() }, { attestedId })
    const id = attestedId.toString('base64url')
    const response = { ...(input.response as object), id, rawId: id }
    expect(await nl.passkeys.confirm({ ...input, response })).toEqual({ ok: false, reason: 'already-registered' })
    // An id other than the attested one is a wrong answer.
    const other = await made(nl, createAuthenticator(), { grant: ada.grant, proof: await ada.proof() }, { attestedId })
    expect(await nl.passkeys.confirm(other)).toEqual({ ok: false, reason: 'wrong' })
  })
})

describe('a proof by passkey', () => {
  it('requires a passkey of the account, for the same session, once and in time', async () => {
    const world = createWorld({ options: withPasskeys })
    const { nl, clock } = world
    const [ada, eve] = [await keyOwner(nl), await keyOwner(nl, { id: 'eve' })]
    const challenge = await ada.challenge()
    const second = expectStatus(
      await nl.signIn.verifyPasskey(await answered(nl, ada.authenticator, challenge)),
      'granted',
    )
    const input = await proven(nl, ada.authenticator, ada)
    const ended = { ok: false, reason: 'ceremony-ended' }
    for (const grant of [second.grant, eve.grant])
      expect(await nl.stepUp.verifyPasskey({ ...input, grant })).toEqual(ended)
    for (const ceremony of [null, '', 5, ada.grant, challenge]) {
      expect(await nl.stepUp.verifyPasskey({ ...input, ceremony })).toEqual(ended)
    }
    const before = (await stateOf(world.storage, 'ada')).passkey
    const { options, ceremony } = expectOk(await nl.stepUp.passkeyOptions({ grant: ada.grant }))
    const hers = eve.authenticator.get({ ...options, allowCredentials: [] }, { origin: 'https://acme.example' })
    const wrong = await nl.stepUp.verifyPasskey({ ...input, ceremony, response: hers })
    expect(wrong).toEqual({ ok: false, reason: 'wrong' })
    expect(await newestOf(nl, 'ada', 'mfa_fail')).toMatchObject({
      values: { flow: 'step-up', compared: ['passkey'], reason: 'unknown-credential' },
    })
    expect((await stateOf(world.storage, 'ada')).passkey).toEqual(before)
    const mine = ada.authenticator.get(options, { origin: 'https://acme.example' })
    expect(await nl.stepUp.verifyPasskey({ ...input, ceremony, response: mine })).toEqual(ended)
    // The wrong answer voided every ceremony of the session that was made before it [PKA-12].
    expect(await nl.stepUp.verifyPasskey(input)).toEqual(ended)
    const late = await proven(nl, ada.authenticator, ada)
    const next = await proven(nl, ada.authenticator, ada)
    expectOk(await nl.stepUp.verifyPasskey(next))
    expect(await nl.stepUp.verifyPasskey(next)).toEqual(ended)
    clock.advance(limits.ceremonyMs)
    expect(await nl.stepUp.verifyPasskey(late)).toEqual(ended)
  })

  it('requires user verification from a passkey that once showed it', async () => {
    const { nl } = createWorld({ options: withPasskeys })
    const ada = await keyOwner(nl)
    const lazy = createAuthenticator({ userVerified: false })
    await ada.add(lazy)
    const unverified = await proven(nl, ada.authenticator, ada, { userVerified: false })
    expect(await nl.stepUp.verifyPasskey(unverified)).toEqual({ ok: false, reason: 'wrong' })
    expectOk(await nl.stepUp.verifyPasskey(await proven(nl, lazy, ada)))
  })

  it('can switch two-factor off, while a proof by code cannot', async () => {
    const world = createWorld({ options: withPasskeys })
    const { nl } = world
    const person = await world.person('bob')
    const coded = await person.proof()
    const malformed = { ok: false, reason: 'malformed' }
    expect(await nl.accounts.turnOffTwoFactor({ grant: person.grant, proof: coded })).toEqual(malformed)
    const ada = await keyOwner(nl)
    const { grant } = ada
    for (const proof of [undefined, coded, await ada.proof('passkey-only')]) {
      expect(await nl.accounts.turnOffTwoFactor({ grant, proof })).toEqual(malformed)
    }
    const proof = await ada.proof()
    const off = expectOk(await nl.accounts.turnOffTwoFactor({ grant, proof }))
    expect(await newestOf(nl, 'ada', 'mfa_off')).toMatchObject({ values: { factors: ['passkey', 'backup-code'] } })
    expect(await nl.accounts.turnOffTwoFactor({ grant: off.grant, proof })).toEqual({ ok: false, reason: 'not-on' })
    const state = await stateOf(world.storage, 'ada')
    expect(state.passkey.credentials).toEqual([])
    expect(state['backup-code'].set).toBeNull()
  })
})
