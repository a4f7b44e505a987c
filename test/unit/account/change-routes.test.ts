import type { Nightlatch } from 'nightlatch'
import { keyring } from 'nightlatch'
import { memorySms } from 'nightlatch/testing'
import type { MemorySms } from 'nightlatch/testing'
import { describe, expect, it } from 'vitest'
import { sealToken } from '../../../src/service/keys/tokens.ts'
import { expectOk, expectStatus } from '../../world/expect-outcome.ts'
import { createAuthenticator } from '../../world/passkey-authenticator.ts'
import type { Authenticator } from '../../world/passkey-authenticator.ts'
import { origin } from '../../world/passkey-ceremony.ts'
import type { Person } from '../../world/person.ts'
import { authenticator, home } from '../../world/person.ts'
import { eventsOf, stateOf } from '../../world/reading.ts'
import { seededRandom } from '../../world/seeded-random.ts'
import { everyMethod, latestCode, personWithEverything, provePasskey, script } from '../../world/several-factors.ts'
import type { World } from '../../world/world.ts'
import { createWorld, keyText } from '../../world/world.ts'

const minute = 60_000
const day = 86_400_000

interface Scene {
  readonly world: World
  readonly nl: Nightlatch
  readonly sms: MemorySms
  readonly token: Authenticator
  readonly ada: Person
  /** The reference of the passkey that a change is made to. */
  readonly passkey: string
}

async function everything(): Promise<Scene> {
  const sms = memorySms()
  const token = createAuthenticator()
  const world = createWorld({
    options: {
      ...everyMethod(sms),
      describe: () => ({
        name: 'Ada',
        addresses: [
          { mail: 'ada@people.example', verified: true },
          { mail: 'ada@work.example', verified: true },
        ],
      }),
    },
  })
  const ada = await personWithEverything(world, sms, token)
  world.clock.advance(day)
  const [passkey] = expectOk(await world.nl.passkeys.list({ grant: ada.grant })).passkeys
  await world.nl.outbox.idle()
  return { world, nl: world.nl, sms, token, ada, passkey: passkey?.id ?? '' }
}

interface Call {
  readonly grant: Parameters<Nightlatch['sms']['get']>[0]['grant']
  readonly proof?: string | undefined
  readonly client: object
}
type Changed = Promise<{ readonly ok: boolean; readonly reason?: string; readonly grant?: string | null }>

interface Route {
  readonly begin: (scene: Scene, call: Call) => Promise<{ readonly ok: boolean; readonly reason?: string }>
  /** The second step, where a change has two. */
  readonly end?: (scene: Scene, call: Call, begun: never) => Changed
  /** A part of the mail about the change. */
  readonly mail: RegExp
}

const routes: Readonly<Record<string, Route>> = {
  'totp.enroll': {
    begin: ({ nl }, call) => nl.totp.enroll({ ...call, label: 'Tablet' }),
    end: ({ nl, world }, call, { uri, authenticator: id }: { uri: string; authenticator: string }) =>
      nl.totp.confirm({ ...call, code: authenticator(uri, id, world.clock).code() }),
    mail: /Tablet/,
  },
  'totp.remove': {
    begin: ({ nl, ada }, call) => nl.totp.remove({ ...call, authenticator: ada.app.id }),
    mail: /authenticator app.*removed|removed.*authenticator app/is,
  },
  'totp.resynchronize': {
    begin: ({ nl, ada: { app } }, call) =>
      nl.totp.resynchronize({ ...call, authenticator: app.id, codes: [app.code(20), app.code(21)] }),
    mail: /clock|synchron/i,
  },
  'sms.enroll': {
    begin: ({ nl }, call) => nl.sms.enroll({ ...call, number: '+36307654321' }),
    end: async ({ nl, sms }, call) => nl.sms.confirm({ ...call, code: await latestCode(nl, sms) }),
    mail: /added/i,
  },
  'sms.remove': { begin: ({ nl }, call) => nl.sms.remove(call), mail: /removed/i },
  'passkeys.register': {
    begin: ({ nl }, call) => nl.passkeys.register({ ...call, label: 'Key' }),
    end: ({ nl }, call, { ceremony, options }: { ceremony: string; options: never }) =>
      nl.passkeys.confirm({ ...call, ceremony, response: createAuthenticator().create(options, { origin }) }),
    mail: /added/i,
  },
  'passkeys.remove': {
    begin: ({ nl, passkey }, call) => nl.passkeys.remove({ ...call, passkey }),
    mail: /removed/i,
  },
  'passkeys.setOnly': { begin: ({ nl }, call) => nl.passkeys.setOnly({ ...call, on: true }), mail: /only/i },
  'backupCodes.regenerate': { begin: ({ nl }, call) => nl.backupCodes.regenerate(call), mail: /backup codes/i },
  'backupCodes.remove': { begin: ({ nl }, call) => nl.backupCodes.remove(call), mail: /backup codes/i },
}

