import { keyring, memoryLimiter } from 'nightlatch'
import type { ClientInfo, Describe, Nightlatch, NightlatchOptions, Refused } from 'nightlatch'
import { backupCodeSaltLength, generateBackupCodes } from 'nightlatch/backup-codes'
import type { Fact, SecurityEvent } from 'nightlatch/events'
import { decodeEvent, decodeFact } from 'nightlatch/events'
import type { RedisClient } from 'nightlatch/limiter/flexible'
import { parseAddress } from 'nightlatch/network'
import { definePolicy } from 'nightlatch/policy'
import type { ScoreFacts } from 'nightlatch/score'
import { memoryStorage } from 'nightlatch/storage/memory'
import { memoryMailer } from 'nightlatch/testing'
import { Kysely, SqliteDialect } from 'kysely'
import SqliteDatabase from 'libsql'
import { Pool } from 'pg'
import { keyText } from './world.ts'

/** As Express and express-session have them, as far as the examples go. */
interface Request {
  readonly body: Readonly<Record<string, unknown>>
  readonly session: { grant?: string | null; challenge?: string; ceremony?: string; proof?: string }
}

interface Response {
  status(code: number): Response
  attachment(name: string): Response
  json(body: unknown): void
  send(body: string): void
  redirect(path: string): void
  render(page: string, values: object): void
}

/** What the examples of the facade name without making it. */
export interface FacadeNames {
  readonly nl: Nightlatch
  readonly grant: string
  readonly proof: string
  readonly challenge: string
  readonly client: ClientInfo
  readonly user: { readonly id: string; readonly email: string }
  readonly req: Request
  readonly res: Response
}

export type ExampleNames = ReturnType<typeof exampleNames>

/** A response that goes nowhere. */
export function noResponse(): Response {
  const res: Response = {
    status: () => res,
    attachment: () => res,
    json: (body) => void JSON.stringify(body),
    send: () => undefined,
    redirect: () => undefined,
    render: () => undefined,
  }
  return res
}

class Database extends SqliteDatabase {
  constructor(_path: string) {
    super(':memory:')
  }
}

const hostOptions = {
  appName: 'Acme',
  contact: 'security@acme.example',
  storage: memoryStorage(),
  mailer: memoryMailer(),
}

const describeUser: Describe = (name) => ({ name, addresses: [] })
const options: NightlatchOptions = {
  ...hostOptions,
  keys: keyring(keyText(1)),
  describe: describeUser,
}

const facts: ScoreFacts = {
  totpAuthenticators: 0,
  passkeys: 0,
  userVerifiedPasskeys: 0,
  sms: false,
  backupCodesLeft: 0,
  backupCodesTotal: 0,
  loginAlerts: false,
  ipRules: false,
  antiPhishingCode: false,
  passwordWeaknesses: [],
}

const now = 1_700_000_000_000

/** A wrong password, then a sign-in. */
const history: { readonly events: readonly SecurityEvent[]; readonly facts: readonly Fact[] } = {
  events: [decodeEvent({ n: 1, type: 'authn_login_success', at: now, fields: { session: 'a' } })!],
  facts: [decodeFact({ id: 'b', type: 'authn_login_fail', at: now - 1000, fields: { name: 'ada' } })!],
}

const addressOf = (text: string): Extract<ReturnType<typeof parseAddress>, { ok: true }>['address'] => {
  const parsed = parseAddress(text)
  if (!parsed.ok) throw new Error('no address')
  return parsed.address
}

const digests = [1, 2, 3, 4].map((byte) => new Uint8Array(32).fill(byte))
const graceMs = 14 * 86_400_000
const notCalled = (): Promise<unknown> => Promise.resolve()
const redisClient: RedisClient = { eval: notCalled, multi: () => undefined }

/** What the examples of all doc comments name without making it: types and values alike. */
export function exampleNames(facade: FacadeNames) {
  return {
    ...facade,
    ...hostOptions,
    userId: 'ada',
    describeUser,
    options,
    facts,
    history,
    digests,
    graceMs,
    outcome: { status: 'refused', reason: 'wrong-credentials', httpStatus: 401 } as Refused,
    secret: new TextEncoder().encode('12345678901234567890'),
    authenticator: { lastStep: null as number | null },
    address: addressOf('203.0.113.7'),
    codes: generateBackupCodes({ entropy: new Uint8Array(32) }),
    digest: digests[3]!,
    key: new Uint8Array(32).fill(9),
    salt: new Uint8Array(backupCodeSaltLength),
    password: new TextEncoder().encode('correct horse'),
    policy: definePolicy({ factors: { required: { since: 0, graceMs } } }),
    account: { hasFactor: false, graceStartedAt: null },
    record: { graceStartedAt: null as number | null },
    now,
    accountSid: `AC${'0'.repeat(32)}`,
    authToken: 'token',
    apiKey: 'key',
    apiSecret: 'secret',
    myStorage: memoryStorage,
    myLimiter: memoryLimiter,
    // A runner that collects tests and runs none.
    describe: (_name: string, body: () => void) => body(),
    it: (_name: string, _body: () => Promise<void>) => undefined,
    createClient: () => ({ connect: async () => redisClient }),
    Kysely,
    SqliteDialect,
    Database,
    Pool,
  }
}
