import { writeFileSync } from 'node:fs'
import { createNightlatch, keyring } from 'nightlatch'
import type { NightlatchOptions } from 'nightlatch'
import { parseKeyUri, totp } from 'nightlatch/otp'
import { memoryStorage } from 'nightlatch/storage/memory'
import { fakeClock } from '../world/clock.ts'
import { expectOk, expectStatus } from '../world/expect-outcome.ts'
import { peekEvents } from '../world/peek.ts'
import { seededRandom } from '../world/seeded-random.ts'
import { keyText } from './formats.ts'

/**
 * Writes a record with something in every corner of it, and its history, as this release stores them:
 * `npx tsx test/vectors/write-account.ts <schema>`. What a released version wrote is never written again: a new schema
 * gets a new file beside the old ones.
 */
const [schema] = process.argv.slice(2)
if (schema === undefined) throw new Error('name the schema, whose file will be written')

const clock = fakeClock()
const storage = memoryStorage()
const random = seededRandom('golden account')
const options: NightlatchOptions = {
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
  const device = { id: enrolled.device, label, secret: Buffer.from(secret).toString('hex'), algorithm, digits }
  return { grant: confirmed.grant ?? '', codes: confirmed.backupCodes ?? [], device, code }
}

async function signIn(code: string, from = client) {
  const { challenge } = expectStatus(await nl.signIn.start({ ...start, client: from }), 'challenge')
  return expectStatus(await nl.signIn.verify({ challenge, code, client: from }), 'granted')
}

const first = expectStatus(await required.signIn.start(start), 'granted')
const phone = await bind(nl, first.grant, 'Phone')
clock.advance(30_000)
const stepUp = await nl.stepUp.verify({ grant: phone.grant, purpose: 'factors', code: phone.code(), client })
const tablet = await bind(longer, phone.grant, 'Tablet', expectOk(stepUp).proof)
clock.advance(30_000)
await signIn(phone.codes[0]!)
const { challenge } = expectStatus(await nl.signIn.start({ ...start, client: { ip: '2001:db8::7' } }), 'challenge')
await nl.signIn.verify({ challenge, code: '7K3M-Q9XTW-02A1', client: { ip: '2001:db8::7' } })
clock.advance(30_000)
const last = await signIn(tablet.code(), { ip: '198.51.100.7', userAgent: 'curl' })
clock.advance(30_000)
const again = await nl.stepUp.verify({ grant: last.grant, purpose: 'factors', code: phone.code(), client })
expectOk(await nl.totp.enroll({ grant: last.grant, proof: expectOk(again).proof, label: 'Left half-way' }))

const stored = await storage.load('account:ada')
const golden = {
  key: keyText,
  now: clock(),
  record: { id: 'account:ada', ...stored },
  events: await peekEvents(storage, 'ada'),
  grant: last.grant,
  deviceToken: last.deviceToken,
  openChallenge: challenge,
  devices: [phone.device, tablet.device],
  usedBackupCode: phone.codes[0],
  unusedBackupCodes: phone.codes.slice(1),
}
writeFileSync(new URL(`account-schema-${schema}.json`, import.meta.url), `${JSON.stringify(golden, null, 2)}\n`)
