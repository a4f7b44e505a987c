import { execFileSync } from 'node:child_process'
import { keyring } from 'nightlatch'
import { describe, expect, it } from 'vitest'
import { openSealed, sealBytes } from '../../../src/service/keys/keyring.ts'
import { expectOk, expectStatus } from '../../world/expect-outcome.ts'
import { createWorld, keyText } from '../../world/world.ts'
import { root } from '../source-tree.ts'

const text = (bytes: Uint8Array): string => `nlk1.${Buffer.from(bytes).toString('base64url')}`
const random32 = Uint8Array.from({ length: 32 }, (_, index) => (index * 37 + 11) % 256)

describe('keyring', () => {
  it('[CRY-9] names the command that makes a key when there is none', () => {
    for (const none of [undefined, '', ' , ', [], null]) {
      const make = (): unknown => keyring(none as undefined)
      expect(make).toThrow(expect.objectContaining({ code: 'NL_KEYS' }))
      expect(make).toThrow('npx nightlatch keygen')
    }
  })

  it('[CRY-9] refuses keys that are short, zero, repetitive, mistyped, listed twice or no keys at all', () => {
    const weak = new Uint8Array(32).fill(7)
    const fewBytes = Uint8Array.from({ length: 32 }, (_, index) => index % 8)
    const good = text(random32)
    for (const wrong of [
      text(new Uint8Array(32)),
      text(weak),
      text(fewBytes),
      text(random32.slice(0, 16)),
      text(new Uint8Array([...random32, 1])),
      good.slice(0, -1),
      `${good}A`,
      good.replace('nlk1.', 'nlk2.'),
      good.slice(5),
      good.replace(/.$/, '!'),
      'JBSWY3DPEHPK3PXP',
      `${good},${good}`,
      [good, good],
      [good, undefined],
      new Array(2),
      [[good]],
      7,
    ]) {
      expect(() => keyring(wrong as string), String(wrong)).toThrow(expect.objectContaining({ code: 'NL_KEYS' }))
    }
  })

  it('never repeats a key in an error, in its text or its printed form', () => {
    const good = text(random32)
    const secret = good.slice(5)
    expect(JSON.stringify(keyring(good))).not.toContain(secret)
    for (const wrong of [`${good},${good}`, `${good}A`, [good, good.slice(0, -2)]]) {
      try {
        keyring(wrong as string)
        expect.unreachable()
      } catch (error) {
        expect(String(error)).not.toContain(secret.slice(0, 20))
      }
    }
  })

  it('reads several keys in any usual spelling, and seals with the first', () => {
    const [a, b] = [keyText(1), keyText(2)]
    const ids = [...keyring(a).keyIds, ...keyring(b).keyIds]
    for (const both of [`${a},${b}`, `${a} ${b}`, ` ${a},\n ${b}\n`, [a, b]]) expect(keyring(both).keyIds).toEqual(ids)
    expect(keyring([b, a]).keyIds).toEqual(ids.reverse())
  })

  it('[CRY-8] refuses an unknown key and a changed, cut or moved value with a coded error', () => {
    const [one, two] = [keyring(keyText(1)), keyring(keyText(2))]
    const associated = new Uint8Array([1])
    const sealed = sealBytes(one, 'seal', new Uint8Array(20), associated, new Uint8Array(24).fill(9))
    const broken = expect.objectContaining({ code: 'NL_SEAL_BROKEN' })
    expect(() => openSealed(two, 'seal', sealed, associated)).toThrow(
      expect.objectContaining({ code: 'NL_KEY_UNKNOWN' }),
    )
    for (let at = 0; at < sealed.ciphertext.length; at += 7) {
      const other = sealed.ciphertext[at] === 'A' ? 'B' : 'A'
      const ciphertext = sealed.ciphertext.slice(0, at) + other + sealed.ciphertext.slice(at + 1)
      expect(() => openSealed(one, 'seal', { ...sealed, ciphertext }, associated)).toThrow(broken)
      expect(() => openSealed(one, 'seal', { ...sealed, ciphertext: ciphertext.slice(0, at) }, associated)).toThrow(
        broken,
      )
    }
    expect(() => openSealed(one, 'seal', { ...sealed, nonce: 'AAAA' }, associated)).toThrow(broken)
    expect(() => openSealed(one, 'seal', { ...sealed, alg: 'none' as never }, associated)).toThrow(broken)
    expect(() => openSealed(one, 'seal', sealed, new Uint8Array([2]))).toThrow(broken)
    expect(() => openSealed(one, 'token', sealed, associated)).toThrow(broken)
  })
})

