import { encodeBase64url } from '../../core/bytes.ts'
import { isNightlatchError, NightlatchError } from '../../core/errors.ts'
import type { NightlatchErrorCode } from '../../core/errors.ts'
import type { SessionScope, Authorization } from '../../core/account/sessions/authorization.ts'
import { authorize } from '../../core/account/sessions/authorization.ts'
import { referenceTo } from '../../core/account/record/ids.ts'
import type { Settings } from '../../core/account/record/settings.ts'
import type { AccountState } from '../../core/account/record/state.ts'
import { accountSchema, emptyAccount } from '../../core/account/record/empty.ts'
import { summarizeAccount } from '../../core/account/record/summary.ts'
import type { Actor, Client } from '../../core/account/record/context.ts'
import type { UseCase } from '../../core/account/record/step.ts'
import type { DraftFact, SharedValues } from '../../core/events/index.ts'
import type { Flow } from '../../core/flow.ts'
import { limits } from '../../core/limits.ts'
import type { TokenKind, TokenPayloads } from '../../core/token/index.ts'
import type { Clock } from '../../ports/clock.ts'
import type { LimiterAnswer, LimiterCharge } from '../../ports/limiter.ts'
import type { Random } from '../../ports/random.ts'
import type { SinkEntry } from '../../ports/sink.ts'
import { accountIdOf, recordIdOf } from '../keys/account-id.ts'
import { checkOptions, smsCeilings } from '../options/check-options.ts'
import { createAccountQueue } from './account-queue.ts'
import type { SystemAct } from '../keys/as-system.ts'
import { isSystemAct } from '../keys/as-system.ts'
import type { ClientInfo, OpenedClient } from '../keys/client.ts'
import { openClient } from '../keys/client.ts'
import type { AccountDescription } from '../messages/describe.ts'
import { describeAccount } from '../messages/describe.ts'
import { createFacts } from './facts.ts'
import { guardStorage } from './guarded-storage.ts'
import { keyedHash } from '../keys/keyring.ts'
import { memoryLimiter } from '../limits/memory-limiter.ts'
import type { NightlatchOptions } from '../options/options.ts'
import { createRunTask } from './run-task.ts'
import type { Outbox } from '../messages/outbox.ts'
import { createOutbox } from '../messages/outbox.ts'
import { platformRandom } from '../keys/platform-random.ts'
import { readEvents, readFacts } from './read-rows.ts'
import type { LoadedRecord, RecordStore } from './record-store.ts'
import { createRecordStore } from './record-store.ts'
import { openToken, sealToken } from '../keys/tokens.ts'
import type { Answer } from './transact.ts'
import { createTransact } from './transact.ts'

/** Whose call it is: a grant from the host's session, or {@link SystemAct}. Anything else reads as signed out. */
export type GrantInput = string | SystemAct | null | undefined

export interface Acting {
  readonly accountId: string
  readonly auth: Authorization
  readonly actor: Actor
  readonly session: string | null
}

export interface Run<C, R> {
  readonly accountId: string
  readonly useCase: UseCase<C, R>
  readonly command: C
  readonly actor: Actor
  readonly client: Client
  /** The acting session's id; a result with a new session names that one instead. */
  readonly session: string | null
  readonly creates?: boolean
}

/** What the parts of the facade share. */
export interface Kernel {
  readonly settings: Settings
  readonly appName: string
  readonly outbox: Outbox
  readonly records: RecordStore<AccountState>
  readonly storage: NightlatchOptions['storage']
  now(): number
  describe(accountId: string): Promise<AccountDescription>
  run<C, R>(run: Run<C, R>): Promise<Answer<R>>
  seal<K extends TokenKind>(kind: K, payload: TokenPayloads[K]): string
  open<K extends TokenKind>(kind: K, text: unknown): TokenPayloads[K] | null
  /** `account`: whose device tokens make the sender known; null for nobody's. */
  client(info: ClientInfo | undefined, account: string | null): OpenedClient
  /** Null: signed out. */
  acting(grant: GrantInput, proof?: unknown): Acting | null
  /** The record behind a grant that counts, or null. */
  loadFor(
    grant: GrantInput,
    admits?: SessionScope,
  ): Promise<{ readonly acting: Acting; readonly record: LoadedRecord<AccountState> } | null>
  charge(charges: readonly LimiterCharge[], flow: Flow): Promise<{ readonly retryAt: number } | null>
  hash(...parts: readonly string[]): string
  readonly defaultCountry: string | undefined
  draw(length: number): Uint8Array
  fact(accountId: string | null, fact: DraftFact, client: Client, actor: Actor): Promise<void>
}

