import type { NightlatchOptions } from 'nightlatch'
import { memorySms } from 'nightlatch/testing'
import { describe, expect, it } from 'vitest'
import { enrolledMethods } from '../../../src/core/account/factors/live-factors.ts'
import { expectOk, expectStatus } from '../../world/expect-outcome.ts'
import { home } from '../../world/person.ts'
import { begin, bareAccount, enroll, entersBy, proveBy } from '../../world/one-method.ts'
import { fieldsOf } from '../../world/peek.ts'
import { eventsOf, stateOf } from '../../world/reading.ts'
import { bindApp, everyMethod, script } from '../../world/several-factors.ts'
import { createWorld } from '../../world/world.ts'

const all = ['totp', 'sms', 'passkey'] as const
const pairs = all.flatMap((from) => all.filter((to) => to !== from).map((to) => ({ from, to })))
const exclusive = { factors: 'exclusive' } as const

describe.each(pairs)('one method at a time: with $from enrolled, $to', ({ from, to }) => {
  it('is refused without a switch, and spends no proof', async () => {
    const scene = await bareAccount(exclusive)
    await enroll(scene, from)
    const before = await stateOf(scene.world.storage, 'ada')
    const proof = await proveBy(scene, from)
    expect(await begin(scene, to, { proof })).toMatchObject({ ok: false, reason: 'deactivate-first' })
    expect((await stateOf(scene.world.storage, 'ada')).epoch).toBe(before.epoch)
    // The refusal spent no proof.
    expectOk(await scene.nl.backupCodes.regenerate({ grant: scene.grant, proof }))
  })

  it('replaces the other method in one commit, and takes nothing away before', async () => {
    const scene = await bareAccount(exclusive)
    await enroll(scene, from)
    const codes = scene.codes
    const first = scene.versions.length
    const begun = await begin(scene, to, { proof: await proveBy(scene, from), switching: true })
    if (!begun.ok) throw new Error(begun.reason)
    expect(enrolledMethods(await stateOf(scene.world.storage, 'ada'))).toEqual([from])
    expectOk(await begun.confirm())
    const had = scene.versions.slice(first).map(({ state }) => enrolledMethods(state))
    expect(had.at(-1)).toEqual([to])
    expect(new Set(had.slice(0, -1).map(String))).toEqual(new Set([from]))
    expect([...new Set(scene.codes)]).toEqual(codes)
    expect(expectOk(await scene.nl.backupCodes.status({ grant: scene.grant })).left).toBe(10)
    expect(await entersBy(scene, to)).toBe(true)
    expect(await entersBy(scene, from)).toBe(false)
    expect(await entersBy(scene, 'backup-code')).toBe(true)
  })

  it('[LIF-4] reports both changes, and releases the unique keys of the method that it replaces', async () => {
    const scene = await bareAccount(exclusive)
    const { nl, world } = scene
    await enroll(scene, from)
    const proof = await proveBy(scene, from)
    await nl.outbox.idle()
    world.mailer.clear()
    await enroll(scene, to, { proof, switching: true })
    const { change, state } = scene.versions.at(-1)!
    const written = change.events.map((row) => [row.type, fieldsOf(row)['factor']])
    expect(written).toEqual(
      expect.arrayContaining([
        ['mfa_enroll', to],
        ['mfa_remove', from],
      ]),
    )
    expect(written.filter(([type]) => type === 'mfa_off')).toEqual([])
    await nl.outbox.idle()
    expect(world.mailer.mails.map(({ subject }) => subject)).toHaveLength(2)
    expect(change.keys.release).toHaveLength(from === 'passkey' ? 1 : 0)
    expect(change.keys.claim).toHaveLength(to === 'passkey' ? 1 : 0)
    expect(state.preferred).toBeNull()
    expect(state.throttle.failures).toBe(0)
  })

  it('cannot be confirmed when the policy became exclusive in between', async () => {
    const scene = await bareAccount()
    await enroll(scene, from)
    const begun = await begin(scene, to, { proof: await proveBy(scene, from) })
    if (!begun.ok) throw new Error(begun.reason)
    const strict = scene.world.instance({ ...exclusive })
    expect(await begun.confirm(strict)).toMatchObject({ ok: false, reason: 'deactivate-first' })
    expect(enrolledMethods(await stateOf(scene.world.storage, 'ada'))).toEqual([from])
  })

  it('cannot be confirmed when the host stopped allowing it in between', async () => {
    const scene = await bareAccount()
    await enroll(scene, from)
    const begun = await begin(scene, to, { proof: await proveBy(scene, from) })
    if (!begun.ok) throw new Error(begun.reason)
    const methods = all.filter((method) => method !== to)
    const without = scene.world.instance({ methods })
    expect(await begun.confirm(without)).toMatchObject({ ok: false, reason: 'no-enrollment' })
    expect(enrolledMethods(await stateOf(scene.world.storage, 'ada'))).toEqual([from])
  })

  it('[LIF-22] can replace the other method where a policy forbids to remove it', async () => {
    const policy = { factors: { required: { since: 0, graceMs: 86_400_000 } } } as const
    const scene = await bareAccount({ ...exclusive, policy })
    const { nl } = scene
    await enroll(scene, from)
    const page = { grant: scene.grant, proof: await proveBy(scene, from), client: home }
    const removed = {
      totp: () => nl.totp.remove({ ...page, authenticator: scene.app?.id }),
      sms: () => nl.sms.remove(page),
      passkey: async () => {
        const [passkey] = expectOk(await nl.passkeys.list(page)).passkeys
        return nl.passkeys.remove({ ...page, passkey: passkey?.id })
      },
    }
    expect(await removed[from]()).toMatchObject({ ok: false, reason: 'required-by-policy' })
    const off = await nl.accounts.turnOffTwoFactor({ ...page, code: scene.codes[0] })
    expect(off).toMatchObject({ reason: 'required-by-policy' })
    await enroll(scene, to, { proof: page.proof, switching: true })
    expect(enrolledMethods(await stateOf(scene.world.storage, 'ada'))).toEqual([to])
  })
})

