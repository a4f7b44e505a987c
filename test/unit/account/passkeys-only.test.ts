import { describe, expect, it } from 'vitest'
import { asSystem, publicOutcome, trustDevices } from 'nightlatch'
import type { Nightlatch } from 'nightlatch'
import { memorySms } from 'nightlatch/testing'
import { expectOk, expectStatus } from '../../world/expect-outcome.ts'
import { createAuthenticator } from '../../world/passkey-authenticator.ts'
import type { Authenticator } from '../../world/passkey-authenticator.ts'
import { answered, keyOwner, made, proven, withPasskeys } from '../../world/passkey-person.ts'
import type { KeyOwner } from '../../world/passkey-person.ts'
import { authenticator as app, elsewhere, home } from '../../world/person.ts'
import { newestOf, stateOf } from '../../world/reading.ts'
import { createWorld } from '../../world/world.ts'

const bound = (): Authenticator => createAuthenticator({ backupEligible: false, backedUp: false })
const needsRecovery = { ok: false, reason: 'needs-recovery' }
const passkeyOnly = { ok: false, reason: 'passkey-only' }
const start = { name: 'ada', accountId: 'ada', primary: 'password', client: home } as const

async function setOnly(nl: Nightlatch, ada: KeyOwner, on: boolean): ReturnType<Nightlatch['passkeys']['setOnly']> {
  const proof = await ada.proof(on ? 'factors' : 'passkey-only')
  const result = await nl.passkeys.setOnly({ grant: ada.grant, proof, on })
  if (result.ok) ada.grant = result.grant ?? ''
  return result
}

/** Spends one backup code. */
async function useCode(nl: Nightlatch, ada: KeyOwner, code = ada.backupCodes[0]): Promise<void> {
  expectStatus(await nl.signIn.verify({ challenge: await ada.challenge(), code, client: home }), 'granted')
}

