import { writeFileSync } from 'node:fs'
import { createNightlatch, keyring } from 'nightlatch'
import type { NightlatchOptions, Storage } from 'nightlatch'
import { parseKeyUri, totp } from 'nightlatch/otp'
import { memoryStorage } from 'nightlatch/storage/memory'
import { memorySms } from 'nightlatch/testing'
import { fakeClock } from '../world/clock.ts'
import { expectOk, expectStatus } from '../world/expect-outcome.ts'
import { createAuthenticator } from '../world/passkey-authenticator.ts'
import { peekEvents } from '../world/peek.ts'
import { seededRandom } from '../world/seeded-random.ts'
import { bindNumber, bindPasskey, everyMethod, latestCode, mobile } from '../world/several-factors.ts'
import { keyText } from './formats.ts'

/**
 * Writes an account and its history as this release stores them: `npx tsx test/vectors/write-account.ts <name>`.
 * `every-factor` has something in every part of its record, `totp-only` has two apps and backup codes. Until the first
 * release the files are written again when the stored form changes. What a release wrote is never written again.
 */
const [name = ''] = process.argv.slice(2)
if (!['every-factor', 'totp-only'].includes(name)) throw new Error('name the account: every-factor or totp-only')
const hasEveryFactor = name === 'every-factor'

const clock = fakeClock()
const memory = memoryStorage()
const keys = new Set<string>()
const storage: Storage = {
  ...memory,
  async commit(change) {
    for (const key of change.keys.claim) keys.add(key)
    for (const key of change.keys.release) keys.delete(key)
    return memory.commit(change)
  },
}
const random = seededRandom('golden account')
const sms = memorySms()
const options: NightlatchOptions = {
  ...everyMethod(sms),
  appName: 'Acme',
  contact: 'security@acme.example',
  storage,
  mailer: { send: async () => undefined },
  keys: keyring(keyText),
  clock,
  random,
  outbox: { sweep: 'manual' },
  describe: () => ({ name: 'ada@people.example', addresses: [] }),
}
const nl = createNightlatch(options)
const longer = createNightlatch({ ...options, totp: { algorithm: 'SHA256', digits: 8 } })
const required = createNightlatch({
  ...options,
  policy: { factors: { required: { since: clock() - 1000, graceMs: 86_400_000 } } },
})
const client = { ip: '192.0.2.7', userAgent: 'Firefox "ESR" \\ Ünïcode' }
const start = { name: 'ada', accountId: 'ada', primary: 'password', client } as const

async function bind(instance: typeof nl, grant: string, label: string, proof?: string) {
  const enrolled = expectOk(await instance.totp.enroll({ grant, label, proof }))
  const parsed = parseKeyUri(enrolled.uri)
  if (!parsed.ok || parsed.key.type !== 'totp') throw new Error('no key')
  const { secret, algorithm, digits, period } = parsed.key
  const code = (): string => totp({ secret, now: clock(), algorithm, digits, period })
  const confirmed = expectOk(await instance.totp.confirm({ grant, code: code(), client }))
  const authenticator = {
    id: enrolled.authenticator,
    label,
    secret: Buffer.from(secret).toString('hex'),
    algorithm,
    digits,
  }
  return { grant: confirmed.grant ?? '', codes: confirmed.backupCodes ?? [], authenticator, code }
}

async function signIn(code: string, from = client, trustDevice = false) {
  const { challenge } = expectStatus(await nl.signIn.start({ ...start, client: from }), 'challenge')
  return expectStatus(await nl.signIn.verify({ challenge, code, client: from, trustDevice }), 'granted')
}

/** In the next time step. */
async function prove(grant: string) {
  clock.advance(30_000)
  const proven = await nl.stepUp.verify({ grant, purpose: 'factors', code: phone.code(), client })
  return expectOk(proven).proof
}

const first = expectStatus(await required.signIn.start(start), 'granted')
const phone = await bind(nl, first.grant, 'Phone')
const tablet = await bind(longer, phone.grant, 'Tablet', await prove(phone.grant))
let { grant } = tablet
const token = createAuthenticator({ counter: 7, backupEligible: false, backedUp: false })
const synced = createAuthenticator()
if (hasEveryFactor) {
  grant = (await bindNumber(nl, sms, { grant, proof: await prove(grant), client })).grant ?? ''
  grant = (await bindPasskey(nl, { grant, proof: await prove(grant), client }, token)).grant ?? ''
  await bindPasskey(nl, { grant, proof: await prove(grant), client }, synced)
}
clock.advance(30_000)
await signIn(phone.codes[0]!)
const { challenge } = expectStatus(await nl.signIn.start({ ...start, client: { ip: '2001:db8::7' } }), 'challenge')
await nl.signIn.verify({ challenge, code: '7K3M-Q9XTW-02A1', client: { ip: '2001:db8::7' } })
clock.advance(30_000)
const last = await signIn(tablet.code(), { ip: '198.51.100.7', userAgent: 'curl' }, hasEveryFactor)
const pending = '+36307654321'
if (hasEveryFactor) {
  expectOk(await nl.accounts.prefer({ grant: last.grant, factor: 'passkey' }))
  expectOk(await nl.totp.enroll({ grant: last.grant, proof: await prove(last.grant), label: 'Left half-way' }))
  expectOk(await nl.sms.enroll({ grant: last.grant, proof: await prove(last.grant), number: pending }))
}

const stored = await storage.load('account:ada')
const golden = {
  key: keyText,
  now: clock(),
  record: { id: 'account:ada', ...stored },
  events: await peekEvents(storage, 'ada'),
  grant: last.grant,
  deviceToken: last.deviceToken,
  openChallenge: challenge,
  authenticators: [phone.authenticator, tablet.authenticator],
  keys: [...keys],
  ...(hasEveryFactor
    ? {
        number: mobile,
        pendingNumber: { number: pending, code: await latestCode(nl, sms) },
        passkeys: [...token.copy(), ...synced.copy()],
      }
    : {}),
  usedBackupCode: phone.codes[0],
  unusedBackupCodes: phone.codes.slice(1),
}
writeFileSync(new URL(`account-${name}.json`, import.meta.url), `${JSON.stringify(golden, null, 2)}\n`)