/** Methods that change nothing sensitive or require a factor themselves, each with the reason. */
const others: Readonly<Record<string, string>> = {
  'totp.confirm': 'step 2 of enroll, in the same session',
  'sms.confirm': 'step 2 of enroll, in the same session',
  'sms.resend': 'for step 2 of enroll',
  'passkeys.confirm': 'step 2 of register, in the same session',
  'totp.list': 'reads',
  'sms.get': 'reads',
  'passkeys.list': 'reads',
  'backupCodes.status': 'reads',
  'accounts.factors': 'reads',
  'totp.rename': 'a name',
  'passkeys.rename': 'a name',
  'accounts.prefer': 'which factor is offered first',
  'accounts.addressChanged': 'the address of notices',
  'accounts.reseal': 'acts on no single account',
  'accounts.unlock': 'a script alone, and it changes no factor',
  'accounts.shortenHistory': 'a job, without a grant, on old events only',
  'accounts.pruneHistory': 'a job, without a grant, on old events only',
  'accounts.turnOffTwoFactor': 'requires a code, or a passkey’s proof',
}

/** Proofs that no change may accept. */
const bad: Readonly<Record<string, (scene: Scene) => Promise<string | undefined>>> = {
  'that is missing': async () => undefined,
  'of another account': async ({ world, nl, ada }) => {
    const bob = await world.person('bob')
    const proof = await bob.proof()
    expect(await nl.sms.remove({ grant: ada.grant, proof })).toMatchObject({ ok: false })
    return proof
  },
  'of another session': async (scene) => {
    const proof = await scene.ada.proof()
    await scene.ada.signIn()
    return proof
  },
  'that has expired': async ({ world, ada }) => {
    const proof = await ada.proof()
    world.clock.advance(5 * minute)
    return proof
  },
  'that was spent': async ({ nl, ada }) => {
    const proof = await ada.proof()
    expectOk(await nl.totp.enroll({ grant: ada.grant, proof }))
    return proof
  },
  'for another purpose': async ({ nl, ada, token }) => provePasskey(nl, ada.grant, token, 'passkey-only'),
  'of an earlier epoch': async ({ nl, ada }) => {
    const proof = await ada.proof()
    ada.grant = expectOk(await nl.sessions.endAll({ grant: ada.grant })).grant ?? ''
    return proof
  },
  'sealed under another key': async ({ world, ada }) => {
    const { epoch, sessions } = await stateOf(world.storage, ada.id)
    const session = sessions.at(-1)?.id ?? ''
    const expiresAt = world.clock() + minute
    const given = { purpose: 'factors', factor: 'totp' } as const
    const forged = { account: ada.id, id: 'x', session, epoch, expiresAt, ...given }
    return sealToken({ realm: 'main', keys: keyring(keyText(9)) }, seededRandom('forged'), 'proof', forged)
  },
  'that is in truth a grant': async ({ ada }) => ada.grant,
}

