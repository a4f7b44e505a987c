import { readFileSync } from 'node:fs'
import { Linter } from 'eslint'
import { describe, expect, it } from 'vitest'
import { keyring } from 'nightlatch'
import { sealingKey } from '../../../src/service/keys/keyring.ts'
import { historyKeyLength } from '../../../src/core/record/history-form.ts'
import { isSealed, secretsOf } from '../../../src/core/secret.ts'
import { realmKeyLength } from '../../../src/service/loop/realm-record.ts'
import { openToken, sealToken } from '../../../src/service/keys/tokens.ts'
import { expectStatus } from '../../world/expect-outcome.ts'
import { bodyOf, peekEvents, peekFacts, peekState } from '../../world/peek.ts'
import { createWorld, keyText } from '../../world/world.ts'
import { root, sourceFiles } from '../source-tree.ts'

describe('sealing', () => {
  it(
    '[CRY-6] [SES-1] draws a new nonce of 192 bits for each of a hundred thousand tokens',
    { timeout: 120_000 },
    () => {
      const keys = keyring(keyText(1))
      const random = (length: number): Uint8Array => crypto.getRandomValues(new Uint8Array(length))
      const payload = { id: 'x', accounts: [], expiresAt: 1, trusts: [] }
      const nonces = new Set<string>()
      for (let n = 0; n < 100_000; n++) {
        const [, , body] = sealToken({ realm: 'main', keys }, random, 'device', payload).split('.')
        nonces.add(body!.slice(0, 32))
      }
      expect(nonces.size).toBe(100_000)
    },
  )

  it('[CRY-6] draws a new nonce for each secret of a record at each write', async () => {
    const nonces: string[] = []
    const world = createWorld()
    const person = await world.person()
    const collect = async (): Promise<void> => {
      const { doc } = (await world.storage.load(`account:${person.id}`))!
      nonces.push(...secretsOf(bodyOf(doc)).flatMap((secret) => (isSealed(secret) ? [secret.nonce] : [])))
    }
    await collect()
    expect(nonces).toHaveLength(3)
    expect(new Set(nonces).size).toBe(3)
  })

  it('[CRY-11] uses HMAC keys of 32 bytes', () => {
    const keys = keyring(keyText(1))
    for (const purpose of ['record', 'seal', 'token', 'outbox'] as const) {
      expect(sealingKey(keys, purpose).key).toHaveLength(32)
    }
    const historyKeys = readFileSync(`${root}src/service/loop/record-store.ts`, 'utf8')
    expect(historyKeys).toContain('seal: random(historyKeyLength)')
    expect(historyKeyLength).toBe(32)
    expect(realmKeyLength).toBe(32)
  })

  it('[CRY-5] uses no AES-GCM, whose short nonces would have to be counted', () => {
    for (const { path, tree } of sourceFiles('src')) expect(tree.text, path).not.toMatch(/aes|gcm\b/i)
  })
})

interface LintConfig {
  readonly files?: readonly string[]
  readonly rules?: Readonly<Record<string, unknown>>
}

describe('comparing secrets', () => {
  it('[CRY-13] is refused by the linter unless it takes constant time', async () => {
    const { default: configs } = (await import(`${root}eslint.config.js`)) as { default: readonly LintConfig[] }
    const { rules } = configs.find(({ files }) => files?.includes('src/**/*.ts') === true)!
    const rule = rules!['no-restricted-syntax'] as Linter.RuleEntry
    const faults = (text: string): number =>
      new Linter()
        .verify(`export const same = (a, b) => ${text}`, [{ rules: { 'no-restricted-syntax': rule } }])
        .filter(({ message }) => message.includes('CRY-13')).length
    expect(faults('a.digest === b.digest')).toBeGreaterThan(0)
    expect(faults('a.mac !== b')).toBeGreaterThan(0)
    expect(faults('a.id === b.id')).toBe(0)
  })
})

describe('the stored record', () => {
  it('[SES-1] has ids of 128 random bits, all different', async () => {
    const world = createWorld()
    const people = [await world.person('ada'), await world.person('bob')]
    const ids: string[] = []
    for (const { id } of people) {
      const state = (await peekState(world.storage, id))!
      ids.push(
        ...state.sessions.map((session) => session.id),
        ...state.knownDevices.map((device) => device.id),
        ...state.totp.authenticators.map((authenticator) => authenticator.id),
      )
    }
    for (const id of ids) expect(Buffer.from(id, 'base64url')).toHaveLength(16)
    expect(new Set(ids).size).toBe(ids.length)
  })

  it('[SES-2] contains no token, and none of its ids opens a session', async () => {
    const world = createWorld()
    const person = await world.person()
    await person.signIn()
    const [challenge, proof] = [await person.challenge(), await person.proof()]
    await world.nl.signIn.verify({ challenge, code: '000000' })
    await world.nl.totp.enroll({ grant: person.grant, proof })
    const rows = JSON.stringify([
      await world.storage.load(`account:${person.id}`),
      await peekEvents(world.storage, person.id),
      await peekFacts(world.storage, person.id),
      await world.storage.takeMessages({
        now: world.clock() + 1e9,
        leaseToken: 'x',
        leaseUntil: world.clock() + 2e9,
        limit: 100,
      }),
    ])
    for (const token of [person.grant, person.deviceToken, challenge, proof]) {
      expect(rows).not.toContain(token)
      expect(rows).not.toContain(token.split('.')[2])
    }
    const state = (await peekState(world.storage, person.id))!
    for (const { id } of state.sessions) {
      expect(await world.nl.sessions.check({ grant: id })).toEqual({ ok: false, reason: 'signed-out' })
      expect(openToken({ realm: 'main', keys: world.keys }, 'grant', id)).toBeNull()
    }
  })
})

describe('the cookie', () => {
  it('[SES-13] is sent only over https, hidden from scripts, expires, and stays far below 4096 bytes', async () => {
    const world = createWorld()
    const person = await world.person()
    const start = { name: 'bea', accountId: 'bea', primary: 'password' } as const
    const { setCookie, deviceToken } = expectStatus(await world.nl.signIn.start(start), 'granted')
    const attributes = 'Max-Age=34560000; Path=/; HttpOnly; Secure; SameSite=Lax'
    expect(setCookie).toBe(`__Host-nl_device=${deviceToken}; ${attributes}`)
    expect(setCookie.length).toBeLessThan(1100)
    expect(person.deviceToken).toMatch(/^[\w.-]{50,1000}$/)
    expect(person.deviceToken).not.toContain(person.id)
  })
})