const broken: ReadonlySet<NightlatchErrorCode> = new Set([
  'NL_RECORD_TAMPERED',
  'NL_RECORD_MISSING',
  'NL_SEAL_BROKEN',
  'NL_KEY_UNKNOWN',
])

export function createKernel(options: NightlatchOptions): Kernel {
  const settings = checkOptions(options)
  const { keys, describe, appName, contact, mailer } = options
  const storage = guardStorage(options.storage)
  const random: Random = options.random ?? platformRandom
  const now = checkedClock(options.clock ?? (() => Date.now()))
  const pour = (entry: SinkEntry): void => {
    if (options.sink === undefined) return
    const { sink } = options
    // The rows are stored already: a log elsewhere that fails must not undo an answer.
    void Promise.resolve(entry)
      .then(sink)
      .catch(() => undefined)
  }
  const facts = createFacts(storage, random, (recordId, rows) => {
    const accountId = recordId === null ? null : accountIdOf(recordId)
    pour({ accountId, events: [], facts: readFacts(rows), head: null })
  })
  const records = createRecordStore<AccountState>(
    {
      kind: 'account',
      schema: accountSchema,
      empty: emptyAccount,
      summarize: summarizeAccount,
    },
    { storage, keys, random },
  )
  const sms = options.sms ?? null
  const outbox = createOutbox({ storage, keys, random, now, mailer, sms, describe, appName, contact, facts })
  const localLimiter = memoryLimiter()
  const limiter = options.limiter ?? localLimiter
  let sweeping = options.outbox?.sweep === 'manual'

  const hash = (...parts: readonly string[]): string => keyedHash(keys, ...parts)
  const admit: Kernel['charge'] = async (charges, flow) => {
    const at = now()
    try {
      return heldBy(await limiter.charge({ now: at, charges }))
    } catch {
      // The flow never opens because a limiter is down: the one in this process takes over, and says so.
      const shared: SharedValues = { actor: 'system', call: 'limiter' }
      await facts.record(null, [{ type: 'limiter_fail', values: { flow: flow } }], shared, at)
      return heldBy(await localLimiter.charge({ now: at, charges }))
    }
  }

  const transact = createTransact<AccountState>({
    storage,
    records,
    queue: createAccountQueue(),
    random,
    now,
    settings,
    runTask: createRunTask({ options, settings, records, ceilings: smsCeilings(options), charge: admit, hash }),
    sealMessages: (recordId, messages, at) => outbox.seal(recordId, messages, at),
    committed: (recordId, { messages, leaseToken, events, head: { n, link } }) => {
      outbox.dispatch(recordId, messages, leaseToken)
      pour({ accountId: accountIdOf(recordId), events: readEvents(events), facts: [], head: { n, link } })
    },
    pause: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    jitter: () => (random(1)[0] ?? 0) / 255,
  })

  const share = (client: Client, actor: Actor, call: string, session: string | null): SharedValues => ({
    actor: actor.kind,
    call,
    ...(actor.kind === 'system' ? { actorReason: actor.reason } : {}),
    ...(session === null ? {} : { session: referenceTo(session) }),
    ...(client.ip === null ? {} : { ip: client.ip }),
    ...(client.network === null ? {} : { network: client.network }),
    ...(client.userAgent === null ? {} : { userAgent: client.userAgent }),
  })

  /** What does not open or authenticate is told to the log before it is told to the caller [LOG-3]. */
  const watched = async <T>(recordId: string, work: () => Promise<T>): Promise<T> => {
    try {
      return await work()
    } catch (error) {
      if (isNightlatchError(error) && broken.has(error.code)) {
        const values = { code: error.code }
        const shared: SharedValues = { actor: 'system', call: 'check' }
        await facts.record(recordId, [{ type: 'crypt_decrypt_fail', values }], shared, now()).catch(() => undefined)
      }
      throw error
    }
  }

  const kernel: Kernel = {
    settings,
    appName,
    outbox,
    records,
    storage,
    now,
    describe: (accountId) => describeAccount(describe, accountId),

    run({ accountId, useCase, command, actor, client, session, creates = false }) {
      if (!sweeping) {
        sweeping = true
        outbox.start(limits.sweepEveryMs)
      }
      const recordId = recordIdOf(accountId)
      return watched(recordId, () =>
        transact({
          recordId,
          useCase,
          command,
          actor,
          client,
          creates,
          shared: (callId, result) => share(client, actor, callId, sessionOf(result) ?? session),
          recordFacts: (drafts, shared, at) => facts.record(recordId, drafts, shared, at),
        }),
      )
    },

    seal: (kind, payload) => sealToken(keys, random, kind, payload),
    open: (kind, text) => openToken(keys, kind, text),
    client: (info, account) => openClient(keys, info, { now: now(), account }),

    acting(grant, proof) {
      if (isSystemAct(grant)) {
        const { accountId, reason } = grant
        return { accountId, auth: { kind: 'system' }, actor: { kind: 'system', reason }, session: null }
      }
      const opened = openToken(keys, 'grant', grant)
      if (opened === null) return null
      const auth: Authorization = { kind: 'grant', grant: opened, proof: openToken(keys, 'proof', proof) }
      return { accountId: opened.account, auth, actor: { kind: 'user' }, session: opened.session }
    },

    async loadFor(grant, admits = 'full') {
      const acting = kernel.acting(grant)
      if (acting === null) return null
      const recordId = recordIdOf(acting.accountId)
      const record = await watched(recordId, () => records.load(recordId))
      return record !== null && authorize(record.state, acting.auth, now(), admits).ok ? { acting, record } : null
    },

    charge: admit,
    hash,
    defaultCountry: options.sms?.defaultCountry,
    draw: (length) => random(length),

    async fact(accountId, fact, client, actor) {
      const call = encodeBase64url(random(12))
      const shared = share(client, actor, call, null)
      await facts.record(accountId === null ? null : recordIdOf(accountId), [fact], shared, now())
    },
  }
  return kernel
}

function sessionOf(result: unknown): string | null {
  const grant = (result as { grant?: { session?: unknown } | null } | null)?.grant
  return typeof grant?.session === 'string' ? grant.session : null
}

/** Anything but a clear answer counts as a failure of the limiter, never as an admission [THR-8]. */
function heldBy(answer: LimiterAnswer): { readonly retryAt: number } | null {
  const { admitted, retryAt } = answer as { readonly admitted: unknown; readonly retryAt?: unknown }
  if (admitted === true) return null
  if (admitted === false && typeof retryAt === 'number' && Number.isFinite(retryAt)) return { retryAt }
  throw new NightlatchError('NL_CONFIG', 'the limiter answered something else than its port says')
}

function checkedClock(clock: Clock): Clock {
  return () => {
    const at: unknown = clock()
    if (typeof at !== 'number' || !Number.isFinite(at) || at < 0) {
      throw new NightlatchError('NL_CONFIG', 'clock must give milliseconds since the epoch')
    }
    return Math.floor(at)
  }
}

/** What a form sends as a code: anything but text is no code. */
export function codeInput(code: unknown): string {
  return typeof code === 'string' && code.length <= limits.codeLength ? code : ''
}
