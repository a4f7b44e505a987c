import { asSystem } from 'nightlatch'
import { describe, expect, it } from 'vitest'
import { expectOk, expectStatus } from '../../world/expect-outcome.ts'
import { authenticator, home } from '../../world/person.ts'
import { newestOf, stateOf } from '../../world/reading.ts'
import { createWorld } from '../../world/world.ts'
import type { Sealed } from '../../../src/core/secret.ts'

const step = 30_000

describe('backupCodes.regenerate', () => {
  it('[BC-9] returns a new set once, and voids the old set in the same commit', async () => {
    const world = createWorld()
    const { nl } = world
    const person = await world.person()
    await person.signIn()
    const proof = await person.proof()
    const versions: string[] = []
    versions.push((await world.storage.load(`account:${person.id}`))!.version)
    const made = expectOk(await nl.backupCodes.regenerate({ grant: person.grant, proof, client: home }))
    versions.push((await world.storage.load(`account:${person.id}`))!.version)
    const [before, after] = versions.map((version) => Number(version.split('.')[0]))
    expect(after).toBe(before! + 1)
    expect(made.codes).toHaveLength(10)
    expect(made.codes.filter((code) => person.backupCodes.includes(code))).toEqual([])
    const challenge = await person.challenge()
    expect(await nl.signIn.verify({ challenge, code: person.backupCodes[0] })).toMatchObject({ reason: 'wrong' })
    expect(await nl.signIn.verify({ challenge, code: made.codes[0] })).toMatchObject({ status: 'granted' })
    expect(await nl.backupCodes.status({ grant: made.grant })).toMatchObject({ ok: true, left: 9, total: 10 })
    expect(await newestOf(nl, person.id, 'backup_code_regenerate')).toMatchObject({ values: { count: 10 } })
  })

  it('[NOT-1] notifies the owner by a mail that contains no code', async () => {
    const world = createWorld()
    const person = await world.person()
    const proof = await person.proof()
    await world.nl.outbox.idle()
    world.mailer.clear()
    const made = expectOk(await world.nl.backupCodes.regenerate({ grant: person.grant, proof }))
    await world.nl.outbox.idle()
    expect(world.mailer.mails).toHaveLength(1)
    const mail = JSON.stringify(world.mailer.mails)
    for (const code of made.codes) expect(mail).not.toContain(code)
  })

  it('[BC-8] [LIF-3] requires a proof, and refuses an account without a factor', async () => {
    const world = createWorld()
    const person = await world.person()
    expect(await world.nl.backupCodes.regenerate({ grant: person.grant })).toEqual({ ok: false, reason: 'step-up' })
    const start = { name: 'bob', accountId: 'bob', primary: 'password' } as const
    const { grant } = expectStatus(await world.nl.signIn.start(start), 'granted')
    expect(await world.nl.backupCodes.regenerate({ grant })).toEqual({ ok: false, reason: 'not-on' })
  })

  it('[SES-6] ends every other session', async () => {
    const world = createWorld()
    const person = await world.person()
    const other = person.grant
    await person.signIn()
    const proof = await person.proof()
    const made = expectOk(await world.nl.backupCodes.regenerate({ grant: person.grant, proof }))
    for (const grant of [other, person.grant]) {
      expect(await world.nl.sessions.check({ grant })).toEqual({ ok: false, reason: 'signed-out' })
    }
    expect(await world.nl.sessions.check({ grant: made.grant })).toMatchObject({ ok: true, aal: 2 })
  })

  it('makes codes of the count and profile that the host configured', async () => {
    const world = createWorld({ options: { backupCodes: { profile: 'numeric-6', count: 5 } } })
    const person = await world.person()
    expect(person.backupCodes).toHaveLength(5)
    for (const code of person.backupCodes) expect(code).toMatch(/^\d{6}$/)
    const made = expectOk(await world.nl.backupCodes.regenerate({ grant: asSystem(person.id, 'test') }))
    expect(made.codes).toHaveLength(5)
    expect(made.grant).toBeNull()
  })

  it('[BC-5] stores only digests, sealed under the key ring, with one salt per set', async () => {
    const world = createWorld()
    const person = await world.person()
    const { doc } = (await world.storage.load(`account:${person.id}`))!
    for (const code of person.backupCodes) {
      for (const text of [code, code.replaceAll('-', ''), code.toLowerCase()]) expect(doc).not.toContain(text)
    }
    const { set } = (await stateOf(world.storage, person.id))['backup-code']
    expect(Buffer.from(set!.salt, 'base64url')).toHaveLength(16)
    expect(set!.params).toEqual({ algorithm: 'scrypt', N: 16384, r: 8, p: 1, length: 32 })
    // Ten digests of 32 bytes and a tag of 16 in one seal.
    const { alg, ciphertext } = set!.digests as Sealed
    expect(alg).toBe('xchacha20-poly1305')
    expect(Buffer.from(ciphertext, 'base64url')).toHaveLength(10 * 32 + 16)
  })

  it('leaves the old codes valid after the host changed the profile', async () => {
    const world = createWorld()
    const person = await world.person()
    const changed = world.instance({ backupCodes: { profile: 'numeric-6' } })
    world.clock.advance(step)
    const challenge = await person.challenge(home, changed)
    expect(await changed.signIn.verify({ challenge, code: person.backupCodes[0] })).toMatchObject({ status: 'granted' })
  })
})

describe('backupCodes.remove', () => {
  it('[LIF-3] [LIF-4] requires a proof, voids the codes until a new set is made, and notifies the owner', async () => {
    const world = createWorld()
    const person = await world.person()
    const { nl } = world
    expect(await nl.backupCodes.remove({ grant: person.grant })).toEqual({ ok: false, reason: 'step-up' })
    const proof = await person.proof()
    await world.nl.outbox.idle()
    world.mailer.clear()
    const removed = expectOk(await nl.backupCodes.remove({ grant: person.grant, proof }))
    await nl.outbox.idle()
    expect(world.mailer.mails.map(({ subject }) => subject)).toEqual([
      '[Acme] The backup codes were removed from your account',
    ])
    person.grant = removed.grant ?? ''
    expect(await nl.backupCodes.status({ grant: person.grant })).toMatchObject({ left: 0, total: 0 })
    const challenge = await person.challenge()
    const [code] = person.backupCodes
    expect(await nl.signIn.verify({ challenge, code })).toMatchObject({ status: 'challenge', factors: ['totp'] })
    expect(await nl.backupCodes.remove({ grant: person.grant, proof: await person.proof() })).toEqual({
      ok: false,
      reason: 'not-on',
    })
    const made = expectOk(await nl.backupCodes.regenerate({ grant: person.grant, proof: await person.proof() }))
    expect(await nl.backupCodes.status({ grant: made.grant })).toMatchObject({ left: 10 })
  })

  it('leaves backup codes off when another authenticator is enrolled', async () => {
    const world = createWorld()
    const person = await world.person()
    const { nl, clock } = world
    const removed = expectOk(await nl.backupCodes.remove({ grant: person.grant, proof: await person.proof() }))
    person.grant = removed.grant ?? ''
    const tablet = expectOk(await nl.totp.enroll({ grant: person.grant, proof: await person.proof(), label: 'Tablet' }))
    const app = authenticator(tablet.uri, tablet.authenticator, clock)
    const confirmed = expectOk(await nl.totp.confirm({ grant: person.grant, code: app.code() }))
    expect(confirmed.backupCodes).toBeNull()
    expect(await nl.backupCodes.status({ grant: confirmed.grant })).toMatchObject({ total: 0 })
  })
})
