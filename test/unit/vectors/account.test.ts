import { readdirSync, readFileSync } from 'node:fs'
import { asSystem, createNightlatch, keyring } from 'nightlatch'
import type { EventRow, Nightlatch, NightlatchOptions, Storage } from 'nightlatch'
import type { OtpAlgorithm } from 'nightlatch/otp'
import { totp } from 'nightlatch/otp'
import { memoryStorage } from 'nightlatch/storage/memory'
import { memorySms } from 'nightlatch/testing'
import type { MemorySms } from 'nightlatch/testing'
import { beforeEach, describe, expect, it } from 'vitest'
import { decodeBase64url, textOf, utf8 } from '../../../src/core/bytes.ts'
import { fakeClock } from '../../world/clock.ts'
import type { FakeClock } from '../../world/clock.ts'
import type { PasskeyCopy } from '../../world/passkey-authenticator.ts'
import { expectOk, expectStatus } from '../../world/expect-outcome.ts'
import { createAuthenticator } from '../../world/passkey-authenticator.ts'
import { bodyOf } from '../../world/peek.ts'
import { eventsOf, stateOf } from '../../world/reading.ts'
import { bindNumber, bindPasskey, everyMethod, latestCode, passkeyAnswer } from '../../world/several-factors.ts'
import * as reference from '../../vectors/reference.ts'

interface Golden {
  readonly key: string
  readonly now: number
  readonly record: { readonly id: string; readonly version: string; readonly doc: string }
  readonly events: readonly EventRow[]
  readonly grant: string
  readonly deviceToken: string
  readonly openChallenge: string
  readonly authenticators: readonly {
    readonly id: string
    readonly label: string
    readonly secret: string
    readonly algorithm: OtpAlgorithm
    readonly digits: number
  }[]
  readonly usedBackupCode: string
  readonly unusedBackupCodes: readonly string[]
  readonly keys: readonly string[]
  /** Only in the account with every factor. */
  readonly number?: string
  readonly pendingNumber?: { readonly number: string; readonly code: string }
  readonly passkeys?: readonly PasskeyCopy[]
}

const folder = new URL('../../vectors/', import.meta.url)
const files = readdirSync(folder).filter((name) => /^account-.*\.json$/.test(name))

it('there is a golden account with every factor, and one with authenticator apps only', () => {
  expect(files).toEqual(['account-every-factor.json', 'account-totp-only.json'])
})

/** 8 bytes, big-endian. */
const u64 = (n: number): Uint8Array => {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64BE(BigInt(n))
  return new Uint8Array(bytes)
}

/** Names in their order, each with its value, behind their count. All names here are ASCII. */
const listed = (fields: Readonly<Record<string, string>>): (string | Uint8Array)[] => {
  const names = Object.keys(fields).sort()
  return [u64(names.length), ...names.flatMap((name) => [name, fields[name]!])]
}

