import { describe, expect, it } from 'vitest'
import { keyring, trustDevices } from 'nightlatch'
import { sealToken } from '../../../src/service/keys/tokens.ts'
import { limits } from '../../../src/core/limits.ts'
import type { TokenPayloads } from '../../../src/core/token/index.ts'
import { expectOk, expectStatus } from '../../world/expect-outcome.ts'
import { createAuthenticator } from '../../world/passkey-authenticator.ts'
import { answered, keyOwner, made, withPasskeys } from '../../world/passkey-person.ts'
import { elsewhere, home } from '../../world/person.ts'
import { factsOf, stateOf } from '../../world/reading.ts'
import { seededRandom } from '../../world/seeded-random.ts'
import { createWorld, keyText } from '../../world/world.ts'

const ended = { status: 'refused', reason: 'challenge-ended', httpStatus: 401 }

describe('the challenge for a passkey', () => {
  it('[PKR-1] has 32 random bytes, for a sign-in with and without a name and for a step-up', async () => {
    const { nl } = createWorld({ options: withPasskeys })
    const ada = await keyOwner(nl)
    const challenge = await ada.challenge()
    const seen = new Set<string>()
    for (let n = 0; n < 4; n++) {
      for (const asked of [
        await nl.signIn.passkeyOptions(),
        await nl.signIn.passkeyOptions({ challenge }),
        await nl.stepUp.passkeyOptions({ grant: ada.grant }),
      ]) {
        const { options } = expectOk(asked)
        expect(Buffer.from(options.challenge, 'base64url')).toHaveLength(32)
        expect(options.timeout).toBe(limits.ceremonyMs)
        seen.add(options.challenge)
      }
    }
    expect(seen.size).toBe(12)
  })

  it('[PKR-2] is valid for one sign-in, one account and one epoch', async () => {
    const { nl } = createWorld({ options: withPasskeys })
    const [ada, eve] = [await keyOwner(nl), await keyOwner(nl, { id: 'eve' })]
    const [first, second, hers] = [await ada.challenge(), await ada.challenge(), await eve.challenge()]
    const input = await answered(nl, ada.authenticator, first)
    // It is refused with another challenge, and without one: it is no sign-in by a passkey alone.
    for (const challenge of [second, hers, undefined, null, '', 7, ada.grant, input.ceremony]) {
      expect(await nl.signIn.verifyPasskey({ ...input, challenge })).toEqual(ended)
    }
    const alone = await answered(nl, ada.authenticator, null)
    expect(await nl.signIn.verifyPasskey({ ...alone, challenge: first })).toEqual(ended)
    for (const ceremony of [undefined, null, '', 'x', 7, {}, first, ada.grant]) {
      expect(await nl.signIn.verifyPasskey({ ...input, ceremony })).toEqual(ended)
      expect(await nl.signIn.verifyPasskey({ ...alone, ceremony })).toEqual(ended)
    }
    for (const challenge of ['', 'x', 7, ada.grant, input.ceremony]) {
      expect(await nl.signIn.passkeyOptions({ challenge })).toEqual({ ok: false, reason: 'challenge-ended' })
    }
    expectStatus(await nl.signIn.verifyPasskey(input), 'granted')
    const next = await answered(nl, ada.authenticator, second)
    expectOk(await nl.sessions.endAll({ grant: ada.grant }))
    expect(await nl.signIn.verifyPasskey(next)).toEqual(ended)
  })

  it('[PKR-2] is refused when its sealed purpose, request or expiry does not fit', async () => {
    const world = createWorld({ options: withPasskeys })
    const { nl, storage, clock } = world
    const [ada] = [await keyOwner(nl), await keyOwner(nl, { id: 'eve' })]
    const { epoch } = await stateOf(storage, 'ada')
    const { options } = expectOk(await nl.signIn.passkeyOptions())
    const response = ada.authenticator.get(options, { origin: 'https://acme.example' })
    const good: TokenPayloads['ceremony'] = {
      account: '',
      id: options.challenge,
      purpose: 'passwordless',
      request: '',
      round: 0,
      epoch: 0,
      expiresAt: clock() + 60_000,
      label: '',
      switching: 0,
    }
    const forge = (changed: Partial<TokenPayloads['ceremony']>): string =>
      sealToken({ realm: 'main', keys: keyring(keyText(1)) }, seededRandom('forged'), 'ceremony', {
        ...good,
        ...changed,
      })
    for (const [changed, reason] of [
      [{ purpose: 'sign-in', epoch }, 'ceremony-purpose'],
      [{ purpose: 'register', epoch }, 'ceremony-purpose'],
      [{ purpose: 'step-up', epoch, account: 'ada' }, 'ceremony-purpose'],
      [{ request: 'x' }, 'ceremony-purpose'],
      [{ expiresAt: clock() }, 'ceremony-expired'],
      [{ round: 1 }, 'ceremony-round'],
    ] as const) {
      clock.advance(1)
      // Another network each time, because facts of one network are sampled.
      const client = elsewhere(clock())
      expect(await nl.signIn.verifyPasskey({ ceremony: forge(changed), response, client })).toEqual(ended)
      expect((await factsOf(nl, 'ada'))[0]).toMatchObject({ type: 'sequence_fail', values: { reason } })
    }
    const other = await nl.signIn.verifyPasskey({ ceremony: forge({ id: 'A'.repeat(43) }), response, client: home })
    expect(other).toMatchObject({ status: 'refused', reason: 'wrong-credentials' })
    expectStatus(await nl.signIn.verifyPasskey({ ceremony: forge({}), response, client: home }), 'granted')
  })

  it('is refused as busy while the list of rightly answered challenges is full', async () => {
    const world = createWorld({ options: withPasskeys })
    const { nl, clock } = world
    const ada = await keyOwner(nl)
    const spent = await answered(nl, ada.authenticator, null)
    expectStatus(await nl.signIn.verifyPasskey(spent), 'granted')
    let device = ''
    for (let n = 1; n < limits.spent - limits.spentPlacesKept; n++) {
      const entered = await nl.signIn.verifyPasskey(await answered(nl, ada.authenticator, null))
      const { deviceToken, grant } = expectStatus(entered, 'granted')
      device = deviceToken
      ada.grant = grant
      if (n % 25 === 0) clock.advance(60_000)
    }
    const sessions = (await stateOf(world.storage, 'ada')).sessions.length
    const more = await answered(nl, ada.authenticator, null)
    const busy = { status: 'refused', reason: 'busy', httpStatus: 503 }
    expect(await nl.signIn.verifyPasskey(more)).toEqual(busy)
    // A wrong answer gets the same outcome as a right one.
    const junk = await answered(nl, ada.authenticator, null, { origin: 'https://evil.example' })
    expect(await nl.signIn.verifyPasskey(junk)).toEqual(busy)
    expect(await nl.signIn.verifyPasskey(spent)).toEqual(ended)
    expect((await stateOf(world.storage, 'ada')).sessions).toHaveLength(sessions)
    // The last places are for known devices and for step-ups.
    const own = await answered(nl, ada.authenticator, null)
    expectStatus(await nl.signIn.verifyPasskey({ ...own, client: { ...home, device } }), 'granted')
    await ada.proof()
    expect(await nl.signIn.verifyPasskey(more)).toEqual(busy)
    clock.advance(limits.ceremonyMs + limits.clocksApartMs)
    expectStatus(await nl.signIn.verifyPasskey(await answered(nl, ada.authenticator, null)), 'granted')
  })
})

