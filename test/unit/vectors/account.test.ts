import { readdirSync, readFileSync } from 'node:fs'
import { asSystem, createNightlatch, keyring } from 'nightlatch'
import type { EventRow, Nightlatch, Storage } from 'nightlatch'
import type { OtpAlgorithm } from 'nightlatch/otp'
import { totp } from 'nightlatch/otp'
import { memoryStorage } from 'nightlatch/storage/memory'
import { beforeEach, describe, expect, it } from 'vitest'
import { decodeBase64url, textOf, utf8 } from '../../../src/core/bytes.ts'
import { fakeClock } from '../../world/clock.ts'
import type { FakeClock } from '../../world/clock.ts'
import { expectOk, expectStatus } from '../../world/expect-outcome.ts'
import { eventsOf } from '../../world/reading.ts'
import * as reference from '../../vectors/reference.ts'

interface Golden {
  readonly key: string
  readonly now: number
  readonly record: { readonly id: string; readonly version: string; readonly doc: string }
  readonly events: readonly EventRow[]
  readonly grant: string
  readonly deviceToken: string
  readonly openChallenge: string
  readonly devices: readonly {
    readonly id: string
    readonly label: string
    readonly secret: string
    readonly algorithm: OtpAlgorithm
    readonly digits: number
  }[]
  readonly usedBackupCode: string
  readonly unusedBackupCodes: readonly string[]
}

const folder = new URL('../../vectors/', import.meta.url)
const files = readdirSync(folder).filter((name) => /^account-schema-\d+\.json$/.test(name))

it('there is a golden account of every schema so far', () => {
  expect(files).toEqual(['account-schema-1.json'])
})

describe.each(files)('promise 8: the account of %s', (file) => {
  const golden = JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as Golden
  const { record } = golden
  const start = { name: 'ada', accountId: 'ada', primary: 'password' } as const
  const client = { ip: '192.0.2.7', userAgent: 'Firefox', device: golden.deviceToken }
  let storage: Storage
  let clock: FakeClock
  let nl: Nightlatch

  beforeEach(async () => {
    storage = memoryStorage()
    clock = fakeClock(golden.now)
    nl = createNightlatch({
      appName: 'Acme',
      contact: 'security@acme.example',
      storage,
      mailer: { send: async () => undefined },
      keys: keyring(golden.key),
      clock,
      outbox: { sweep: 'manual' },
      describe: () => ({ name: 'ada', addresses: [] }),
    })
    await storage.commit({
      ...record,
      attemptId: 'golden',
      expected: null,
      summary: { kind: 'account', createdAt: 0, updatedAt: 0, totpDevices: 2, backupCodesLeft: 9, lockedUntil: null },
      keys: { claim: [], release: [] },
      events: golden.events,
      messages: [],
    })
  })

  it('is read, and its sealed tokens count', async () => {
    expect(await nl.sessions.check({ grant: golden.grant })).toMatchObject({ ok: true, accountId: 'ada', aal: 2 })
    const { devices } = expectOk(await nl.totp.list({ grant: golden.grant }))
    expect(devices.map(({ id, label }) => ({ id, label }))).toEqual(
      golden.devices.map(({ id, label }) => ({ id, label })),
    )
    const status = await nl.backupCodes.status({ grant: golden.grant })
    expect(status).toMatchObject({ left: golden.unusedBackupCodes.length, total: golden.unusedBackupCodes.length + 1 })
    expect(expectOk(await nl.sessions.list({ grant: golden.grant })).sessions.length).toBeGreaterThan(1)
  })

  it('verifies its history, and reads every event of it', async () => {
    const grant = asSystem('ada', 'test')
    expect(await nl.history.verify({ grant })).toEqual({ ok: true, events: golden.events.length })
    const events = await eventsOf(nl, 'ada')
    expect(events.map(({ n }) => n)).toEqual(golden.events.map(({ n }) => n).reverse())
    for (const { values } of events) expect(values.call).toMatch(/^[\w-]{16}$/)
  })

  it('has a history whose links follow from the description of the format alone', () => {
    const { doc } = record
    const { body, keyId, mac, kind, schema } = JSON.parse(doc) as Record<string, string> & { body: string; mac: string }
    const key = decodeBase64url(golden.key.slice(5))!
    const label = 'nightlatch/record/v1'
    const framed = reference.frame(label, kind!, record.id, record.version, String(schema), body)
    expect(reference.base64url(reference.hmac(reference.hkdf(key, label, 32), framed))).toBe(mac)

    const { chain } = JSON.parse(body) as { chain: { key: { nonce: string; ciphertext: string }; link: string } }
    const seal = reference.hkdf(key, 'nightlatch/seal/v1', 32)
    const associated = reference.frame('nightlatch/seal/v1', kind!, record.id, 'chain/key', 'chain-key')
    // A stream cipher: sealing the ciphertext once more opens it.
    const sealed = decodeBase64url(chain.key.ciphertext)!
    const opened = reference.seal(seal, decodeBase64url(chain.key.nonce)!, associated, sealed.slice(0, 32)).slice(0, 32)
    let previous: Uint8Array = new Uint8Array(32)
    for (const { n, type, at, fields, link } of golden.events) {
      const named = Object.keys(fields)
        .sort()
        .flatMap((name) => {
          const { salt, value, c } = fields[name]!
          const salted = reference.frame('nightlatch/field/v1', decodeBase64url(salt!)!, name, value!)
          expect(reference.base64url(reference.sha256(salted))).toBe(c)
          return [utf8(name), decodeBase64url(c)!]
        })
      const row = reference.frame('nightlatch/link/v1', record.id, String(n), type, String(at), previous, ...named)
      previous = reference.hmac(opened, row)
      expect(reference.base64url(previous)).toBe(link)
    }
    expect(chain.link).toBe(reference.base64url(previous))
    expect(keyId).toBe(keyring(golden.key).keyIds[0])
    expect(textOf(utf8(body))).toBe(body)
  })

  it('signs in with each of its devices', async () => {
    for (const { secret, algorithm, digits, id } of golden.devices) {
      clock.advance(30_000)
      const { challenge } = expectStatus(await nl.signIn.start({ ...start, client }), 'challenge')
      const code = totp({ secret: reference.unhex(secret), now: clock(), algorithm, digits })
      expectStatus(await nl.signIn.verify({ challenge, code, client }), 'granted')
      const [success] = (await eventsOf(nl, 'ada')).filter(({ type }) => type === 'authn_login_success')
      expect(success).toMatchObject({ values: { device: id, knownDevice: true } })
    }
    expect(await nl.history.verify({ grant: asSystem('ada', 'test') })).toMatchObject({ ok: true })
  })

  it('takes its unused backup codes, and never the used one', async () => {
    const { challenge } = expectStatus(await nl.signIn.start({ ...start, client }), 'challenge')
    const used = await nl.signIn.verify({ challenge, code: golden.usedBackupCode, client })
    expect(used).toMatchObject({ status: 'challenge', reason: 'wrong' })
    const [code] = golden.unusedBackupCodes
    expectStatus(await nl.signIn.verify({ challenge, code, client }), 'granted')
  })

  it('remembers what its open challenge has spent', async () => {
    const again = { challenge: golden.openChallenge, code: 'ZZZZ-ZZZZZ-ZZZZ', client }
    expect(await nl.signIn.verify(again)).toMatchObject({ status: 'challenge', triesLeft: 3 })
  })
})