describe('one method at a time', () => {
  it.each(['totp', 'passkey'] as const)('allows a second authenticator of one method: %s', async (method) => {
    const scene = await bareAccount(exclusive)
    await enroll(scene, method)
    const { token } = scene
    if (method === 'passkey') for (const id of token.ids.slice(1)) token.forget(id)
    const proof = await proveBy(scene, method)
    if (method === 'totp') await enroll(scene, method, { proof })
    else expectOk(await scene.nl.passkeys.register({ grant: scene.grant, proof }))
  })

  it('keeps the methods of an account that already has several', async () => {
    const scene = await bareAccount()
    await enroll(scene, 'totp')
    await enroll(scene, 'passkey', { proof: await proveBy(scene, 'totp') })
    const strict = { ...scene, nl: scene.world.instance({ ...exclusive }) }
    for (const method of ['totp', 'passkey'] as const) expect(await entersBy(strict, method)).toBe(true)
    expect(await begin(strict, 'totp', { proof: await proveBy(strict, 'totp') })).toMatchObject({
      reason: 'deactivate-first',
    })
  })
})

describe('switching', () => {
  it('removes every other method, and keeps the authenticators of its own', async () => {
    const scene = await bareAccount()
    const { nl, world } = scene
    await enroll(scene, 'totp')
    await enroll(scene, 'sms', { proof: await proveBy(scene, 'totp') })
    await enroll(scene, 'passkey', { proof: await proveBy(scene, 'totp') })
    expectOk(await nl.accounts.prefer({ grant: scene.grant, factor: 'sms' }))
    const proof = await proveBy(scene, 'totp')
    await bindApp(nl, world.clock, { grant: scene.grant, proof, switching: true })
    const state = await stateOf(world.storage, 'ada')
    expect(enrolledMethods(state)).toEqual(['totp'])
    expect(state.totp.authenticators).toHaveLength(2)
    expect(state.preferred).toBeNull()
    expect(state.sms).toMatchObject({ number: null, enrollment: null, code: null })
    expect(scene.versions.at(-1)!.change.keys.release).toHaveLength(1)
  })

  it('is a plain enrollment when the account has no factor', async () => {
    const scene = await bareAccount(exclusive)
    await enroll(scene, 'passkey', { switching: true })
    expect(scene.codes).toHaveLength(10)
    expect((await eventsOf(scene.nl, 'ada')).filter(({ type }) => type === 'mfa_remove')).toEqual([])
  })

  it('requires a proof, as every enrollment does', async () => {
    const scene = await bareAccount(exclusive)
    await enroll(scene, 'totp')
    for (const to of ['sms', 'passkey'] as const) {
      expect(await begin(scene, to, { switching: true })).toMatchObject({ reason: 'step-up' })
    }
  })
})

