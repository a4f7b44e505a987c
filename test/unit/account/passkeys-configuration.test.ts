import { describe, expect, it } from 'vitest'
import { createNightlatch } from 'nightlatch'
import type { Nightlatch, NightlatchOptions, PasskeyVerifier } from 'nightlatch'
import { memorySms } from 'nightlatch/testing'
import { credentialKey } from '../../../src/core/passkeys/index.ts'
import { expectOk, expectStatus } from '../../world/expect-outcome.ts'
import { createAuthenticator } from '../../world/passkey-authenticator.ts'
import { answered, keyOwner, made, proven, verifier, withPasskeys } from '../../world/passkey-person.ts'
import { authenticator as app, home } from '../../world/person.ts'
import { eventsOf, stateOf } from '../../world/reading.ts'
import { createWorld } from '../../world/world.ts'

const good = { counter: 0, userVerified: true, backupEligible: true, backedUp: true }

/** What a broken verifier may do or answer. */
const nonsense: readonly (readonly [string, () => unknown])[] = [
  [
    'throws',
    () => {
      throw new Error('at once')
    },
  ],
  ['rejects', () => Promise.reject(new Error('later'))],
  ['rejects with nothing', () => Promise.reject(undefined as unknown as Error)],
  ...[undefined, null, true, 1, 'yes', [], {}, () => true, new Date(0)].map(
    (value) => [JSON.stringify(value) ?? String(value), () => value] as const,
  ),
  [
    'a circle',
    () => {
      const circle: Record<string, unknown> = {}
      circle.self = circle
      return circle
    },
  ],
  [
    'facts of other types',
    () => ({
      id: 1,
      publicKey: {},
      counter: 'x',
      transports: 'usb',
      userVerified: 'no',
      backupEligible: 1,
      backedUp: 0,
    }),
  ],
  [
    'facts whose getter throws',
    () => ({
      ...good,
      get counter() {
        throw new Error('read')
      },
    }),
  ],
  [
    'a proxy that throws when it is read',
    () =>
      new Proxy(good, {
        get(target, name) {
          if (name === 'then') return undefined
          throw new Error(String(target))
        },
      }),
  ],
  ['half of the facts', () => ({ userVerified: true, backupEligible: true, backedUp: true })],
  ['a counter below zero', () => ({ counter: -1, userVerified: true, backupEligible: true, backedUp: true })],
  [
    'a counter that is no number',
    () => ({ counter: Number.NaN, userVerified: true, backupEligible: true, backedUp: true }),
  ],
]

describe('a broken passkey verifier', () => {
  const broken = (answer: () => unknown): PasskeyVerifier => ({
    relyingParty: verifier.relyingParty,
    verifyAssertion: answer as PasskeyVerifier['verifyAssertion'],
    verifyRegistration: answer as PasskeyVerifier['verifyRegistration'],
  })

  it.each(nonsense)('leads to a refused sign-in, step-up and registration: %s', async (_, answer) => {
    const world = createWorld({ options: withPasskeys })
    const ada = await keyOwner(world.nl)
    const call = { grant: ada.grant, proof: await ada.proof() }
    const used = (await stateOf(world.storage, 'ada')).passkey
    const nl = world.instance({ passkeys: { verifier: broken(answer) } })
    const alone = await nl.signIn.verifyPasskey(await answered(nl, ada.authenticator, null))
    expect(alone).toMatchObject({ status: 'refused', reason: 'wrong-credentials' })
    const second = await answered(nl, ada.authenticator, await ada.challenge())
    expect(await nl.signIn.verifyPasskey(second)).toMatchObject({ status: 'challenge', reason: 'wrong' })
    const stepUp = await nl.stepUp.verifyPasskey(await proven(nl, ada.authenticator, ada))
    expect(stepUp).toEqual({ ok: false, reason: 'wrong' })
    const registration = await made(nl, createAuthenticator(), call)
    expect(await nl.passkeys.confirm(registration)).toEqual({ ok: false, reason: 'wrong' })
    expect((await stateOf(world.storage, 'ada')).passkey).toEqual({ ...used, round: used.round + 1 })
  })

  it('registers nothing when it lists transports with a hole', async () => {
    const world = createWorld({ options: withPasskeys })
    const ada = await keyOwner(world.nl)
    const call = { grant: ada.grant, proof: await ada.proof() }
    const holed: PasskeyVerifier = {
      ...verifier,
      async verifyRegistration(question) {
        const facts = await verifier.verifyRegistration(question)
        const transports = ['usb', 'nfc']
        delete transports[0]
        return facts && { ...facts, transports }
      },
    }
    const nl = world.instance({ passkeys: { verifier: holed } })
    expect(await nl.passkeys.confirm(await made(nl, createAuthenticator(), call))).toEqual({
      ok: false,
      reason: 'wrong',
    })
  })

  it('registers nothing when it names another credential than the browser sent', async () => {
    const world = createWorld({ options: withPasskeys })
    const ada = await keyOwner(world.nl)
    const lying: PasskeyVerifier = {
      ...verifier,
      verifyRegistration: async (question) => {
        const facts = await verifier.verifyRegistration(question)
        return facts === null ? null : { ...facts, id: 'AAAA' }
      },
    }
    const nl = world.instance({ passkeys: { verifier: lying } })
    const input = await made(nl, createAuthenticator(), { grant: ada.grant, proof: await ada.proof() })
    expect(await nl.passkeys.confirm(input)).toEqual({ ok: false, reason: 'wrong' })
    expect(await world.storage.find(credentialKey({ realm: 'main', id: 'AAAA' }))).toBeNull()
  })
})