describe('every method of the security page that changes a factor', () => {
  it('is listed in this test', () => {
    const { nl } = createWorld()
    const parts = ['totp', 'sms', 'passkeys', 'backupCodes', 'accounts'] as const
    const found = parts.flatMap((part) => Object.keys(nl[part]).map((name) => `${part}.${name}`))
    expect(found.sort()).toEqual([...Object.keys(routes), ...Object.keys(others)].sort())
  })

  describe.each(Object.entries(routes))('%s', (_, { begin, end, mail }) => {
    it.each(Object.entries(bad))('[LIF-3] [LIF-10] refuses a proof %s', async (_name, make) => {
      const scene = await everything()
      const proof = await make(scene)
      const before = await stateOf(scene.world.storage, 'ada')
      expect(await begin(scene, { grant: scene.ada.grant, proof, client: home })).toMatchObject({
        ok: false,
        reason: 'step-up',
      })
      expect(await stateOf(scene.world.storage, 'ada')).toEqual(before)
    })

    it('[LIF-3] refuses an ended session, and a sign-in that still waits for its factor', async () => {
      const scene = await everything()
      const { nl, ada } = scene
      const proof = await ada.proof()
      expectOk(await nl.sessions.signOut({ grant: ada.grant }))
      const refused = await begin(scene, { grant: ada.grant, proof, client: home })
      expect(refused).toMatchObject({ ok: false, reason: 'signed-out' })
      const { challenge } = expectStatus(
        await nl.signIn.start({ name: 'ada', accountId: 'ada', primary: 'password', client: home }),
        'challenge',
      )
      expect(await begin(scene, { grant: challenge, proof, client: home })).toMatchObject({ reason: 'signed-out' })
    })

    it('[LIF-4] [LIF-6] [SES-6] with a valid proof notifies every address, writes an event and ends other sessions', async () => {
      const scene = await everything()
      const { nl, ada, world } = scene
      const other = ada.grant
      await ada.signIn()
      const challenge = await ada.challenge()
      const call = { grant: ada.grant, proof: await ada.proof(), client: home }
      await nl.outbox.idle()
      world.mailer.clear()
      const begun = await begin(scene, call)
      const done: Awaited<Changed> = end === undefined ? begun : await end(scene, call, begun as never)
      expect(done).toMatchObject({ ok: true })
      await nl.outbox.idle()
      const sent = world.mailer.mails.filter(({ text, subject }) => mail.test(`${subject}\n${text}`))
      expect(sent.map(({ to }) => to).sort()).toEqual(['ada@people.example', 'ada@work.example'])
      const [{ values, at } = { values: {}, at: 0 }] = await eventsOf(nl, 'ada')
      expect(at).toBe(world.clock())
      expect(values).toMatchObject({ actor: 'user', ip: home.ip, userAgent: home.userAgent })
      expect(typeof values.session).toBe('string')
      if (begin === routes['totp.resynchronize']?.begin) return
      expect(await nl.sessions.check({ grant: other })).toMatchObject({ ok: false })
      expect(await nl.sessions.check({ grant: done.grant ?? '' })).toMatchObject({ ok: true })
      expect(await nl.signIn.verify({ challenge, code: ada.backupCodes[0] })).toMatchObject({ status: 'refused' })
    })

    it('is allowed to a script without a proof, and the history names the script’s reason', async () => {
      const scene = await everything()
      const call = { grant: script('ada'), client: home }
      const begun = await begin(scene, call)
      const done = end === undefined || !begun.ok ? begun : await end(scene, call, begun as never)
      expect(done).toMatchObject({ ok: true })
      const [{ values } = { values: {} }] = await eventsOf(scene.nl, 'ada')
      expect(values).toMatchObject({ actor: 'system', actorReason: 'a test' })
    })
  })
})

it('[LIF-6] [PKR-18] every factor is listed with its kind, its name or number, and its times', async () => {
  const { nl, ada, world } = await everything()
  const { grant } = ada
  const [app] = expectOk(await nl.totp.list({ grant })).authenticators
  expect(app).toMatchObject({ label: 'Phone', createdAt: expect.any(Number), lastUsedAt: expect.any(Number) })
  const { number } = expectOk(await nl.sms.get({ grant }))
  expect(number).toMatchObject({ number: '+36 •••••• 67', country: 'HU', lastUsedAt: null })
  const [passkey] = expectOk(await nl.passkeys.list({ grant })).passkeys
  expect(passkey).toMatchObject({ label: 'Key', synced: true, lastUsedAt: null, aaguid: expect.any(String) })
  expect(number?.createdAt).toBeLessThan(passkey?.createdAt ?? 0)
  expect(passkey?.createdAt).toBeLessThan(world.clock())
})
