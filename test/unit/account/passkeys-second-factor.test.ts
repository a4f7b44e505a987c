import { describe, expect, it } from 'vitest'
import { memoryStorage } from 'nightlatch/storage/memory'
import { emptyAccount } from '../../../src/core/account/record/empty.ts'
import { limits } from '../../../src/core/limits.ts'
import { countingStorage } from '../../world/counting-storage.ts'
import { expectOk, expectStatus } from '../../world/expect-outcome.ts'
import { createAuthenticator } from '../../world/passkey-authenticator.ts'
import { answered, keyOwner, made, verifier, withPasskeys } from '../../world/passkey-person.ts'
import { elsewhere, home } from '../../world/person.ts'
import { eventsOf, factsOf, newestOf, stateOf } from '../../world/reading.ts'
import { createWorld } from '../../world/world.ts'
import { typeWrongCodes } from '../../world/wrong-codes.ts'

const ended = { status: 'refused', reason: 'challenge-ended', httpStatus: 401 }

describe('a passkey as the second factor', () => {
  it('signs in at AAL2, with an amr for a synced or a hardware key', async () => {
    const { nl } = createWorld({ options: withPasskeys })
    const synced = await keyOwner(nl)
    const bound = await keyOwner(nl, {
      id: 'bob',
      authenticator: createAuthenticator({ backupEligible: false, backedUp: false }),
    })
    for (const [owner, means] of [
      [synced, 'swk'],
      [bound, 'hwk'],
    ] as const) {
      for (const [primary, first] of [
        ['password', ['pwd']],
        ['magic-link', []],
        ['oauth', []],
      ] as const) {
        const start = { name: owner.name, accountId: owner.id, primary, client: home }
        const { challenge, factors, preferred } = expectStatus(await nl.signIn.start(start), 'challenge')
        expect(factors).toEqual(['passkey', 'backup-code'])
        expect(preferred).toBe('passkey')
        const granted = await nl.signIn.verifyPasskey(await answered(nl, owner.authenticator, challenge))
        expect(granted).toMatchObject({ status: 'granted', aal: 2, amr: [...first, means, 'pop', 'mfa'] })
      }
      expect(await newestOf(nl, owner.id, 'authn_login_success')).toMatchObject({
        values: { primary: 'oauth', factor: 'passkey', authenticator: owner.passkey },
      })
    }
  })

  it('needs one load for the options, and one load and one commit for the answer', async () => {
    const storage = countingStorage(memoryStorage())
    const { nl } = createWorld({ storage, options: withPasskeys })
    const owner = await keyOwner(nl)
    const challenge = await owner.challenge()
    await nl.outbox.idle()
    storage.restart()
    const input = await answered(nl, owner.authenticator, challenge)
    expect(storage.calls).toEqual({ load: 1 })
    storage.restart()
    expectStatus(await nl.signIn.verifyPasskey(input), 'granted')
    await nl.outbox.idle()
    expect(storage.calls).toEqual({ load: 1, commit: 1 })
  })

  it('[PKA-1] is refused when it is not one of the allowed ones', async () => {
    const world = createWorld({ options: withPasskeys })
    const { nl } = world
    const [ada, eve] = [await keyOwner(nl), await keyOwner(nl, { id: 'eve' })]
    const challenge = await ada.challenge()
    const { options, ceremony } = expectOk(await nl.signIn.passkeyOptions({ challenge }))
    expect(options.allowCredentials.map(({ id }) => id)).toEqual(ada.authenticator.ids)
    const before = (await stateOf(world.storage, 'ada')).passkey
    const response = eve.authenticator.get({ ...options, allowCredentials: [] }, { origin: 'https://acme.example' })
    for (const shown of [response, { ...response, response: { ...response.response, userHandle: undefined } }]) {
      const { ceremony: next } = expectOk(await nl.signIn.passkeyOptions({ challenge }))
      const answer = await nl.signIn.verifyPasskey({ challenge, ceremony: next, response: shown, client: home })
      expect(answer).toMatchObject({ status: 'challenge', reason: 'wrong' })
      expect(await newestOf(nl, 'ada', 'mfa_fail')).toMatchObject({
        values: { compared: ['passkey'], reason: 'unknown-credential' },
      })
    }
    expect((await stateOf(world.storage, 'ada')).passkey).toEqual(before)
    const mine = ada.authenticator.get(options, { origin: 'https://acme.example' })
    expect(await nl.signIn.verifyPasskey({ challenge, ceremony, response: mine, client: home })).toEqual(ended)
    expectStatus(await nl.signIn.verifyPasskey(await answered(nl, ada.authenticator, challenge)), 'granted')
  })

  it('[PKA-2] is refused with another account’s user handle, and accepted without one', async () => {
    const { nl } = createWorld({ options: withPasskeys })
    const [ada, eve] = [await keyOwner(nl), await keyOwner(nl, { id: 'eve' })]
    const { response } = await answered(nl, eve.authenticator, null)
    const { userHandle } = (response as { response: { userHandle: string } }).response
    const challenge = await ada.challenge()
    const swapped = await answered(nl, ada.authenticator, challenge, { userHandle })
    expect(await nl.signIn.verifyPasskey(swapped)).toMatchObject({ status: 'challenge', reason: 'wrong', triesLeft: 4 })
    expect(await newestOf(nl, 'ada', 'mfa_fail')).toMatchObject({ values: { reason: 'user-handle' } })
    const none = await answered(nl, ada.authenticator, challenge, { userHandle: null })
    expectStatus(await nl.signIn.verifyPasskey(none), 'granted')
  })

  it('[PKA-4] without user verification signs in only after another primary authentication', async () => {
    const { nl } = createWorld({ options: withPasskeys })
    const authenticator = createAuthenticator({ userVerified: false })
    const ada = await keyOwner(nl, { authenticator })
    const second = await answered(nl, authenticator, await ada.challenge())
    expect(await nl.signIn.verifyPasskey(second)).toMatchObject({ status: 'granted', aal: 2 })
    const { options } = expectOk(await nl.signIn.passkeyOptions())
    expect(options.userVerification).toBe('required')
    const refused = { status: 'refused', reason: 'user-verification', httpStatus: 401 }
    expect(await nl.signIn.verifyPasskey(await answered(nl, authenticator, null))).toEqual(refused)
    expect(await newestOf(nl, 'ada', 'mfa_fail')).toMatchObject({ values: { reason: 'user-verification' } })
  })

  it('[PKA-5] signs in alone only after it verified its user beside a password', async () => {
    const { nl } = createWorld({ options: withPasskeys })
    const ada = await keyOwner(nl, { words: { userVerified: false } })
    const { authenticator } = ada
    const refused = { status: 'refused', reason: 'user-verification', httpStatus: 401 }
    expect(await nl.signIn.verifyPasskey(await answered(nl, authenticator, null))).toEqual(refused)
    expectOk(await nl.stepUp.verifyPasskey({ ...(await prove()), purpose: 'factors' }))
    expect(await nl.signIn.verifyPasskey(await answered(nl, authenticator, null))).toEqual(refused)
    const unverified = await answered(nl, authenticator, await ada.challenge(), { userVerified: false })
    expectStatus(await nl.signIn.verifyPasskey(unverified), 'granted')
    expect(await nl.signIn.verifyPasskey(await answered(nl, authenticator, null))).toEqual(refused)
    expectStatus(await nl.signIn.verifyPasskey(await answered(nl, authenticator, await ada.challenge())), 'granted')
    expectStatus(await nl.signIn.verifyPasskey(await answered(nl, authenticator, null)), 'granted')

    async function prove(): Promise<{ grant: string; ceremony: string; response: unknown }> {
      const { ceremony, options } = expectOk(await nl.stepUp.passkeyOptions({ grant: ada.grant }))
      return { grant: ada.grant, ceremony, response: authenticator.get(options, { origin: 'https://acme.example' }) }
    }
  })

  it('[PKA-6] is refused when its backup eligibility has changed', async () => {
    const world = createWorld({ options: withPasskeys })
    const { nl } = world
    const ada = await keyOwner(nl)
    const before = (await stateOf(world.storage, 'ada')).passkey
    const flipped = { backupEligible: false, backedUp: false }
    const answer = await nl.signIn.verifyPasskey(await answered(nl, ada.authenticator, null, flipped))
    expect(answer).toMatchObject({ status: 'refused', reason: 'wrong-credentials' })
    expect(await newestOf(nl, 'ada', 'mfa_fail')).toMatchObject({ values: { reason: 'backup-eligibility' } })
    const impossible = await made(
      nl,
      createAuthenticator(),
      { grant: ada.grant, proof: await ada.proof() },
      {
        backupEligible: false,
      },
    )
    expect(await nl.passkeys.confirm(impossible)).toEqual({ ok: false, reason: 'wrong' })
    const { credentials } = (await stateOf(world.storage, 'ada')).passkey
    expect(credentials).toEqual(before.credentials.map((one) => ({ ...one, lastUsedAt: world.clock() })))
  })

  it('[PKA-8] is accepted when synced, unless the host refuses synced passkeys', async () => {
    const world = createWorld({ options: withPasskeys })
    const ada = await keyOwner(world.nl)
    const bob = await keyOwner(world.nl, {
      id: 'bob',
      authenticator: createAuthenticator({ backupEligible: false, backedUp: false }),
    })
    const strict = world.instance({ passkeys: { verifier, synced: 'refuse' } })
    const challenge = await ada.challenge()
    expect(await strict.signIn.verifyPasskey(await answered(strict, ada.authenticator, challenge))).toMatchObject({
      status: 'challenge',
      reason: 'wrong',
    })
    expect(await newestOf(strict, 'ada', 'mfa_fail')).toMatchObject({ values: { reason: 'synced' } })
    const call = { grant: bob.grant, proof: await bob.proof() }
    const input = await made(strict, createAuthenticator(), call)
    expect(await strict.passkeys.confirm(input)).toEqual({ ok: false, reason: 'synced' })
    expectStatus(await strict.signIn.verifyPasskey(await answered(strict, bob.authenticator, null)), 'granted')
    expectStatus(await world.nl.signIn.verifyPasskey(await answered(world.nl, ada.authenticator, null)), 'granted')
  })

  it('[PKA-10] with a counter that does not grow is refused or accepted, as configured, and always recorded', async () => {
    const world = createWorld({ options: withPasskeys })
    const { nl } = world
    const ada = await keyOwner(nl, { authenticator: createAuthenticator({ counter: 10 }) })
    const copy = await answered(nl, ada.authenticator, await ada.challenge(), { counter: 10 })
    expect(await nl.signIn.verifyPasskey(copy)).toMatchObject({ status: 'challenge', reason: 'wrong' })
    const values = { authenticator: ada.passkey, stored: 10, given: 10 }
    expect(await newestOf(nl, 'ada', 'passkey_counter')).toMatchObject({ values: { ...values, refused: true } })
    expect((await stateOf(world.storage, 'ada')).passkey.credentials[0]?.counter).toBe(10)

    const lenient = world.instance({ passkeys: { verifier, counterRegression: 'report' } })
    const lower = await answered(lenient, ada.authenticator, await ada.challenge(), { counter: 3 })
    expectStatus(await lenient.signIn.verifyPasskey(lower), 'granted')
    expect(await newestOf(nl, 'ada', 'passkey_counter')).toMatchObject({
      values: { ...values, given: 3, refused: false },
    })
    expect((await stateOf(world.storage, 'ada')).passkey.credentials[0]?.counter).toBe(10)
    const grown = await answered(nl, ada.authenticator, await ada.challenge(), { counter: 11 })
    expectStatus(await nl.signIn.verifyPasskey(grown), 'granted')
    const events = (await eventsOf(nl, 'ada')).filter(({ type }) => type === 'passkey_counter')
    expect(events).toHaveLength(2)
  })

  it('[PKA-11] [PKA-12] stays unchanged after a wrong answer, which spends its ceremony as a right one does', async () => {
    const world = createWorld({ options: withPasskeys })
    const { nl } = world
    const ada = await keyOwner(nl, { authenticator: createAuthenticator({ counter: 5 }) })
    const { authenticator } = ada
    const before = (await stateOf(world.storage, 'ada')).passkey
    const challenge = await ada.challenge()
    const { ceremony, options } = expectOk(await nl.signIn.passkeyOptions({ challenge }))
    const input = { challenge, ceremony, client: home }
    const bent = authenticator.get(options, {
      origin: 'https://acme.example',
      counter: 50,
      backedUp: false,
      signature: (bytes) => bytes.map((byte, index) => (index === bytes.length - 1 ? byte ^ 1 : byte)),
    })
    const right = authenticator.get(options, { origin: 'https://acme.example' })
    const wrong = await nl.signIn.verifyPasskey({ ...input, response: bent })
    expect(wrong).toMatchObject({ status: 'challenge', reason: 'wrong', triesLeft: 4 })
    expect((await stateOf(world.storage, 'ada')).passkey).toEqual(before)
    expect(await nl.signIn.verifyPasskey({ ...input, response: right })).toEqual(ended)
    expect((await factsOf(nl, 'ada'))[0]).toMatchObject({ type: 'sequence_fail', values: { reason: 'ceremony-round' } })
    // The sign-in goes on with a new ceremony.
    const good = await answered(nl, authenticator, challenge)
    expectStatus(await nl.signIn.verifyPasskey(good), 'granted')
    expect(await nl.signIn.verifyPasskey(good)).toEqual(ended)
    const alone = await answered(nl, authenticator, null)
    expectStatus(await nl.signIn.verifyPasskey(alone), 'granted')
    expect(await nl.signIn.verifyPasskey(alone)).toEqual(ended)
  })

  it('is refused after its ceremony or the challenge of the sign-in has expired', async () => {
    const world = createWorld({ options: withPasskeys })
    const { nl } = world
    const ada = await keyOwner(nl)
    const challenge = await ada.challenge()
    const late = await answered(nl, ada.authenticator, challenge)
    const alone = await answered(nl, ada.authenticator, null)
    world.clock.advance(limits.ceremonyMs)
    expect(await nl.signIn.verifyPasskey(late)).toEqual(ended)
    expect(await nl.signIn.verifyPasskey(alone)).toEqual(ended)
    world.clock.advance(limits.challengeMs - limits.ceremonyMs - 1)
    const last = await answered(nl, ada.authenticator, challenge)
    world.clock.advance(1)
    expect(await nl.signIn.verifyPasskey(last)).toEqual(ended)
    expect(await nl.signIn.passkeyOptions({ challenge })).toEqual({ ok: false, reason: 'challenge-ended' })
  })

  it('ends the challenge after five wrong answers, and counts no failed code', async () => {
    const world = createWorld({ options: withPasskeys })
    const { nl } = world
    const ada = await keyOwner(nl)
    const challenge = await ada.challenge(elsewhere(1))
    const junk = { origin: 'https://evil.example' }
    for (let left = 4; left > 0; left--) {
      const answer = await nl.signIn.verifyPasskey(await answered(nl, ada.authenticator, challenge, junk))
      expect(answer).toMatchObject({ status: 'challenge', triesLeft: left })
    }
    const prepared = await answered(nl, ada.authenticator, challenge)
    const last = await answered(nl, ada.authenticator, challenge, junk)
    const over = { status: 'refused', reason: 'too-many-tries', httpStatus: 401 }
    expect(await nl.signIn.verifyPasskey(last)).toEqual(over)
    expect(await nl.signIn.verifyPasskey(prepared)).toEqual(over)
    const { throttle } = await stateOf(world.storage, 'ada')
    expect(throttle).toEqual(emptyAccount(0, '').throttle)
  })
})

describe('a passkey while codes are refused', () => {
  it('[THR-6] signs in while its network has to wait and while code entry is locked', async () => {
    const world = createWorld({ options: withPasskeys })
    const { nl } = world
    const person = await world.person()
    const authenticator = createAuthenticator()
    const call = { grant: person.grant, proof: await person.proof() }
    expectOk(await nl.passkeys.confirm(await made(nl, authenticator, call)))
    for (const client of [elsewhere(0), elsewhere(999)]) {
      await typeWrongCodes(nl, person, limits.lockAfter)
      const challenge = await person.challenge(client)
      const code = person.app.code(1)
      expect(await nl.signIn.verify({ challenge, code, client })).toMatchObject({ reason: 'wait' })
      const second = await answered(nl, authenticator, challenge)
      expectStatus(await nl.signIn.verifyPasskey({ ...second, client }), 'granted')
      const alone = await answered(nl, authenticator, null)
      expectStatus(await nl.signIn.verifyPasskey({ ...alone, client }), 'granted')
      // A completed sign-in ends the row of failures and its lock.
      expect((await stateOf(world.storage, person.id)).throttle).toMatchObject({ row: 0, lockedAt: null })
    }
  })
})
