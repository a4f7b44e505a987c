import type { Settings } from '../../core/account/record/settings.ts'
import type { AccountState } from '../../core/account/record/state.ts'
import type { Random } from '../../ports/random.ts'
import type { RecordId } from '../../ports/storage.ts'
import type { Installation } from '../keys/installation.ts'
import { platformRandom } from '../keys/platform-random.ts'
import type { RequestReader } from '../keys/request-reader.ts'
import { createRequestReader } from '../keys/request-reader.ts'
import type { Limiting } from '../limits/limiter.ts'
import { createLimiting } from '../limits/limiter.ts'
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
import { createAfterCommit } from './after-commit.ts'
import type { Afterwards } from './afterwards.ts'
import { createAfterwards } from './afterwards.ts'
import { createOnRecord } from './broken-records.ts'
import { checkedClock } from './clock-check.ts'
import { createFacts } from './facts.ts'
import { guardStorage } from './guarded-storage.ts'
import type { LoadSignedIn } from './load-signed-in.ts'
import { createLoadSignedIn } from './load-signed-in.ts'
import type { Realm } from './realm-keys.ts'
import { createRealm } from './realm-keys.ts'
import { checkedRandom } from './random-check.ts'
import type { RecordFact } from './record-fact.ts'
import { createRecordFact } from './record-fact.ts'
import type { LoadedRecord, RecordStore } from './record-store.ts'
import { createRecordStore } from './record-store.ts'
import type { Tell } from './reports.ts'
import { createTell } from './reports.ts'
import type { WatchRecord } from './record-watch.ts'
import { createWatchRecord } from './record-watch.ts'
import type { RunUseCase } from './run.ts'
import { createRun } from './run.ts'
import { createRunTask } from './run-task.ts'
import { createSinkWriter } from './sink-writer.ts'

/** What the parts of the facade share. */
export interface Kernel extends RequestReader {
  readonly settings: Settings
  readonly appName: string
  readonly outbox: Outbox
  readonly records: RecordStore<AccountState>
  readonly realm: Realm
  readonly nameHash: Realm['nameHash']
  readonly watch: WatchRecord
  readonly storage: NightlatchOptions['storage']
  readonly random: Random
  readonly run: RunUseCase
  readonly loadSignedIn: LoadSignedIn
  readonly limiting: Limiting
  readonly signInTerms: SignInTerms
  readonly afterwards: Afterwards
  readonly tell: Tell
  readonly recordFact: RecordFact
  /** For calls that only read. Null: there is none. */
  loadRecord(recordId: RecordId): Promise<LoadedRecord<AccountState> | null>
  /** Lets other work of this process go on. */
  nextTurn(): Promise<void>
  now(): number
  describe(accountId: string): Promise<AccountDescription>
}

/** Puts the parts together that every call needs. */
export function createKernel(
  { options, settings, ceilings, signInTerms, cookie }: CheckedOptions,
  sweepTimer: SweepTimer,
): Kernel {
  const { keys, appName } = options
  const installation: Installation = { realm: settings.realm, keys }
  const storage = guardStorage(options.storage)
  const random = options.random === undefined ? platformRandom : checkedRandom(options.random)
  const now = checkedClock(options.clock ?? (() => Date.now()))
  const tell = createTell(options.report, now)
  const sink = createSinkWriter(options.sink, tell)
  const afterwards = createAfterwards()
  const realm = createRealm({ storage, installation, random, now })
  const facts = createFacts({ storage, realm, random, afterwards, tell, stored: sink.facts })
  const records = createRecordStore(accountRecord, { storage, installation, random })
  const outbox = createOutbox({ storage, installation, random, now, facts, afterwards, tell, host: options })
  const limiting = createLimiting({ limiter: options.limiter, facts, now, tell })
  const onRecord = createOnRecord(facts, now)
  const watch = createWatchRecord({ facts, tell, now })
  const reader = createRequestReader({ installation, random, now, sessionMs: settings.sessionMs, cookie, tell })
  const transact = createAccountLoop({
    storage,
    records,
    afterwards,
    random,
    now,
    settings,
    runTask: createRunTask({
      options,
      settings,
      records,
      ceilings,
      charge: limiting.charge,
      nameHash: realm.nameHash,
      tell,
    }),
    sealMessages: outbox.seal,
    committed: createAfterCommit({ outbox, sink, onCompromised: options.onCompromised, tell }),
  })

  return {
    ...reader,
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
    nameHash: realm.nameHash,
    run: createRun({ transact, facts, sweepTimer, onRecord, watch, sweep: options.outbox?.sweep ?? 'automatic' }),
    loadRecord: (recordId) => onRecord(recordId, () => records.load(recordId)),
    nextTurn: () => pause(0),
    loadSignedIn: createLoadSignedIn({ acting: reader.acting, records, onRecord, watch, now }),
    describe: (accountId) => describeAccount(options.describe, accountId),
    recordFact: createRecordFact({ facts, random, now }),
  }
}