describe('methods', () => {
  it('cannot be enrolled when the host does not list them, and keep working when already enrolled', async () => {
    const scene = await bareAccount()
    await enroll(scene, 'sms')
    await enroll(scene, 'passkey', { proof: await proveBy(scene, 'sms') })
    const strict = { ...scene, nl: scene.world.instance({ methods: ['totp'] }) }
    const proof = await proveBy(strict, 'sms')
    for (const method of ['sms', 'passkey'] as const) {
      expect(await begin(strict, method, { proof, switching: true })).toMatchObject({ reason: 'not-allowed' })
      expect(await begin({ ...strict, grant: script('ada') as never }, method)).toMatchObject({ reason: 'not-allowed' })
    }
    for (const method of ['sms', 'passkey'] as const) expect(await entersBy(strict, method)).toBe(true)
    await enroll(strict, 'totp', { proof: await proveBy(strict, 'passkey') })
  })

  it('are the choice that a policy offers for the first enrollment', async () => {
    const policy = { factors: { required: { since: 0, graceMs: 0 } } } as const
    const world = createWorld({ options: { ...everyMethod(memorySms()), policy, methods: ['sms', 'passkey'] } })
    const started = await world.nl.signIn.start({ name: 'ada', accountId: 'ada', primary: 'password' })
    const { grant, needs } = expectStatus(started, 'enroll')
    expect(needs).toEqual(['passkey', 'sms'])
    expect(await world.nl.totp.enroll({ grant })).toMatchObject({ ok: false, reason: 'signed-out' })
    expectOk(await world.nl.sms.enroll({ grant, number: '+36301234567' }))
  })
})

describe('createNightlatch', () => {
  const { sms, passkeys } = everyMethod(memorySms())
  const holed: ('sms' | 'totp')[] = ['sms', 'totp']
  delete holed[0]
  const refused: readonly [Partial<NightlatchOptions>, RegExp][] = [
    [{ methods: holed }, /methods/],
    [{ factors: 'one' as never }, /factors must be one of multiple, exclusive/],
    [{ methods: [] }, /methods must be a list/],
    [{ methods: 'totp' as never }, /methods must be a list/],
    [{ methods: ['email' as never] }, /each of methods must be one of/],
    [{ methods: ['backup-code' as never] }, /each of methods must be one of/],
    [{ methods: ['totp', 'sms'] }, /without sms unless the option sms is given/],
    [{ methods: ['totp', 'passkey'] }, /without passkey unless the option passkeys is given/],
    [{ methods: ['sms'], sms }, /more than sms/],
    [{ methods: ['sms', 'sms'], sms }, /more than sms/],
    [{ methods: ['sms'], sms, passkeys }, /more than sms/],
  ]

  it.each(refused)(
    '[SMS-1] [SMS-9] refuses methods that are unsafe, unknown or not configured: case %#',
    (options, message) => {
      expect(() => createWorld({ options })).toThrow(message)
    },
  )

  it.each<Partial<NightlatchOptions>>([
    { methods: ['totp'] },
    { methods: ['passkey'], passkeys },
    { methods: ['sms', 'passkey'], sms, passkeys },
    { factors: 'exclusive', sms },
  ])('accepts methods that do not depend on SMS alone: case %#', (options) => {
    expect(() => createWorld({ options })).not.toThrow()
  })
})
