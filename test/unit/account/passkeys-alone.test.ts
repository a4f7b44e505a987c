import { describe, expect, it } from 'vitest'
import { publicOutcome } from 'nightlatch'
import { memoryStorage } from 'nightlatch/storage/memory'
import { emptyAccount } from '../../../src/core/account/record/empty.ts'
import { limits } from '../../../src/core/limits.ts'
import { countingStorage } from '../../world/counting-storage.ts'
import { expectOk, expectStatus } from '../../world/expect-outcome.ts'
import { createAuthenticator } from '../../world/passkey-authenticator.ts'
import { answered, keyOwner, origin, withPasskeys } from '../../world/passkey-person.ts'
import { peekEvents, peekFacts } from '../../world/peek.ts'
import { elsewhere, home } from '../../world/person.ts'
import { eventsOf, factsOf, newestOf, stateOf } from '../../world/reading.ts'
import { createWorld } from '../../world/world.ts'

const wrongCredentials = { status: 'refused', reason: 'wrong-credentials', httpStatus: 401 }
const handleOf = ({ response }: { readonly response: unknown }): string =>
  (response as { response: { userHandle: string } }).response.userHandle

describe('a passkey alone', () => {
  it('signs its owner in with one look-up, one load and one commit', async () => {
    const storage = countingStorage(memoryStorage())
    const { nl, clock } = createWorld({ storage, options: withPasskeys })
    const ada = await keyOwner(nl)
    await nl.outbox.idle()
    storage.restart()
    const input = await answered(nl, ada.authenticator, null)
    expect(storage.calls).toEqual({})
    const granted = expectStatus(await nl.signIn.verifyPasskey(input), 'granted')
    await nl.outbox.idle()
    expect(storage.calls).toEqual({ find: 1, load: 1, commit: 1 })
    expect(granted).toMatchObject({ aal: 2, amr: ['swk', 'pop', 'mfa'] })
    expect(await nl.sessions.check({ grant: granted.grant })).toMatchObject({ ok: true, accountId: 'ada', aal: 2 })
    expect(await newestOf(nl, 'ada', 'authn_login_success')).toMatchObject({
      values: { primary: 'passkey', factor: 'passkey', authenticator: ada.passkey },
    })
    expect(expectOk(await nl.passkeys.list({ grant: granted.grant })).passkeys[0]?.lastUsedAt).toBe(clock())
  })

  it('counts as a hardware key when it cannot be backed up', async () => {
    const { nl } = createWorld({ options: withPasskeys })
    const authenticator = createAuthenticator({ backupEligible: false, backedUp: false })
    await keyOwner(nl, { authenticator })
    const granted = await nl.signIn.verifyPasskey(await answered(nl, authenticator, null))
    expect(granted).toMatchObject({ status: 'granted', amr: ['hwk', 'pop', 'mfa'] })
  })

  it('[PKA-2] is refused without the user handle of its own account', async () => {
    const world = createWorld({ options: withPasskeys })
    const { nl } = world
    const [ada, eve] = [await keyOwner(nl), await keyOwner(nl, { id: 'eve' })]
    const missing = await answered(nl, ada.authenticator, null, { userHandle: null })
    expect(await nl.signIn.verifyPasskey(missing)).toEqual(wrongCredentials)
    const handle = handleOf(await answered(nl, eve.authenticator, null))
    // Eve has no such passkey, so nothing is evaluated.
    const commits = (await eventsOf(nl, 'eve')).length
    const swapped = await answered(nl, ada.authenticator, null, { userHandle: handle })
    expect(await nl.signIn.verifyPasskey(swapped)).toMatchObject({ status: 'refused', reason: 'unknown-passkey' })
    expect(await eventsOf(nl, 'eve')).toHaveLength(commits)
    expect((await factsOf(nl, 'eve'))[0]).toMatchObject({ values: { flow: 'passkey', reason: 'unknown-passkey' } })
    expect((await stateOf(world.storage, 'ada')).spentCeremonies).toEqual([])
  })

  it('leaves a fact and no record when its user handle is unknown', async () => {
    const world = createWorld({ options: withPasskeys })
    const { nl } = world
    const ada = await keyOwner(nl)
    for (const userHandle of ['AAAA', 'A'.repeat(86)]) {
      const input = await answered(nl, ada.authenticator, null, { userHandle })
      expect(await nl.signIn.verifyPasskey(input)).toEqual(wrongCredentials)
    }
    const facts = await peekFacts(world.storage, null)
    expect(facts.map(({ type }) => type)).toEqual(['sequence_fail', 'sequence_fail'])
    expect(JSON.stringify(facts)).not.toContain('A'.repeat(20))
    expect(await world.storage.load('account:')).toBeNull()
  })

  it('[PKA-13] reveals neither by its options nor by a failure whether an account exists', async () => {
    const full = createWorld({ options: withPasskeys })
    const empty = createWorld({ options: withPasskeys })
    const ada = await keyOwner(full.nl)
    const shapes = []
    const answers = []
    for (const { nl } of [full, empty]) {
      const { options } = expectOk(await nl.signIn.passkeyOptions())
      shapes.push({ ...options, challenge: options.challenge.length })
      // One account has the passkey and sees a wrong signature; the other does not exist.
      const words = { signature: (bytes: Uint8Array) => bytes.map((byte, n) => (n === 40 ? byte ^ 1 : byte)) }
      const input = await answered(nl, ada.authenticator, null, words)
      answers.push(JSON.stringify(publicOutcome(await nl.signIn.verifyPasskey(input))))
    }
    expect(shapes[0]).toEqual(shapes[1])
    expect(shapes[0]).toMatchObject({ allowCredentials: [], userVerification: 'required' })
    expect(answers[0]).toBe(answers[1])
    const [first] = answers
    for (const response of [
      null,
      'x',
      {},
      '{"type":"public-key"}',
      5,
      {
        get id() {
          throw new Error('no')
        },
      },
    ]) {
      const { ceremony } = expectOk(await full.nl.signIn.passkeyOptions())
      const answer = await full.nl.signIn.verifyPasskey({ ceremony, response, client: home })
      expect(JSON.stringify(publicOutcome(answer))).toBe(first)
    }
  })

  it('[PKA-16] is refused as unknown-passkey, with no other detail, after its removal', async () => {
    const { nl } = createWorld({ options: withPasskeys })
    const ada = await keyOwner(nl)
    const key = createAuthenticator()
    const authenticator = await ada.add(key)
    const removed = await nl.passkeys.remove({ grant: ada.grant, proof: await ada.proof(), passkey: authenticator })
    expect(removed).toMatchObject({ ok: true, twoFactor: 'on' })
    expect(await nl.signIn.verifyPasskey(await answered(nl, key, null))).toEqual({
      status: 'refused',
      reason: 'unknown-passkey',
      httpStatus: 401,
    })
  })

  it('is refused when the index names another account', async () => {
    const inner = memoryStorage()
    const world = createWorld({ storage: inner, options: withPasskeys })
    const [ada, eve] = [await keyOwner(world.nl), await keyOwner(world.nl, { id: 'eve' })]
    const answering = async (found: unknown): Promise<unknown> => {
      const nl = world.instance({ storage: { ...inner, find: async () => found as string } })
      const answer = await nl.signIn.verifyPasskey(await answered(nl, ada.authenticator, null))
      await nl.outbox.idle()
      return answer
    }
    for (const found of ['account:eve', 'account:nobody', 'account:', 'organization:eve', 'eve', '']) {
      expect(await answering(found), found).toMatchObject({ status: 'refused' })
    }
    for (const found of [7, {}, undefined, ['account:ada']]) {
      await expect(answering(found)).rejects.toMatchObject({ code: 'NL_STORAGE_FAILED' })
    }
    expect((await stateOf(inner, 'eve')).sessions).toHaveLength(1)
    expect((await factsOf(world.nl, 'eve'))[0]).toMatchObject({ values: { reason: 'wrong-credentials' } })
    expect(eve.passkey).not.toBe(ada.passkey)
  })

  it('can answer its challenge once, even after the epoch of the account ended', async () => {
    const { nl } = createWorld({ options: withPasskeys })
    const ada = await keyOwner(nl)
    const [early, twice] = [await answered(nl, ada.authenticator, null), await answered(nl, ada.authenticator, null)]
    expectStatus(await nl.signIn.verifyPasskey(twice), 'granted')
    expectOk(await nl.sessions.endAll({ grant: ada.grant }))
    expectStatus(await nl.signIn.verifyPasskey(early), 'granted')
    expect(await nl.signIn.verifyPasskey(twice)).toMatchObject({ reason: 'challenge-ended' })
  })
})

