import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Nightlatch } from 'nightlatch'
import { credentialKey } from '../../src/core/passkeys/index.ts'
import { expectOk, expectStatus } from '../world/expect-outcome.ts'
import type { CommitFault } from '../world/faulty-storage.ts'
import { faultyStorage } from '../world/faulty-storage.ts'
import { createAuthenticator } from '../world/passkey-authenticator.ts'
import { answered, keyOwner, made, proven, withPasskeys } from '../world/passkey-person.ts'
import type { KeyOwner } from '../world/passkey-person.ts'
import { peekEvents, peekState } from '../world/peek.ts'
import { elsewhere, home } from '../world/person.ts'
import type { SeveralServers } from '../world/several-servers.ts'
import { severalServers } from '../world/several-servers.ts'
import { storages } from '../world/storages.ts'
import type { World } from '../world/world.ts'
import { createWorld } from '../world/world.ts'

type Confirm = Parameters<Nightlatch['passkeys']['confirm']>[0]

/** A first sign-in of an account without a factor. */
async function fresh(nl: Nightlatch, id: string): Promise<string> {
  const start = { name: id, accountId: id, primary: 'password', client: home } as const
  return expectStatus(await nl.signIn.start(start), 'granted').grant
}

/** Registrations of several accounts whose authenticators claim one credential id. */
async function rivals(nl: Nightlatch, ids: readonly string[]): Promise<readonly Confirm[]> {
  const attestedId = Buffer.from('one credential id')
  const id = attestedId.toString('base64url')
  const inputs: Confirm[] = []
  for (const account of ids) {
    const input = await made(nl, createAuthenticator(), { grant: await fresh(nl, account) }, { attestedId })
    inputs.push({ ...input, response: { ...(input.response as object), id, rawId: id } })
  }
  return inputs
}

const statuses = async (answers: readonly Promise<{ readonly status: string }>[]): Promise<readonly string[]> =>
  (await Promise.all(answers)).map(({ status }) => status)
const granted = (answers: readonly string[]): number => answers.filter((status) => status === 'granted').length

