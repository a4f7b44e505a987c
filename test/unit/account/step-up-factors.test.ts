import { describe, expect, it } from 'vitest'
import { expectOk, expectStatus } from '../../world/expect-outcome.ts'
import { origin } from '../../world/passkey-ceremony.ts'
import { home } from '../../world/person.ts'
import { newestOf, stateOf } from '../../world/reading.ts'
import {
  everything,
  bindPasskey,
  latestCode,
  otherCode,
  passkeyAnswer,
  provePasskey,
  script,
} from '../../world/several-factors.ts'
import type { Scene } from '../../world/several-factors.ts'
import { typeWrongCodesUntilOff } from '../../world/wrong-codes.ts'

const purpose = 'factors'

/** A code by SMS for a step-up of a session. */
async function sentCode({ nl, sms }: Scene, grant: string): Promise<string> {
  expectOk(await nl.stepUp.sendCode({ grant, client: home }))
  return latestCode(nl, sms)
}

const proofs: Readonly<Record<'totp' | 'sms' | 'passkey' | 'backup-code', (scene: Scene) => Promise<string>>> = {
  totp: async ({ nl, ada: { grant, app } }) =>
    expectOk(await nl.stepUp.verify({ grant, purpose, code: app.code(), client: home })).proof,
  sms: async (scene) => {
    const { grant } = scene.ada
    const code = await sentCode(scene, grant)
    return expectOk(await scene.nl.stepUp.verify({ grant, purpose, code, client: home })).proof
  },
  passkey: ({ nl, ada, token }) => provePasskey(nl, ada.grant, token),
  'backup-code': async ({ nl, ada: { grant, backupCodes } }) =>
    expectOk(await nl.stepUp.verify({ grant, purpose, code: backupCodes[0], client: home })).proof,
}

describe('a step-up', () => {
  it.each(Object.entries(proofs))('[LIF-10] by %s gives a proof for one change', async (factor, prove) => {
    const scene = await everything()
    const { nl, ada } = scene
    const proof = await prove(scene)
    expect(await newestOf(nl, ada.id, 'stepup_success')).toMatchObject({ values: { purpose, factor } })
    const change = { grant: ada.grant, proof, client: home }
    expectOk(await nl.passkeys.register(change))
    expect(await nl.passkeys.register(change)).toMatchObject({ reason: 'step-up' })
    expect(await nl.sms.remove(change)).toMatchObject({ reason: 'step-up' })
  })

  it('offers the live factors, and names the preferred one', async () => {
    const { nl, ada } = await everything()
    const { grant } = ada
    const factors = ['passkey', 'totp', 'sms', 'backup-code']
    const asked = { ok: true, needs: 'factor', factors }
    expect(await nl.stepUp.start({ grant, purpose })).toEqual({ ...asked, preferred: 'passkey' })
    expectOk(await nl.accounts.prefer({ grant, factor: 'sms' }))
    expect(await nl.stepUp.start({ grant, purpose })).toEqual({ ...asked, preferred: 'sms' })
    const only = { ok: true, needs: 'factor', factors: ['passkey'], preferred: 'passkey' }
    expect(await nl.stepUp.start({ grant, purpose: 'passkey-only' })).toEqual(only)
  })

  it('[SMS-7] refuses a code by SMS of a sign-in or of another session', async () => {
    const scene = await everything()
    const { nl, world, sms, ada } = scene
    const first = ada.grant
    await ada.signIn()
    const verify = { grant: ada.grant, purpose, client: home } as const
    const challenge = await ada.challenge()
    expectStatus(await nl.signIn.sendCode({ challenge, client: home }), 'challenge')
    const login = await latestCode(nl, sms)
    expect(await nl.stepUp.verify({ ...verify, code: login, factor: 'sms' })).toMatchObject({ reason: 'expired' })
    world.clock.advance(3_600_000)
    const others = await sentCode(scene, first)
    expect(await nl.stepUp.verify({ ...verify, code: others, factor: 'sms' })).toMatchObject({ reason: 'expired' })
    const typed = { challenge: await ada.challenge(), code: others, factor: 'sms', client: home } as const
    expect(await nl.signIn.verify(typed)).toMatchObject({ reason: 'expired' })
    expectOk(await nl.stepUp.verify({ grant: first, purpose, code: others, client: home }))
    expect(await nl.stepUp.verify({ grant: first, purpose, code: others, factor: 'sms' })).toMatchObject({
      reason: 'expired',
    })
  })

  it('[PKA-12] refuses a passkey ceremony of a sign-in or of another session, and accepts each one once', async () => {
    const { nl, ada, token } = await everything()
    const first = ada.grant
    const asked = expectOk(await nl.stepUp.passkeyOptions({ grant: first }))
    await ada.signIn()
    const { grant } = ada
    const login = await passkeyAnswer(nl, token, await ada.challenge())
    const alone = await passkeyAnswer(nl, token)
    const others = { ceremony: asked.ceremony, response: token.get(asked.options, { origin }) }
    for (const answer of [login, alone, others, { ...others, ceremony: first }]) {
      expect(await nl.stepUp.verifyPasskey({ grant, purpose, ...answer })).toMatchObject({ reason: 'ceremony-ended' })
    }
    expectOk(await nl.stepUp.verifyPasskey({ grant: first, purpose, ...others }))
    expect(await nl.stepUp.verifyPasskey({ grant: first, purpose, ...others })).toMatchObject({
      reason: 'ceremony-ended',
    })
    const next = expectOk(await nl.stepUp.passkeyOptions({ grant }))
    const refused = { ceremony: next.ceremony, response: token.get(next.options, { origin: 'https://evil.example' }) }
    expect(await nl.stepUp.verifyPasskey({ grant, purpose, ...refused })).toMatchObject({ reason: 'wrong' })
    const late = { ceremony: next.ceremony, response: token.get(next.options, { origin }) }
    expect(await nl.stepUp.verifyPasskey({ grant, purpose, ...late })).toMatchObject({ reason: 'ceremony-ended' })
  })

  it('requires user verification from a passkey that once showed it', async () => {
    const { nl, ada, token } = await everything()
    const asked = expectOk(await nl.stepUp.passkeyOptions({ grant: ada.grant }))
    const response = token.get(asked.options, { origin, userVerified: false })
    const verify = { grant: ada.grant, purpose, ceremony: asked.ceremony, response } as const
    expect(await nl.stepUp.verifyPasskey(verify)).toMatchObject({ reason: 'wrong' })
  })
})