describe('passkeys that are no longer configured', () => {
  const without = (
    options: Partial<NightlatchOptions> = {},
  ): ReturnType<typeof createWorld> & { readonly old: Nightlatch } => {
    const world = createWorld({ options })
    return { ...world, old: world.instance(withPasskeys) }
  }

  it('are not live, and the account still requires a factor', async () => {
    const { old, nl } = without()
    const ada = await keyOwner(old)
    const prepared = await answered(old, ada.authenticator, null)
    const challenged = await answered(old, ada.authenticator, await ada.challenge())
    const start = { name: ada.name, accountId: 'ada', primary: 'password', client: home } as const
    const asked = expectStatus(await nl.signIn.start(start), 'challenge')
    expect(asked.factors).toEqual(['backup-code'])
    expect(await nl.signIn.passkeyOptions()).toEqual({ ok: false, reason: 'not-configured' })
    expect(await nl.signIn.passkeyOptions({ challenge: asked.challenge })).toEqual({ ok: false, reason: 'no-passkey' })
    expect(await nl.signIn.verifyPasskey(prepared)).toMatchObject({ status: 'refused', reason: 'wrong-credentials' })
    expect(await nl.signIn.verifyPasskey(challenged)).toMatchObject({ status: 'challenge', reason: 'wrong' })
    expect(await nl.stepUp.passkeyOptions({ grant: ada.grant })).toEqual({ ok: false, reason: 'not-configured' })
    expect(await nl.passkeys.register({ grant: ada.grant })).toEqual({ ok: false, reason: 'not-configured' })
    expect(expectOk(await nl.accounts.factors({ grant: ada.grant }))).toMatchObject({
      enrolled: ['passkey'],
      live: ['backup-code'],
    })
    for (const code of ada.backupCodes) {
      const challenge = await ada.challenge(home, nl)
      expectStatus(await nl.signIn.verify({ challenge, code, client: home }), 'granted')
    }
    expect(await nl.signIn.start(start)).toEqual({ status: 'refused', reason: 'factors-off', httpStatus: 403 })
    // Configured again, they work as before.
    expectStatus(await old.signIn.verifyPasskey(await answered(old, ada.authenticator, null)), 'granted')
  })

  it('still keep a right password out of a passkey-only account', async () => {
    const { old, nl } = without()
    const ada = await keyOwner(old)
    await ada.becomePasskeyOnly()
    const start = { name: ada.name, accountId: 'ada', primary: 'password', client: home } as const
    expect(await nl.signIn.start(start)).toMatchObject({ status: 'refused', reason: 'wrong-credentials' })
    expect((await eventsOf(nl, 'ada'))[0]).toMatchObject({ type: 'authn_login_refuse' })
  })
})

describe('passkeys with one method at a time', () => {
  const options = { ...withPasskeys, factors: 'exclusive' } as const

  it('are refused beside an authenticator app, and replace it when the person switches', async () => {
    const world = createWorld({ options })
    const { nl } = world
    const bob = await world.person('bob')
    const call = { grant: bob.grant, proof: await bob.proof() }
    expect(await nl.passkeys.register(call)).toEqual({ ok: false, reason: 'deactivate-first' })
    const input = await made(nl, createAuthenticator(), { ...call, switching: true })
    const confirmed = expectOk(await nl.passkeys.confirm(input))
    expect(confirmed.backupCodes).toBeNull()
    expect(expectOk(await nl.accounts.factors({ grant: confirmed.grant })).enrolled).toEqual(['passkey'])
    const types = (await eventsOf(nl, 'bob')).map(({ type }) => type)
    expect(types.slice(0, 2)).toEqual(['mfa_remove', 'mfa_enroll'])
    // A further passkey is the same method.
    const ada = await keyOwner(nl)
    await ada.add(createAuthenticator())
    expect(expectOk(await nl.passkeys.list({ grant: ada.grant })).passkeys).toHaveLength(2)
  })

  it('release their unique keys when an authenticator app replaces them', async () => {
    const world = createWorld({ options: { ...options, sms: { sender: memorySms(), countries: ['HU'] } } })
    const { nl, storage } = world
    const ada = await keyOwner(nl)
    await ada.add(createAuthenticator())
    const { credentials } = (await stateOf(storage, 'ada')).passkey
    const call = { grant: ada.grant, label: 'Phone' }
    expect(await nl.totp.enroll({ ...call, proof: await ada.proof() })).toEqual({
      ok: false,
      reason: 'deactivate-first',
    })
    const enrolled = expectOk(await nl.totp.enroll({ ...call, proof: await ada.proof(), switching: true }))
    const { code } = app(enrolled.uri, enrolled.authenticator, world.clock)
    const { grant } = expectOk(await nl.totp.confirm({ grant: ada.grant, code: code() }))
    expect(expectOk(await nl.accounts.factors({ grant })).enrolled).toEqual(['totp'])
    for (const { id } of credentials) expect(await storage.find(credentialKey({ realm: 'main', id }))).toBeNull()
    expect(credentials).toHaveLength(2)
  })
})

it('createNightlatch refuses passkey options that it does not know', () => {
  const world = createWorld()
  const create = (passkeys: unknown): unknown =>
    createNightlatch({
      appName: 'Acme',
      contact: 'x',
      storage: world.storage,
      mailer: world.mailer,
      keys: world.keys,
      describe: () => ({ name: '', addresses: [] }),
      passkeys: passkeys as never,
    })
  for (const passkeys of [
    null,
    {},
    { verifier: {} },
    { verifier, synced: 'maybe' },
    { verifier, counterRegression: 'x' },
    { verifier, more: 1 },
  ]) {
    expect(() => create(passkeys)).toThrow(/passkeys/)
  }
})
