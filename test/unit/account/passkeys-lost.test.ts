import { describe, expect, it } from 'vitest'
import type { AccountDescription } from 'nightlatch'
import { asSystem } from 'nightlatch'
import { memorySms } from 'nightlatch/testing'
import { limits } from '../../../src/core/limits.ts'
import { expectOk, expectStatus } from '../../world/expect-outcome.ts'
import { createAuthenticator } from '../../world/passkey-authenticator.ts'
import { answered, keyOwner, made, verifier, withPasskeys } from '../../world/passkey-person.ts'
import { authenticator as app, elsewhere, home } from '../../world/person.ts'
import { newestOf, stateOf } from '../../world/reading.ts'
import { createWorld } from '../../world/world.ts'

const start = { name: 'ada', accountId: 'ada', primary: 'password', client: home } as const

describe('the passkey-only mode', () => {
  it('does not count a passkey that needs a typed name', async () => {
    const { nl } = createWorld({ options: withPasskeys })
    const ada = await keyOwner(nl, { words: { discoverable: false } })
    const refused = { ok: false, reason: 'needs-recovery' }
    await ada.add(createAuthenticator(), { discoverable: false })
    expect(await nl.passkeys.setOnly({ grant: ada.grant, proof: await ada.proof(), on: true })).toEqual(refused)
    await ada.add(createAuthenticator())
    await ada.becomePasskeyOnly()
  })

  it('does not count a synced passkey where the host refuses those', async () => {
    const world = createWorld({ options: withPasskeys })
    const ada = await keyOwner(world.nl)
    await ada.add(createAuthenticator())
    const nl = world.instance({ passkeys: { verifier, synced: 'refuse' } })
    const call = { grant: asSystem('ada', 'a test'), on: true }
    expect(await nl.passkeys.setOnly(call)).toEqual({ ok: false, reason: 'needs-recovery' })
    for (let n = 0; n < 2; n++) await ada.add(createAuthenticator({ backupEligible: false, backedUp: false }))
    expectOk(await nl.passkeys.setOnly(call))
  })

  it('lets a recovery replace the passkey used longest ago when the list is full', async () => {
    const { nl, storage, clock } = createWorld({ options: withPasskeys })
    const first = createAuthenticator()
    const ada = await keyOwner(nl, { authenticator: first })
    while ((await stateOf(storage, 'ada')).passkey.credentials.length < limits.passkeys) {
      clock.advance(1000)
      await ada.add(createAuthenticator())
    }
    const second = (await stateOf(storage, 'ada')).passkey.credentials[1]!
    await ada.becomePasskeyOnly()
    const recovered = expectStatus(await nl.signIn.recover({ ...start, code: ada.backupCodes[0] }), 'enroll')
    const key = createAuthenticator()
    const input = await made(nl, key, { grant: recovered.grant, label: 'New' })
    const { grant } = expectOk(await nl.passkeys.confirm(input))
    const { credentials } = (await stateOf(storage, 'ada')).passkey
    expect(credentials).toHaveLength(limits.passkeys)
    expect(credentials.map(({ id }) => id)).not.toContain(second.id)
    expectOk(await nl.sessions.check({ grant }))
    expectStatus(await nl.signIn.verifyPasskey(await answered(nl, key, null)), 'granted')
    expectStatus(await nl.signIn.verifyPasskey(await answered(nl, first, null)), 'granted')
  })

  it('keeps the other factors during a recovery that asks to remove them', async () => {
    const sms = { sender: memorySms(), countries: ['HU'], defaultCountry: 'HU' }
    const { nl, storage, clock } = createWorld({ options: { ...withPasskeys, sms } })
    const ada = await keyOwner(nl)
    const enrolled = expectOk(await nl.totp.enroll({ grant: ada.grant, proof: await ada.proof(), label: 'Phone' }))
    const phone = app(enrolled.uri, enrolled.authenticator, clock)
    ada.grant = expectOk(await nl.totp.confirm({ grant: ada.grant, code: phone.code() })).grant ?? ''
    await ada.becomePasskeyOnly()
    const recovered = expectStatus(await nl.signIn.recover({ ...start, code: ada.backupCodes[0] }), 'enroll')
    const call = { grant: recovered.grant, label: 'New', switching: true }
    expectOk(await nl.passkeys.confirm(await made(nl, createAuthenticator(), call)))
    const { totp, passkey: passkeys } = await stateOf(storage, 'ada')
    expect(totp.authenticators).toHaveLength(1)
    expect(passkeys).toMatchObject({ only: true })
    expect(passkeys.credentials).toHaveLength(2)
  })

  it('[LIF-17] notifies every verified address of a recovery', async () => {
    const addresses = ['ada@people.example', 'ada@work.example'].map((mail) => ({ mail, verified: true }))
    const unverified = { mail: 'typo@people.example', verified: false }
    const describe = (): AccountDescription => ({ name: 'Ada', addresses: [...addresses, unverified] })
    const { nl, mailer } = createWorld({ options: { ...withPasskeys, describe } })
    const ada = await keyOwner(nl)
    await ada.add(createAuthenticator())
    await ada.becomePasskeyOnly()
    await nl.outbox.idle()
    mailer.clear()
    expectStatus(await nl.signIn.recover({ ...start, code: ada.backupCodes[0] }), 'enroll')
    await nl.outbox.idle()
    expect(mailer.mails.map(({ to }) => to).sort()).toEqual(addresses.map(({ mail }) => mail))
  })

  it('[NOT-4] notifies the owner of a right password, at most once an hour', async () => {
    const { nl, mailer, clock } = createWorld({ options: withPasskeys })
    const ada = await keyOwner(nl)
    await ada.add(createAuthenticator())
    await ada.becomePasskeyOnly()
    await nl.outbox.idle()
    mailer.clear()
    for (let n = 0; n < 5; n++) await nl.signIn.start({ ...start, client: elsewhere(n) })
    await nl.outbox.idle()
    expect(mailer.mails).toHaveLength(1)
    expect(await newestOf(nl, 'ada', 'authn_login_refuse')).toMatchObject({ values: { reason: 'passkey-only' } })
    clock.advance(limits.factorFailedMailEveryMs)
    await nl.signIn.start({ ...start, client: elsewhere(9) })
    await nl.outbox.idle()
    expect(mailer.mails).toHaveLength(2)
  })
})