describe('rotation', () => {
  const [old, fresh] = [keyText(1), keyText(2)]

  it('[CRY-7] opens old values, seals them under the new key at the next write, and then works without the old key', async () => {
    const world = createWorld()
    const person = await world.person()
    const rotated = world.instance({ keys: keyring([fresh, old]) })
    world.clock.advance(30_000)

    const before = await world.storage.load(`account:${person.id}`)
    expect(before!.doc).toContain(keyring(old).keyIds[0])
    expect(await rotated.sessions.check({ grant: person.grant })).toMatchObject({ ok: true })

    const challenge = await person.challenge(undefined, rotated)
    expect(await rotated.signIn.verify({ challenge, code: person.app.code() })).toMatchObject({ status: 'granted' })
    const after = await world.storage.load(`account:${person.id}`)
    expect(after!.doc).not.toContain(keyring(old).keyIds[0])

    const dropped = world.instance({ keys: keyring(fresh) })
    world.clock.advance(30_000)
    const again = await person.challenge(undefined, dropped)
    const granted = await dropped.signIn.verify({ challenge: again, code: person.app.code() })
    const { grant } = expectStatus(granted, 'granted')
    expect(await dropped.history.verify({ grant })).toMatchObject({ ok: true })
    const third = await person.challenge(undefined, dropped)
    expect(await dropped.signIn.verify({ challenge: third, code: person.backupCodes[0] })).toMatchObject({
      status: 'granted',
    })
  })

  it('[CRY-7] reseals unchanged records page by page, and finds nothing to do the second time', async () => {
    const world = createWorld()
    for (const id of ['ada', 'bob', 'cyd']) await world.person(id)
    const rotated = world.instance({ keys: keyring([fresh, old]) })
    const walk = async (): Promise<readonly number[]> => {
      let [resealed, current] = [0, 0]
      for (let after: string | null = null; ;) {
        const page: Awaited<ReturnType<typeof rotated.accounts.reseal>> = await rotated.accounts.reseal({
          after,
          limit: 2,
        })
        resealed += page.resealed
        current += page.current
        expect(page.failed).toEqual([])
        after = page.next
        if (after === null) return [resealed, current]
      }
    }
    expect(await walk()).toEqual([3, 0])
    expect(await walk()).toEqual([0, 3])
    for (const id of ['ada', 'bob', 'cyd']) {
      expect((await world.storage.load(`account:${id}`))!.doc).not.toContain(keyring(old).keyIds[0])
    }
  })

  it('[CRY-8] answers a dropped key with a coded error, and signs nobody in', async () => {
    const world = createWorld()
    const person = await world.person()
    const dropped = world.instance({ keys: keyring(fresh) })
    const start = dropped.signIn.start({ name: 'x', accountId: person.id, primary: 'password' })
    await expect(start).rejects.toMatchObject({ code: 'NL_KEY_UNKNOWN' })
    expect(await dropped.sessions.check({ grant: person.grant })).toEqual({ ok: false, reason: 'signed-out' })
    expect(expectOk(await world.nl.sessions.check({ grant: person.grant })).accountId).toBe(person.id)
  })
})

describe('npx nightlatch', () => {
  const run = (...args: string[]): string =>
    execFileSync(process.execPath, ['--import', 'tsx', 'src/cli/main.ts', ...args], {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    })

  it('keygen prints a new strong key each time', () => {
    const [first, second] = [run('keygen').trim(), run('keygen').trim()]
    expect(keyring([first, second]).keyIds).toHaveLength(2)
    expect(first).toMatch(/^nlk1\.[\w-]{43}$/)
  })

  it('prints its usage, and fails for an unknown command', () => {
    expect(run('help')).toContain('keygen')
    expect(() => run('keygen', 'x')).toThrow(expect.objectContaining({ status: 1 }))
    expect(() => run('reset')).toThrow(expect.objectContaining({ status: 1 }))
  })
})