describe('[LIF-9] the factors that a purpose requires', () => {
  it('are passkeys, and no codes, for leaving the passkey-only mode', async () => {
    const scene = await everything()
    const { nl, ada } = scene
    const verify = { grant: ada.grant, purpose: 'passkey-only', client: home } as const
    for (const code of [ada.app.code(), ada.backupCodes[0], await sentCode(scene, ada.grant)]) {
      expect(await nl.stepUp.verify({ ...verify, code })).toMatchObject({ reason: 'passkey-needed' })
    }
  })

  it('are passkeys in a passkey-only account, even when the client names another factor', async () => {
    const scene = await everything()
    const { nl, ada, token, world } = scene
    const early = await proofs.totp(scene)
    const on = expectOk(await nl.passkeys.setOnly({ grant: ada.grant, proof: await proofs.passkey(scene), on: true }))
    const grant = on.grant ?? ''
    expect(await nl.accounts.factors({ grant })).toMatchObject({ live: ['passkey'], passkeyOnly: true })
    expect(await nl.stepUp.start({ grant, purpose })).toMatchObject({ factors: ['passkey'], preferred: 'passkey' })
    world.clock.advance(30_000)
    for (const code of [ada.app.code(), ada.backupCodes[0]]) {
      for (const factor of ['totp', 'sms', 'backup-code', undefined] as const) {
        const refused = await nl.stepUp.verify({ grant, purpose, code, factor, client: home })
        expect(refused).toMatchObject({ reason: 'passkey-needed' })
      }
    }
    expect(await nl.stepUp.sendCode({ grant })).toMatchObject({ reason: 'no-number' })
    expect(await nl.backupCodes.regenerate({ grant, proof: early })).toMatchObject({ reason: 'step-up' })
    const off = { grant, on: false }
    const wrong = await provePasskey(nl, grant, token)
    expect(await nl.passkeys.setOnly({ ...off, proof: wrong })).toMatchObject({ reason: 'step-up' })
    const proof = await provePasskey(nl, grant, token, 'passkey-only')
    expect(await nl.sms.remove({ grant, proof })).toMatchObject({ reason: 'step-up' })
    expectOk(await nl.passkeys.setOnly({ ...off, proof }))
  })

  it('are a code or a passkey’s proof for switching two-factor off', async () => {
    const scene = await everything()
    const { nl, ada } = scene
    for (const factor of ['totp', 'sms', 'backup-code'] as const) {
      const proof = await proofs[factor](scene)
      const refused = await nl.accounts.turnOffTwoFactor({ grant: ada.grant, proof, client: home })
      expect(refused).toMatchObject({ ok: false, reason: 'malformed' })
    }
    const proof = await provePasskey(nl, ada.grant, scene.token, 'passkey-only')
    expect(await nl.accounts.turnOffTwoFactor({ grant: ada.grant, proof })).toMatchObject({ reason: 'malformed' })
    const right = await proofs.passkey(scene)
    const { grant } = expectOk(await nl.accounts.turnOffTwoFactor({ grant: ada.grant, proof: right }))
    expect(await nl.accounts.factors({ grant })).toMatchObject({ enrolled: [], live: [], preferred: null })
  })
})