describe('a sign-in by passkey', () => {
  it('can make the browser a trusted device', async () => {
    const { nl } = createWorld({ options: { ...withPasskeys, trustedDevices: trustDevices() } })
    const ada = await keyOwner(nl)
    const start = { name: ada.name, accountId: 'ada', primary: 'password' } as const
    for (const challenge of [null, await ada.challenge()]) {
      const input = await answered(nl, ada.authenticator, challenge)
      const { deviceToken } = expectStatus(await nl.signIn.verifyPasskey({ ...input, trustDevice: true }), 'granted')
      const trusted = await nl.signIn.start({ ...start, client: { ...home, device: deviceToken } })
      expect(trusted).toMatchObject({ status: 'granted', trustedDevice: true, aal: 1, amr: ['pwd'] })
    }
    const plain = await nl.signIn.verifyPasskey(await answered(nl, ada.authenticator, null))
    const { deviceToken } = expectStatus(plain, 'granted')
    expectStatus(await nl.signIn.start({ ...start, client: { ...home, device: deviceToken } }), 'challenge')
  })

  it('leaves no credential id and no user handle in lists, history, facts or mails', async () => {
    const world = createWorld({ options: withPasskeys })
    const { nl, storage } = world
    const ada = await keyOwner(nl)
    const key = createAuthenticator()
    const added = await ada.add(key)
    for (const words of [{}, { userVerified: false }, { backupEligible: false, backedUp: false }, { counter: 9 }]) {
      await nl.signIn.verifyPasskey(await answered(nl, key, null, words))
      await nl.signIn.verifyPasskey(await answered(nl, key, await ada.challenge(), words))
    }
    const again = await made(nl, createAuthenticator(), { grant: ada.grant, proof: await ada.proof() })
    await nl.passkeys.confirm({ ...again, response: {} })
    const shown = [
      expectOk(await nl.passkeys.list({ grant: ada.grant })),
      expectOk(await nl.history.list({ grant: ada.grant, limit: 100 })),
      expectOk(await nl.history.facts({ grant: ada.grant, limit: 100 })),
      await storage.listEvents({ id: 'account:ada', limit: 100 }),
      await storage.listFacts({ id: 'account:ada', limit: 100 }),
    ]
    expectOk(await nl.passkeys.remove({ grant: ada.grant, proof: await ada.proof(), passkey: added }))
    await nl.outbox.idle()
    const all = JSON.stringify([shown, world.mailer.mails])
    const { handle } = (await stateOf(storage, 'ada')).passkey
    for (const secret of [...key.ids, ...ada.authenticator.ids, handle ?? '?']) expect(all).not.toContain(secret)
    expect(all).toContain(added)
  })
})
