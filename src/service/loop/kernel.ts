import { encodeBase64url } from '../../core/bytes.ts'
import type { Settings } from '../../core/account/record/settings.ts'
import type { AccountState } from '../../core/account/record/state.ts'
import type { Actor, Client } from '../../core/account/record/context.ts'
import type { DraftFact } from '../../core/events/index.ts'
import type { TokenKind, TokenPayloads } from '../../core/token/index.ts'
import type { Random } from '../../ports/random.ts'
import type { RecordId } from '../../ports/storage.ts'
import { recordIdOf } from '../keys/account-id.ts'
import type { Acting, GrantInput } from '../keys/acting.ts'
import { readActing } from '../keys/acting.ts'
import type { ClientInfo, OpenedClient } from '../keys/client.ts'
import { openClient } from '../keys/client.ts'
import type { Installation } from '../keys/installation.ts'
import type { NameHash } from '../keys/name-hash.ts'
import { nameHashOf } from '../keys/name-hash.ts'
import { platformRandom } from '../keys/platform-random.ts'
import { openToken, resealToken, sealToken } from '../keys/tokens.ts'
import type { Limiting } from '../limits/limiter.ts'
import { createLimiting } from '../limits/limiter.ts'
import { createSend } from '../messages/channels.ts'
import type { AccountDescription } from '../messages/describe.ts'
import { describeAccount } from '../messages/describe.ts'
import type { Outbox } from '../messages/outbox.ts'
import { createOutbox } from '../messages/outbox.ts'
import type { SweepTimer } from '../messages/sweep-timer.ts'
import type { SignInTerms } from '../options/sign-in-options.ts'
import type { CheckedOptions } from '../options/check-options.ts'
import type { NightlatchOptions } from '../options/options.ts'
import { createAccountLoop, pause } from './account-loop.ts'
import { accountRecord } from './account-record.ts'
import type { Afterwards } from './afterwards.ts'
import { createAfterwards } from './afterwards.ts'
import { createOnRecord } from './broken-records.ts'
import { checkedClock } from './clock-check.ts'
import { createTellCompromised } from './compromised.ts'
import { createFacts } from './facts.ts'
import { guardStorage } from './guarded-storage.ts'
import type { LoadSignedIn } from './load-signed-in.ts'
import { createLoadSignedIn } from './load-signed-in.ts'
import type { Realm } from './realm-keys.ts'
import { createRealm } from './realm-keys.ts'
import type { LoadedRecord, RecordStore } from './record-store.ts'
import { createRecordStore } from './record-store.ts'
import type { Tell } from './reports.ts'
import { createTell } from './reports.ts'
import type { WatchRecord } from './record-watch.ts'
import { createWatchRecord } from './record-watch.ts'
import type { RunUseCase } from './run.ts'
import { createRun } from './run.ts'
import { createRunTask } from './run-task.ts'
import { sharedValues } from './shared-values.ts'
import { createSinkWriter } from './sink-writer.ts'

/** What the parts of the facade share. */
export interface Kernel {
  readonly settings: Settings
  readonly appName: string
  readonly outbox: Outbox
  readonly records: RecordStore<AccountState>
  readonly realm: Realm
  readonly watch: WatchRecord
  readonly storage: NightlatchOptions['storage']
  readonly random: Random
  readonly run: RunUseCase
  readonly loadSignedIn: LoadSignedIn
  readonly limiting: Limiting
  readonly signInTerms: SignInTerms
  readonly afterwards: Afterwards
  readonly tell: Tell
  /** For calls that only read. Null: there is none. */
  loadRecord(recordId: RecordId): Promise<LoadedRecord<AccountState> | null>
  /** Lets other work of this process go on. */
  nextTurn(): Promise<void>
  now(): number
  describe(accountId: string): Promise<AccountDescription>
  /** The first call of a process reads its key, for whatever name it is. */
  nameHash(): Promise<NameHash>
  seal<K extends TokenKind>(kind: K, payload: TokenPayloads[K]): string
  open<K extends TokenKind>(kind: K, text: unknown): TokenPayloads[K] | null
  /** `account`: the account whose known devices count; null for none. */
  client(info: ClientInfo | undefined, account: string | null): OpenedClient
  /** The token under the first key of the ring. Null if it is under that key already, or no token of this kind. */
  reseal(kind: TokenKind, text: unknown): string | null
  /** Null: signed out. */
  acting(grant: GrantInput, proof?: unknown): Acting | null
  /** Nothing waits for it. */
  recordFact(accountId: string | null, fact: DraftFact, client: Client, actor: Actor): void
}

/** Puts the parts together that every call needs. */
export function createKernel(
  { options, settings, ceilings, signInTerms }: CheckedOptions,
  sweepTimer: SweepTimer,
): Kernel {
  const { keys, appName } = options
  const installation: Installation = { realm: settings.realm, keys }
  const storage = guardStorage(options.storage)
  const random = options.random ?? platformRandom
  const now = checkedClock(options.clock ?? (() => Date.now()))
  const tell = createTell(options.report, now)
  const sink = createSinkWriter(options.sink)
  const afterwards = createAfterwards()
  const realm = createRealm({ storage, installation, random, now })
  const facts = createFacts({ storage, realm, random, afterwards, tell, stored: sink.facts })
  const records = createRecordStore(accountRecord, { storage, installation, random })
  const outbox = createOutbox({ storage, installation, random, now, facts, afterwards, send: createSend(options) })
  const limiting = createLimiting({ limiter: options.limiter, facts, now, tell })
  const onRecord = createOnRecord(facts, now)
  const watch = createWatchRecord({ facts, tell, now })
  const nameHash: Kernel['nameHash'] = async () => nameHashOf((await realm.keys()).names, realm.name)
  const tellCompromised = createTellCompromised(options.onCompromised, tell)
  const acting: Kernel['acting'] = (grant, proof) =>
    readActing(installation, { grant, proof }, { now: now(), sessionMs: settings.sessionMs })
  const transact = createAccountLoop({
    storage,
    records,
    afterwards,
    random,
    now,
    settings,
    runTask: createRunTask({ options, settings, records, ceilings, charge: limiting.charge, nameHash }),
    sealMessages: outbox.seal,
    committed(recordId, written) {
      outbox.dispatch(recordId, written.messages, written.leaseToken)
      sink.commit(recordId, written)
      tellCompromised(recordId, written.events)
    },
  })

  return {
    settings,
    appName,
    outbox,
    records,
    realm,
    watch,
    storage,
    random,
    limiting,
    signInTerms,
    afterwards,
    tell,
    now,
    nameHash,
    run: createRun({ transact, facts, sweepTimer, onRecord, watch, sweep: options.outbox?.sweep ?? 'automatic' }),
    loadRecord: (recordId) => onRecord(recordId, () => records.load(recordId)),
    nextTurn: () => pause(0),
    loadSignedIn: createLoadSignedIn({ acting, records, onRecord, watch, now }),
    describe: (accountId) => describeAccount(options.describe, accountId),
    seal: (kind, payload) => sealToken(installation, random, kind, payload),
    open: (kind, text) => openToken(installation, kind, text),
    client: (info, account) => openClient(installation, info, { now: now(), account }),
    reseal: (kind, text) => resealToken(installation, random, kind, text),
    acting,

    recordFact(accountId, fact, client, actor) {
      const call = encodeBase64url(random(12))
      const recordId = accountId === null ? null : recordIdOf(accountId)
      facts.later(recordId, [fact], sharedValues({ actor, client, call, session: null }), now())
    },
  }
}