describe('accounts.prefer', () => {
  it('sets the factor that a sign-in offers first', async () => {
    const { nl, ada, sms } = await everything()
    const { grant } = ada
    for (const factor of ['totp', 'passkey', 'sms'] as const) {
      expectOk(await nl.accounts.prefer({ grant, factor }))
      expect(await newestOf(nl, ada.id, 'mfa_prefer')).toMatchObject({ values: { factor } })
      const before = sms.messages.length
      const started = await nl.signIn.start({ name: ada.name, accountId: ada.id, primary: 'password', client: home })
      await nl.outbox.idle()
      expect(expectStatus(started, 'challenge').preferred).toBe(factor)
      expect(sms.messages.length - before).toBe(factor === 'sms' ? 1 : 0)
    }
    for (const factor of ['backup-code', 'email', null, 7, ['totp', 'sms']]) {
      expect(await nl.accounts.prefer({ grant, factor })).toEqual({ ok: false, reason: 'not-on' })
    }
    expect(await nl.accounts.prefer({ grant: 'x', factor: 'totp' })).toMatchObject({ reason: 'signed-out' })
  })

  it('forgets a factor that was removed, and refuses one that is not on', async () => {
    const scene = await everything()
    const { nl, ada } = scene
    expectOk(await nl.accounts.prefer({ grant: ada.grant, factor: 'sms' }))
    const removed = expectOk(await nl.sms.remove({ grant: ada.grant, proof: await proofs.totp(scene) }))
    const { grant } = removed
    expect(await nl.accounts.factors({ grant })).toMatchObject({
      enrolled: ['passkey', 'totp'],
      live: ['passkey', 'totp', 'backup-code'],
      preferred: 'passkey',
    })
    expect(await nl.accounts.prefer({ grant, factor: 'sms' })).toEqual({ ok: false, reason: 'not-on' })
    expect((await stateOf(scene.world.storage, ada.id)).preferred).toBeNull()
  })

  it('has no effect while the preferred factor is switched off', async () => {
    const { nl, ada, world } = await everything()
    expectOk(await nl.accounts.prefer({ grant: ada.grant, factor: 'totp' }))
    await typeWrongCodesUntilOff(world, ada)
    expect(await nl.accounts.factors({ grant: ada.grant })).toMatchObject({
      enrolled: ['passkey', 'totp', 'sms'],
      live: ['passkey', 'sms', 'backup-code'],
      preferred: 'passkey',
    })
  })

  it('is allowed to a script', async () => {
    const { nl, ada } = await everything()
    expectOk(await nl.accounts.prefer({ grant: script(ada.id), factor: 'sms' }))
    expect(await nl.accounts.factors({ grant: script(ada.id) })).toMatchObject({ preferred: 'sms' })
  })
})

it('a wrong code by SMS in a step-up counts one failure of the number and of the account', async () => {
  const scene = await everything()
  const { nl, ada, world } = scene
  const code = otherCode(await sentCode(scene, ada.grant))
  expect(await nl.stepUp.verify({ grant: ada.grant, purpose, code, factor: 'sms', client: home })).toMatchObject({
    reason: 'wrong',
  })
  const { sms, totp, throttle } = await stateOf(world.storage, ada.id)
  expect([sms.failures, totp.failures, throttle.failures]).toEqual([1, 0, 1])
  await bindPasskey(nl, { grant: ada.grant, proof: await proofs.totp(scene) })
})