describe.each(storages)('promise 1 for passkeys on $title, over two servers', ({ open }) => {
  let world: SeveralServers
  let ada: KeyOwner

  beforeEach(async () => {
    world = await severalServers(open, (storage) => createWorld({ storage, options: withPasskeys }))
    ada = await keyOwner(world.nl)
  })
  afterEach(() => world.close())

  it('[PKR-12] promise 1: of four accounts that register one credential id at once, one gets it', async () => {
    const ids = ['bob', 'eve', 'kim', 'max']
    const inputs = await rivals(world.nl, ids)
    const answers = await Promise.all(inputs.map((input, n) => world.server(n).passkeys.confirm(input)))
    expect(answers.filter(({ ok }) => ok)).toHaveLength(1)
    const refused = answers.filter(({ ok }) => !ok)
    expect(refused).toEqual(refused.map(() => ({ ok: false, reason: 'already-registered' })))
    const owner = ids[answers.findIndex(({ ok }) => ok)] ?? ''
    for (const id of ids) {
      const state = await peekState(world.storage, id)
      expect(state?.passkey.credentials).toHaveLength(id === owner ? 1 : 0)
      expect(state?.['backup-code'].set === null).toBe(id !== owner)
    }
    const key = credentialKey({ realm: 'main', id: Buffer.from('one credential id').toString('base64url') })
    expect(await world.storage.find(key)).toBe(`account:${owner}`)
    // Who lost may register another passkey; a later try for the same id is refused, too.
    const [again] = await rivals(world.nl, ['zoe'])
    expect(await world.server(0).passkeys.confirm(again as Confirm)).toEqual({
      ok: false,
      reason: 'already-registered',
    })
    expectOk(
      await world.nl.passkeys.confirm(
        await made(world.nl, createAuthenticator(), { grant: await fresh(world.nl, 'zoe') }),
      ),
    )
  })

  it('[PKA-12] promise 1: one assertion shown to two servers at once is granted once', async () => {
    const alone = await answered(world.nl, ada.authenticator, null)
    const answers = await statuses(Array.from({ length: 8 }, (_, n) => world.server(n).signIn.verifyPasskey(alone)))
    expect(granted(answers)).toBe(1)
    const second = await answered(world.nl, ada.authenticator, await ada.challenge())
    const more = await statuses(Array.from({ length: 8 }, (_, n) => world.server(n).signIn.verifyPasskey(second)))
    expect(granted(more)).toBe(1)
    const rows = await peekEvents(world.storage, 'ada')
    expect(rows.filter(({ type }) => type === 'authn_login_success')).toHaveLength(3)
  })

  it('[PKA-12] promise 1: of a right and a wrong answer to one ceremony at once, only one is judged', async () => {
    for (let round = 0; round < 4; round++) {
      const challenge = await ada.challenge()
      const { ceremony, options } = expectOk(await world.nl.signIn.passkeyOptions({ challenge }))
      const shown = ['https://acme.example', 'https://evil.example'].map((origin) =>
        ada.authenticator.get(options, { origin }),
      )
      const responses = round % 2 === 0 ? shown : shown.reverse()
      const outcomes = await Promise.all(
        responses.map((response, n) =>
          world.server(n).signIn.verifyPasskey({ challenge, ceremony, response, client: elsewhere(round) }),
        ),
      )
      const ended = outcomes.filter((outcome) => outcome.status === 'refused' && outcome.reason === 'challenge-ended')
      expect(ended).toHaveLength(1)
    }
  })

  it('promise 1: of a passkey and a code for one challenge at once, one is granted', async () => {
    for (const code of ada.backupCodes.slice(0, 4)) {
      const challenge = await ada.challenge()
      const input = await answered(world.nl, ada.authenticator, challenge)
      const answers = await statuses([
        world.server(0).signIn.verifyPasskey(input),
        world.server(1).signIn.verify({ challenge, code, client: home }),
      ])
      expect(granted(answers)).toBe(1)
    }
  })

  it('promise 1: each assertion gives one proof, and each registration is confirmed once', async () => {
    const [first, second] = [
      await proven(world.nl, ada.authenticator, ada),
      await proven(world.nl, ada.authenticator, ada),
    ]
    const proofs = await Promise.all(
      [first, first, second].map((input, n) => world.server(n).stepUp.verifyPasskey(input)),
    )
    expect(proofs.filter(({ ok }) => ok)).toHaveLength(2)
    const proof = proofs.flatMap((answer) => (answer.ok ? [answer.proof] : []))[0]
    const input = await made(world.nl, createAuthenticator(), { grant: ada.grant, proof })
    const confirmed = await Promise.all([0, 1, 2].map((n) => world.server(n).passkeys.confirm(input)))
    expect(confirmed.filter(({ ok }) => ok)).toHaveLength(1)
    expect((await peekState(world.storage, 'ada'))?.passkey.credentials).toHaveLength(2)
  })

  it('promise 1: of six parallel recoveries with one backup code one succeeds', async () => {
    await ada.becomePasskeyOnly()
    const recover = { name: 'ada', accountId: 'ada', primary: 'password', code: ada.backupCodes[0] } as const
    const answers = await statuses(
      Array.from({ length: 6 }, (_, n) => world.server(n).signIn.recover({ ...recover, client: elsewhere(n) })),
    )
    expect(answers.filter((status) => status === 'enroll')).toHaveLength(1)
  })

  it('of two parallel removals in a passkey-only account one is refused, so that enough passkeys stay', async () => {
    const bound = (): ReturnType<typeof createAuthenticator> =>
      createAuthenticator({ backupEligible: false, backedUp: false })
    const bob = await keyOwner(world.nl, { id: 'bob', authenticator: bound() })
    const [one, two] = [await bob.add(bound()), await bob.add(bound())]
    await bob.becomePasskeyOnly()
    const proofs = [await bob.proof(), await bob.proof()]
    const removed = await Promise.all(
      [one, two].map((passkey, n) => world.server(n).passkeys.remove({ grant: bob.grant, proof: proofs[n], passkey })),
    )
    expect(removed.filter(({ ok }) => ok)).toHaveLength(1)
    expect((await peekState(world.storage, 'bob'))?.passkey.credentials).toHaveLength(2)
  })
})

