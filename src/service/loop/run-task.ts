import type { Client } from '../../core/account/record/context.ts'
import type { Settings } from '../../core/account/record/settings.ts'
import type { AccountState } from '../../core/account/record/state.ts'
import type { SlowHashTask, Task, TaskResult } from '../../core/account/record/tasks.ts'
import { storedBytes } from '../../core/account/record/tasks.ts'
import type { SendPermit, SendPermitTask } from '../../core/account/sms/permit.ts'
import { isNightlatchError, NightlatchError } from '../../core/errors.ts'
import type { Flow } from '../../core/flow.ts'
import { readAssertionFacts, readRegistrationFacts } from '../../core/passkeys/facts.ts'
import type { LimiterCharge } from '../../ports/limiter.ts'
import type { NumberType, SmsRisk } from '../../ports/sms.ts'
import type { SlowHash } from '../../slow-hash/index.ts'
import { slowHash } from '../../slow-hash/index.ts'
import { accountIdOf } from '../keys/account-id.ts'
import type { NightlatchOptions } from '../options/options.ts'
import type { SmsCeilings } from '../options/sms-options.ts'
import type { RecordStore } from './record-store.ts'

interface TaskParts {
  readonly options: Pick<NightlatchOptions, 'slowHash' | 'passkeys' | 'sms'>
  readonly settings: Settings
  readonly records: RecordStore<AccountState>
  readonly ceilings: SmsCeilings
  /** Null: admitted. */
  readonly charge: (charges: readonly LimiterCharge[], flow: Flow) => Promise<{ readonly retryAt: number } | null>
  readonly hash: (...parts: readonly string[]) => string
}

const hourMs = 3_600_000
const riskMs = 5000

/** Works out what a step asks for: the only place where a use case waits for anything but the storage. */
export function createRunTask(parts: TaskParts): (recordId: string, task: Task, client: Client) => Promise<TaskResult> {
  const { options, records } = parts
  const hashSlowly = options.slowHash ?? slowHash
  const verifier = options.passkeys?.verifier

  return async (recordId, task, client) => {
    switch (task.kind) {
      case 'open':
        return { task, result: records.open(recordId, task.path, task.sealed) }
      case 'slow-hash':
        return { task, result: await hashWith(hashSlowly, task) }
      case 'send-permit':
        return { task, result: await permit(parts, recordId, task, client) }
      case 'webauthn-registration': {
        const { response, challenge } = task
        const facts = await verified(() => verifier?.verifyRegistration({ response, challenge }))
        return { task, result: readRegistrationFacts(facts) }
      }
      case 'webauthn-assertion': {
        const { response, challenge, publicKey } = task
        const facts = await verified(() => verifier?.verifyAssertion({ response, challenge, publicKey }))
        return { task, result: readAssertionFacts(facts) }
      }
    }
  }
}

async function hashWith(hash: SlowHash, { input, salt, params }: SlowHashTask): Promise<Uint8Array> {
  try {
    return await hash({ password: storedBytes(input), salt: storedBytes(salt), params })
  } catch (error) {
    if (isNightlatchError(error)) throw error
    throw new NightlatchError('NL_SLOW_HASH_FAILED', 'the slow hash failed', { cause: error })
  }
}

/** A verifier that throws has verified nothing. */
async function verified(verify: () => Promise<unknown> | undefined): Promise<unknown> {
  try {
    return await verify()
  } catch {
    return null
  }
}

/** Every limit must admit [SMS-22]; the host is asked only for what the limits let through. */
async function permit(
  { options, settings, ceilings, charge: admit, hash }: TaskParts,
  recordId: string,
  { phone, country, type, purpose, own }: SendPermitTask,
  { ip, network, deviceId, deviceNamesAccount }: Client,
): Promise<SendPermit> {
  // Nobody else can use up what is left for the owner of a proven number: theirs counts apart.
  const asker = purpose === 'verify-number' ? 'anybody' : own ? 'owner' : 'stranger'
  const isDevice = asker === 'owner' && deviceNamesAccount && deviceId !== null
  const place = isDevice ? ['device', deviceId] : ['network', network ?? 'unknown']
  const daily = settings.sms?.sends.daily ?? 1
  const charges: LimiterCharge[] = [
    // What the host denies is in no record: without a count, one account could use up with it what all others share.
    { key: hash('sms-account', asker, recordId), limit: daily, windowMs: 24 * hourMs },
    { key: hash('sms-number', asker, phone), limit: ceilings.numberDaily, windowMs: 24 * hourMs },
    { key: hash('sms-place', ...place), limit: ceilings.networkHourly, windowMs: hourMs },
    { key: hash('sms-country', country), limit: ceilings.countryHourly, windowMs: hourMs },
    { key: hash('sms-total'), limit: ceilings.totalHourly, windowMs: hourMs },
  ]
  if ((await admit(charges, 'sms')) !== null) return 'limited'
  const risk = options.sms?.risk
  if (risk === undefined) return 'permitted'
  const request = { accountId: accountIdOf(recordId), phone, country, type: type as NumberType, purpose, ip }
  return (await asked(risk, request)) === 'send' ? 'permitted' : 'denied'
}

/** A check that cannot be made denies: it looks for fraud. */
async function asked(risk: SmsRisk, request: Parameters<SmsRisk>[0]): Promise<unknown> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const tooLate = new Promise<'deny'>((resolve) => {
    timer = setTimeout(() => {
      resolve('deny')
    }, riskMs)
  })
  try {
    return await Promise.race([Promise.resolve(request).then(risk), tooLate])
  } catch {
    return 'deny'
  } finally {
    clearTimeout(timer)
  }
}