describe('the passkey-only mode', () => {
  it('can be switched on with one synced passkey and an unused set of backup codes', async () => {
    const { nl } = createWorld({ options: withPasskeys })
    const ada = await keyOwner(nl)
    await useCode(nl, ada)
    expect(await setOnly(nl, ada, true)).toEqual(needsRecovery)
    const renewed = await nl.backupCodes.regenerate({ grant: ada.grant, proof: await ada.proof() })
    ada.grant = expectOk(renewed).grant ?? ''
    expectOk(await setOnly(nl, ada, true))
    expect(await newestOf(nl, 'ada', 'passkey_only')).toMatchObject({ values: { on: true } })
  })

  it('can be switched on with two device-bound passkeys, and not with one', async () => {
    const world = createWorld({ options: withPasskeys })
    const { nl } = world
    const ada = await keyOwner(nl, { authenticator: bound() })
    expect(await setOnly(nl, ada, true)).toEqual(needsRecovery)
    await ada.add(bound())
    await useCode(nl, ada)
    await nl.outbox.idle()
    world.mailer.clear()
    expectOk(await setOnly(nl, ada, true))
    await nl.outbox.idle()
    expect(world.mailer.mails).toHaveLength(1)
    expect(await setOnly(nl, ada, true)).toEqual({ ok: false, reason: 'unchanged' })
    expect(expectOk(await nl.accounts.factors({ grant: ada.grant }))).toMatchObject({
      passkeyOnly: true,
      live: ['passkey'],
    })
  })

  it('does not count a passkey that never verified its user', async () => {
    const { nl } = createWorld({ options: withPasskeys })
    const lazy = createAuthenticator({ userVerified: false })
    const ada = await keyOwner(nl, { authenticator: lazy })
    expect(await setOnly(nl, ada, true)).toEqual(needsRecovery)
    const added = await ada.add(createAuthenticator({ userVerified: false }))
    expect(await setOnly(nl, ada, true)).toEqual(needsRecovery)
    const good = createAuthenticator()
    await ada.add(good)
    expectOk(await setOnly(nl, ada, true))
    expectStatus(await nl.signIn.verifyPasskey(await answered(nl, good, null)), 'granted')
    await expectRemoval(added, true)

    async function expectRemoval(passkey: string, ok: boolean): Promise<void> {
      const removed = await nl.passkeys.remove({ grant: ada.grant, proof: await ada.proof(), passkey })
      expect(removed.ok).toBe(ok)
    }
  })

  it('[BC-7] counts backup codes of 64 bits however many wrong ones were typed', async () => {
    const world = createWorld({ options: withPasskeys })
    const { nl, clock } = world
    const ada = await keyOwner(nl)
    for (let n = 0; n < 100; n++) {
      clock.advance(3_600_000)
      const challenge = await ada.challenge(elsewhere(n))
      await nl.signIn.verify({ challenge, code: '00000-00000-000', client: elsewhere(n) })
    }
    expect((await stateOf(world.storage, 'ada'))['backup-code'].failures).toBe(0)
    const { grant } = expectStatus(
      await nl.signIn.verifyPasskey(await answered(nl, ada.authenticator, null)),
      'granted',
    )
    ada.grant = grant
    expectOk(await setOnly(nl, ada, true))
  })

  it('refuses a right password like a wrong one, also from a trusted device, and writes an event', async () => {
    const { nl } = createWorld({ options: { ...withPasskeys, trustedDevices: trustDevices() } })
    const ada = await keyOwner(nl)
    await ada.becomePasskeyOnly()
    const trusting = { ...(await answered(nl, ada.authenticator, null)), trustDevice: true }
    const trusted = expectStatus(await nl.signIn.verifyPasskey(trusting), 'granted')
    const wrong = await nl.signIn.failed({ name: 'ada', accountId: 'ada', client: home })
    for (const primary of ['password', 'magic-link', 'oauth', 'other'] as const) {
      for (const client of [home, elsewhere(5), { ...home, device: trusted.deviceToken }]) {
        const refused = await nl.signIn.start({ ...start, primary, client })
        expect(refused).toEqual(wrong)
        expect(JSON.stringify(publicOutcome(refused))).toBe(JSON.stringify(publicOutcome(wrong)))
      }
      expect(await newestOf(nl, 'ada', 'authn_login_refuse')).toMatchObject({
        values: { primary, reason: 'passkey-only' },
      })
    }
    expectStatus(await nl.signIn.verifyPasskey(await answered(nl, ada.authenticator, null)), 'granted')
  })

  it('accepts no code for an open challenge or for a proof, and sends none', async () => {
    const sms = { sender: memorySms(), countries: ['HU'], defaultCountry: 'HU' }
    const world = createWorld({ options: { ...withPasskeys, sms } })
    const { nl, clock } = world
    const ada = await keyOwner(nl)
    const enrolled = expectOk(await nl.totp.enroll({ grant: ada.grant, proof: await ada.proof() }))
    const phone = app(enrolled.uri, enrolled.authenticator, clock)
    ada.grant = expectOk(await nl.totp.confirm({ grant: ada.grant, code: phone.code() })).grant ?? ''
    expectOk(await nl.sms.enroll({ grant: ada.grant, proof: await ada.proof(), number: '+36201234567', client: home }))
    await nl.outbox.idle()
    const code = /\d{6}/.exec(sms.sender.messages.at(-1)?.text ?? '')?.[0]
    ada.grant = expectOk(await nl.sms.confirm({ grant: ada.grant, code })).grant ?? ''
    clock.advance(60_000)
    const challenge = await ada.challenge()
    const ceremony = await answered(nl, ada.authenticator, challenge)
    const stepUp = await proven(nl, ada.authenticator, ada)
    expectOk(await setOnly(nl, ada, true))
    const sent = sms.sender.messages.length

    const ended = { status: 'refused', reason: 'challenge-ended', httpStatus: 401 }
    for (const typed of [phone.code(), ada.backupCodes[0]]) {
      expect(await nl.signIn.verify({ challenge, code: typed, client: home })).toEqual(ended)
      for (const purpose of ['factors', 'passkey-only'] as const) {
        const refused = await nl.stepUp.verify({ grant: ada.grant, purpose, code: typed })
        expect(refused).toEqual({ ok: false, reason: 'passkey-needed' })
      }
      const off = await nl.accounts.turnOffTwoFactor({ grant: ada.grant, code: typed, proof: await ada.proof() })
      expect(off).toEqual(passkeyOnly)
    }
    expect(await nl.signIn.verifyPasskey(ceremony)).toEqual(ended)
    expect(await nl.stepUp.verifyPasskey({ ...stepUp, grant: ada.grant })).toEqual({
      ok: false,
      reason: 'ceremony-ended',
    })
    expect(await nl.signIn.sendCode({ challenge, client: home })).toEqual(ended)
    expect(await nl.stepUp.sendCode({ grant: ada.grant })).toEqual({ ok: false, reason: 'no-number' })
    await nl.outbox.idle()
    expect(sms.sender.messages).toHaveLength(sent)
    expect(expectOk(await nl.stepUp.start({ grant: ada.grant, purpose: 'factors' })).factors).toEqual(['passkey'])
    const further = { grant: ada.grant, proof: await ada.proof() }
    expect(await nl.totp.enroll(further)).toEqual(passkeyOnly)
    expect(await nl.sms.enroll({ ...further, number: '+36201234568' })).toEqual(passkeyOnly)
  })

  it('can be switched off only with a passkey’s proof for that purpose', async () => {
    const world = createWorld({ options: withPasskeys })
    const { nl } = world
    const bob = await world.person('bob')
    const authenticator = createAuthenticator()
    const input = await made(nl, authenticator, { grant: bob.grant, proof: await bob.proof() })
    bob.grant = expectOk(await nl.passkeys.confirm(input)).grant ?? ''
    // A code gives no proof for leaving the mode.
    expect(await nl.stepUp.verify({ grant: bob.grant, purpose: 'passkey-only', code: bob.app.code(1) })).toEqual({
      ok: false,
      reason: 'passkey-needed',
    })
    const on = await nl.passkeys.setOnly({ grant: bob.grant, proof: await bob.proof(), on: true })
    const grant = expectOk(on).grant ?? ''
    const prove = async (purpose: 'factors' | 'passkey-only'): Promise<string> =>
      expectOk(await nl.stepUp.verifyPasskey(await proven(nl, authenticator, { grant, purpose }))).proof
    const stepUp = { ok: false, reason: 'step-up' }
    for (const proof of [undefined, await prove('factors')]) {
      expect(await nl.passkeys.setOnly({ grant, proof, on: false })).toEqual(stepUp)
    }
    const proof = await prove('passkey-only')
    for (const attempt of [
      nl.passkeys.register({ grant, proof }),
      nl.backupCodes.regenerate({ grant, proof }),
      nl.totp.remove({ grant, proof, authenticator: bob.app.id }),
    ]) {
      expect(await attempt).toEqual(stepUp)
    }
    const left = expectOk(await nl.passkeys.setOnly({ grant, proof, on: false }))
    expect(await nl.passkeys.setOnly({ grant: left.grant, proof, on: false })).toEqual(stepUp)
    expect(await newestOf(nl, 'bob', 'passkey_only')).toMatchObject({ values: { on: false } })
    expectStatus(await nl.signIn.start({ ...start, name: 'bob', accountId: 'bob' }), 'challenge')
  })

  it('refuses to remove a passkey that the owner needs, and to switch two-factor off', async () => {
    const { nl } = createWorld({ options: withPasskeys })
    const ada = await keyOwner(nl, { authenticator: bound() })
    const added = await ada.add(bound())
    await ada.becomePasskeyOnly()
    for (const passkey of [ada.passkey, added]) {
      const removed = await nl.passkeys.remove({ grant: ada.grant, proof: await ada.proof(), passkey })
      expect(removed).toEqual(passkeyOnly)
      expect(await nl.passkeys.remove({ grant: asSystem('ada', 'test'), passkey })).toEqual(passkeyOnly)
    }
    const off = await nl.accounts.turnOffTwoFactor({ grant: ada.grant, proof: await ada.proof() })
    expect(off).toEqual(passkeyOnly)
    await ada.add(createAuthenticator())
    const removed = await nl.passkeys.remove({ grant: ada.grant, proof: await ada.proof(), passkey: added })
    expect(removed).toMatchObject({ ok: true, twoFactor: 'on' })
  })

  it('can be ended by a script without a passkey', async () => {
    const { nl } = createWorld({ options: withPasskeys })
    const ada = await keyOwner(nl)
    await ada.becomePasskeyOnly()
    expectOk(await nl.accounts.turnOffTwoFactor({ grant: asSystem('ada', 'lost everything') }))
    expectStatus(await nl.signIn.start(start), 'granted')
    const bob = await keyOwner(nl, { id: 'bob' })
    expect(expectOk(await nl.accounts.factors({ grant: bob.grant })).passkeyOnly).toBe(false)
  })
})