describe('promise 1 for passkeys when replies are lost', () => {
  let world: World
  let ada: KeyOwner
  /** A server whose commits meet these faults, in turn, and then none. */
  const server = (...faults: readonly CommitFault[]): Nightlatch => {
    const left = [...faults]
    return world.instance({ storage: faultyStorage(world.storage, { onCommit: () => left.shift() ?? 'none' }) })
  }

  beforeEach(async () => {
    world = createWorld({ options: withPasskeys })
    ada = await keyOwner(world.nl)
  })

  it.each<readonly CommitFault[]>([['lost'], ['crash'], ['conflict', 'lost'], ['slow'], ['crash', 'crash', 'lost']])(
    'promise 1: a sign-in, a proof and a registration succeed once through these faults: %s',
    async (...faults) => {
      const alone = await answered(world.nl, ada.authenticator, null)
      expectStatus(await server(...faults).signIn.verifyPasskey(alone), 'granted')
      const again = await world.nl.signIn.verifyPasskey(alone)
      expect(again).toMatchObject({ status: 'refused', reason: 'challenge-ended' })
      const rows = await peekEvents(world.storage, 'ada')
      expect(rows.filter(({ type }) => type === 'authn_login_success')).toHaveLength(2)

      const input = await proven(world.nl, ada.authenticator, ada)
      const { proof } = expectOk(await server(...faults).stepUp.verifyPasskey(input))
      const further = await made(server(...faults), createAuthenticator(), { grant: ada.grant, proof })
      const confirmed = expectOk(await server(...faults).passkeys.confirm(further))
      expect((await peekState(world.storage, 'ada'))?.passkey.credentials).toHaveLength(2)
      expect(expectOk(await world.nl.passkeys.list({ grant: confirmed.grant })).passkeys).toHaveLength(2)
    },
  )

  it('[PKR-12] promise 1: an owner whose reply was lost keeps the credential id, and others are told that it is taken', async () => {
    const inputs = await rivals(world.nl, ['bob', 'eve', 'kim'])
    const [bob, eve, kim] = inputs as readonly [Confirm, Confirm, Confirm]
    // Bob's commit landed and its reply was lost: the unique key is his own, not somebody else's.
    const first = expectOk(await server('lost').passkeys.confirm(bob))
    expect(first.backupCodes).toHaveLength(10)
    const before = await peekState(world.storage, 'eve')
    const refused = { ok: false, reason: 'already-registered' }
    expect(await server().passkeys.confirm(eve)).toEqual(refused)
    expect(await server('conflict').passkeys.confirm(kim)).toEqual(refused)
    expect(await peekState(world.storage, 'eve')).toEqual(before)
  })

  it('[PKR-12] promise 1: a crashed commit for a taken credential id throws NL_STORAGE_UNKNOWN, and the next try is refused', async () => {
    const inputs = await rivals(world.nl, ['bob', 'eve'])
    const [bob, eve] = inputs as readonly [Confirm, Confirm]
    expectOk(await world.nl.passkeys.confirm(bob))
    // Nothing of Eve's was written, but a commit that threw might still land: the answer must not guess.
    const outcome = await server('crash')
      .passkeys.confirm(eve)
      .catch((error: unknown) => error)
    expect(outcome).toMatchObject({ code: 'NL_STORAGE_UNKNOWN' })
    expect((await peekState(world.storage, 'eve'))?.passkey.credentials).toEqual([])
    expect(await world.nl.passkeys.confirm(eve)).toEqual({ ok: false, reason: 'already-registered' })
  })
})