describe.each(files)('promise 8: the account of %s', (file) => {
  const golden = JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as Golden
  const { record } = golden
  const start = { name: 'ada', accountId: 'ada', primary: 'password' } as const
  const client = { ip: '192.0.2.7', userAgent: 'Firefox', device: golden.deviceToken }
  let storage: Storage
  let clock: FakeClock
  let nl: Nightlatch
  /** A server that allows trusted devices. */
  let trusting: Nightlatch
  let sms: MemorySms

  beforeEach(async () => {
    storage = memoryStorage()
    clock = fakeClock(golden.now)
    sms = memorySms()
    const { trustedDevices, ...methods } = everyMethod(sms)
    const options: NightlatchOptions = {
      ...methods,
      appName: 'Acme',
      contact: 'security@acme.example',
      storage,
      mailer: { send: async () => undefined },
      keys: keyring(golden.key),
      clock,
      outbox: { sweep: 'manual' },
      describe: () => ({ name: 'ada', addresses: [] }),
    }
    nl = createNightlatch(options)
    trusting = createNightlatch({ ...options, trustedDevices })
    await storage.commit({
      ...record,
      attemptId: 'golden',
      expected: null,
      summary: {
        kind: 'account',
        createdAt: 0,
        updatedAt: 0,
        totpAuthenticators: 2,
        backupCodesLeft: 9,
        lockedUntil: null,
      },
      keys: { claim: golden.keys, release: [] },
      events: golden.events,
      messages: [],
    })
  })

  it('is read, and its sealed tokens are valid', async () => {
    expect(await nl.sessions.check({ grant: golden.grant })).toMatchObject({ ok: true, accountId: 'ada', aal: 2 })
    const { authenticators } = expectOk(await nl.totp.list({ grant: golden.grant }))
    expect(authenticators.map(({ id, label }) => ({ id, label }))).toEqual(
      golden.authenticators.map(({ id, label }) => ({ id, label })),
    )
    const status = await nl.backupCodes.status({ grant: golden.grant })
    expect(status).toMatchObject({ left: golden.unusedBackupCodes.length, total: golden.unusedBackupCodes.length + 1 })
    expect(expectOk(await nl.sessions.list({ grant: golden.grant })).sessions.length).toBeGreaterThan(1)
  })

  it('has a history that verifies and is read event by event', async () => {
    const grant = asSystem('ada', 'test')
    expect(await nl.history.verify({ grant })).toMatchObject({ ok: true, events: golden.events.length })
    const events = await eventsOf(nl, 'ada')
    expect(events.map(({ n }) => n)).toEqual(golden.events.map(({ n }) => n).reverse())
    for (const { values } of events) expect(values.call).toMatch(/^[\w-]{12}$/)
  })

  it('has a history whose MACs and digest match the documented format', () => {
    const { doc } = record
    const end = doc.indexOf('\n')
    const body = doc.slice(end + 1)
    const { keyId, mac, realm, kind, schema } = JSON.parse(doc.slice(0, end)) as Record<string, string>
    const key = decodeBase64url(golden.key.slice(5))!
    const label = 'nightlatch/record/v1'
    const framed = reference.frame(label, realm!, kind!, record.id, record.version, String(schema), body)
    expect(reference.base64url(reference.hmac(reference.hkdf(key, label, 32), framed))).toBe(mac)

    const { history } = bodyOf<{
      history: { key: { nonce: string; ciphertext: string }; d: string; from: number; before: string }
    }>(doc)
    const seal = reference.hkdf(key, 'nightlatch/seal/v1', 32)
    const associated = reference.frame('nightlatch/seal/v1', realm!, kind!, record.id, 'history/key', 'history-key')
    // With a stream cipher, sealing the ciphertext again opens it.
    const sealed = decodeBase64url(history.key.ciphertext)!
    const nonce = decodeBase64url(history.key.nonce)!
    const opened = reference.seal(seal, nonce, associated, sealed.slice(0, 32)).slice(0, 32)
    let digest = reference.sha256(reference.frame('nightlatch/history/v1', realm!, record.id))
    expect(history).toMatchObject({ from: 1, before: reference.base64url(digest) })
    for (const { n, type, at, body: text } of golden.events) {
      const row = JSON.parse(text) as {
        version: string
        fields: Record<string, string>
        private: { salt: string; fields: Record<string, string> }
        p: string
        m: string
      }
      const { salt, fields: hidden } = row.private
      const p = [realm!, record.id, u64(n), decodeBase64url(salt)!, ...listed(hidden)]
      const framed = reference.frame('nightlatch/event-private/v1', ...p)
      expect(reference.base64url(reference.hmac(opened, framed))).toBe(row.p)
      const m = [realm!, record.id, u64(n), row.version, type, u64(at), decodeBase64url(row.p)!, ...listed(row.fields)]
      const made = reference.hmac(opened, reference.frame('nightlatch/event/v1', ...m))
      expect(reference.base64url(made)).toBe(row.m)
      digest = reference.sha256(reference.frame('nightlatch/history/v1', digest, u64(n), made))
    }
    expect(history.d).toBe(reference.base64url(digest))
    expect(keyId).toBe(keyring(golden.key).keyIds[0])
    expect(textOf(utf8(body!))).toBe(body)
  })

  it('signs in with each of its authenticators', async () => {
    for (const { secret, algorithm, digits, id } of golden.authenticators) {
      clock.advance(30_000)
      const { challenge } = expectStatus(await nl.signIn.start({ ...start, client }), 'challenge')
      const code = totp({ secret: reference.unhex(secret), now: clock(), algorithm, digits })
      expectStatus(await nl.signIn.verify({ challenge, code, client }), 'granted')
      const [success] = (await eventsOf(nl, 'ada')).filter(({ type }) => type === 'authn_login_success')
      expect(success).toMatchObject({ values: { authenticator: id, knownDevice: true } })
    }
    expect(await nl.history.verify({ grant: asSystem('ada', 'test') })).toMatchObject({ ok: true })
  })

  it('accepts an unused backup code, and refuses the used one', async () => {
    const { challenge } = expectStatus(await nl.signIn.start({ ...start, client }), 'challenge')
    const used = await nl.signIn.verify({ challenge, code: golden.usedBackupCode, client })
    expect(used).toMatchObject({ status: 'challenge', reason: 'used' })
    const [code] = golden.unusedBackupCodes
    expectStatus(await nl.signIn.verify({ challenge, code, client }), 'granted')
  })

  it('keeps the tries that its open challenge has used', async () => {
    const again = { challenge: golden.openChallenge, code: 'ZZZZ-ZZZZZ-ZZZZ', client }
    expect(await nl.signIn.verify(again)).toMatchObject({ status: 'challenge', triesLeft: 3 })
  })

  const { number, pendingNumber, passkeys } = golden

  if (number === undefined) {
    it('has no other factor, and can enroll all of them', async () => {
      const grant = golden.grant
      const factors = { enrolled: ['totp'], live: ['totp', 'backup-code'], preferred: 'totp', passkeyOnly: false }
      expect(await nl.accounts.factors({ grant })).toEqual({ ok: true, ...factors })
      expect(await nl.sms.get({ grant })).toEqual({ ok: true, number: null })
      expect(expectOk(await nl.passkeys.list({ grant })).passkeys).toEqual([])
      expect(expectOk(await trusting.trustedDevices.list({ grant })).devices).toEqual([])
      expectStatus(await trusting.signIn.start({ ...start, client }), 'challenge')
      const [session] = expectOk(await nl.sessions.list({ grant })).sessions
      expect(session).toMatchObject({ trusted: false })

      const [authenticator] = golden.authenticators
      const prove = async (page: string): Promise<string> => {
        clock.advance(30_000)
        const { secret, algorithm, digits } = authenticator!
        const code = totp({ secret: reference.unhex(secret), now: clock(), algorithm, digits })
        return expectOk(await nl.stepUp.verify({ grant: page, purpose: 'factors', code, client })).proof
      }
      const first = (await bindNumber(nl, sms, { grant, proof: await prove(grant) })).grant ?? ''
      const second = (await bindPasskey(nl, { grant: first, proof: await prove(first) })).grant ?? ''
      const { enrolled } = expectOk(await nl.accounts.factors({ grant: second }))
      expect(enrolled).toEqual(['passkey', 'totp', 'sms'])
      clock.advance(30_000)
      const { challenge } = expectStatus(await trusting.signIn.start({ ...start, client }), 'challenge')
      const code = golden.unusedBackupCodes[0]
      const verified = await trusting.signIn.verify({ challenge, code, client, trustDevice: true })
      const { deviceToken } = expectStatus(verified, 'granted')
      const again = await trusting.signIn.start({ ...start, client: { ...client, device: deviceToken } })
      expect(again).toMatchObject({ status: 'granted', trustedDevice: true })
    })
  } else {
    it('sends codes to its number, and accepts them', async () => {
      const { challenge, preferred } = expectStatus(await nl.signIn.start({ ...start, client }), 'challenge')
      expect(preferred).toBe('passkey')
      clock.advance(60_000)
      expect(await nl.signIn.sendCode({ challenge, client })).toMatchObject({ sms: { status: 'queued' } })
      const code = await latestCode(nl, sms)
      expect(sms.messages.at(-1)?.to).toBe(number)
      expectStatus(await nl.signIn.verify({ challenge, code, client }), 'granted')
    })

    it('accepts the code that it sent to its unconfirmed number', async () => {
      const page = { grant: golden.grant, client }
      const confirmed = expectOk(await nl.sms.confirm({ ...page, code: pendingNumber?.code }))
      expect((await stateOf(storage, 'ada')).sms.enrollment).toBeNull()
      const { grant } = confirmed
      const shown = expectOk(await nl.sms.get({ grant })).number?.number ?? ''
      expect(shown.slice(-2)).toBe(pendingNumber?.number.slice(-2))
    })

    it('signs in with each of its passkeys, as a second factor and alone', async () => {
      for (const [index, copy] of (passkeys ?? []).entries()) {
        const counted = index === 0 ? { counter: 100 } : {}
        const token = createAuthenticator({ held: [copy], ...counted })
        const flags = index === 0 ? { backupEligible: false, backedUp: false } : {}
        const { challenge } = expectStatus(await nl.signIn.start({ ...start, client }), 'challenge')
        for (const under of [challenge, undefined]) {
          const answer = await passkeyAnswer(nl, token, under, flags)
          const granted = expectStatus(
            await nl.signIn.verifyPasskey({ ...answer, challenge: under, client }),
            'granted',
          )
          expect(granted.amr).toEqual([
            ...(under === undefined ? [] : ['pwd']),
            index === 0 ? 'hwk' : 'swk',
            'pop',
            'mfa',
          ])
        }
      }
    })

    it('skips the factor on its trusted device, once for each token', async () => {
      const { devices } = expectOk(await trusting.trustedDevices.list({ grant: golden.grant, client }))
      expect(devices).toMatchObject([{ current: true, userAgent: 'curl' }])
      const entered = expectStatus(await trusting.signIn.start({ ...start, client }), 'granted')
      expect(entered).toMatchObject({ trustedDevice: true, aal: 1 })
      expectStatus(await trusting.signIn.start({ ...start, client }), 'challenge')
    })
  }
})