describe('a stranger’s wrong passkey answers', () => {
  it('neither lock the owner out nor fill the list of answered challenges', async () => {
    const world = createWorld({ options: withPasskeys })
    const { nl } = world
    const ada = await keyOwner(nl)
    const open = await answered(nl, ada.authenticator, null)
    const spent = await answered(nl, ada.authenticator, null)
    expectStatus(await nl.signIn.verifyPasskey(spent), 'granted')
    const before = (await stateOf(world.storage, 'ada')).passkey
    for (let n = 0; n < 3 * limits.spent; n++) {
      const junk = await answered(nl, ada.authenticator, null, { origin: 'https://evil.example' })
      expect(await nl.signIn.verifyPasskey({ ...junk, client: elsewhere(n) })).toEqual(wrongCredentials)
    }
    const after = await stateOf(world.storage, 'ada')
    expect(after.spentCeremonies).toHaveLength(1)
    expect(after.throttle).toEqual(emptyAccount(0, '').throttle)
    expect(after.passkey).toEqual(before)
    // The record still holds the challenge that was answered right.
    expect(await nl.signIn.verifyPasskey(spent)).toMatchObject({ reason: 'challenge-ended' })
    expectStatus(await nl.signIn.verifyPasskey(open), 'granted')
  })

  it('are limited to thirty a minute per network, and add no event to any account', async () => {
    const world = createWorld({ options: withPasskeys })
    const { nl } = world
    const ada = await keyOwner(nl)
    const rows = (await peekEvents(world.storage, 'ada')).length
    const client = elsewhere(1)
    const word = { userHandle: 'AAAA' }
    for (let n = 0; n < 30; n++) {
      const input = await answered(nl, ada.authenticator, null, word)
      expect(await nl.signIn.verifyPasskey({ ...input, client })).toEqual(wrongCredentials)
    }
    const right = await answered(nl, ada.authenticator, null)
    const limited = await nl.signIn.verifyPasskey({ ...right, client })
    expect(limited).toMatchObject({ status: 'refused', reason: 'too-many-attempts', httpStatus: 429 })
    expect(await peekEvents(world.storage, 'ada')).toHaveLength(rows)
    // The limited answer was not evaluated, so it is still valid from another network.
    expectStatus(await nl.signIn.verifyPasskey({ ...right, client: elsewhere(2) }), 'granted')
  })

  it('never make an answered challenge valid again, even when a clock ran ahead', async () => {
    const world = createWorld({ options: withPasskeys })
    const { nl, clock } = world
    const ada = await keyOwner(nl)
    const spent = await answered(nl, ada.authenticator, null)
    expectStatus(await nl.signIn.verifyPasskey(spent), 'granted')
    for (const ms of [1, limits.ceremonyMs - 2, 1]) {
      clock.advance(ms)
      const { ceremony, options } = expectOk(await nl.signIn.passkeyOptions())
      const junk = ada.authenticator.get(options, { origin, userPresent: false })
      expect(await nl.signIn.verifyPasskey({ ceremony, response: junk })).toEqual(wrongCredentials)
      expect(await nl.signIn.verifyPasskey(spent)).toMatchObject({ reason: 'challenge-ended' })
    }
    // A server whose clock was ahead forgot the challenge. A server behind must still refuse it.
    clock.advance(-limits.ceremonyMs)
    expect(await nl.signIn.verifyPasskey(spent)).toMatchObject({ reason: 'challenge-ended' })
  })
})
