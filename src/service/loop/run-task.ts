import { utf8 } from '../../core/bytes.ts'
import { isNightlatchError, NightlatchError } from '../../core/errors.ts'
import type { Task, SendPermitTask } from '../../core/account/record/tasks.ts'
import { sendPermits, storedBytes } from '../../core/account/record/tasks.ts'
import type { Settings } from '../../core/account/record/settings.ts'
import type { AccountState } from '../../core/account/record/state.ts'
import type { Client } from '../../core/account/record/step.ts'
import type { LimiterCharge } from '../../ports/limiter.ts'
import type { NumberType, SmsRisk } from '../../ports/sms.ts'
import { slowHash } from '../../slow-hash/index.ts'
import { accountIdOf } from '../keys/account-id.ts'
import type { NightlatchOptions } from '../options/options.ts'
import type { SmsCeilings } from '../options/sms-options.ts'
import type { RecordStore } from './record-store.ts'

interface ProveParts {
  readonly options: Pick<NightlatchOptions, 'slowHash' | 'passkeys' | 'sms'>
  readonly settings: Settings
  readonly records: RecordStore<AccountState>
  readonly ceilings: SmsCeilings
  /** Null: admitted. */
  readonly charge: (charges: readonly LimiterCharge[], flow: string) => Promise<{ readonly retryAt: number } | null>
  readonly hash: (...parts: readonly string[]) => string
}

const hourMs = 3_600_000
const riskMs = 5000

/** Works out what a plan asks for: the only place where a decision waits for anything but the storage. */
export function createRunTask(
  parts: ProveParts,
): (recordId: string, proof: Task, client: Client) => Promise<Uint8Array | null> {
  const { options, records } = parts
  const hashSlowly = options.slowHash ?? slowHash
  const verifier = options.passkeys?.verifier

  return async (recordId, proof, client) => {
    switch (proof.kind) {
      case 'open':
        return records.open(recordId, proof.path, proof.sealed)
      case 'slow-hash':
        try {
          const { input, salt, params } = proof
          return await hashSlowly({ password: storedBytes(input), salt: storedBytes(salt), params })
        } catch (error) {
          if (isNightlatchError(error)) throw error
          throw new NightlatchError('NL_SLOW_HASH_FAILED', 'the slow hash failed', { cause: error })
        }
      case 'send-permit':
        return new Uint8Array([sendPermits.indexOf(await permit(parts, recordId, proof, client))])
      case 'webauthn-registration': {
        const { response, challenge } = proof
        return facts(() => verifier?.verifyRegistration({ response, challenge }))
      }
      case 'webauthn-assertion': {
        const { response, challenge, publicKey } = proof
        return facts(() => verifier?.verifyAssertion({ response, challenge, publicKey }))
      }
    }
  }
}

/** A verifier that throws has verified nothing. */
async function facts(verify: () => Promise<object | null> | undefined): Promise<Uint8Array | null> {
  try {
    const found = (await verify()) ?? null
    return found === null ? null : utf8(JSON.stringify(found))
  } catch {
    return null
  }
}

/** Every limit must admit [SMS-22]; the host is asked only for what the limits let through. */
async function permit(
  { options, settings, ceilings, charge: admit, hash }: ProveParts,
  recordId: string,
  { phone, country, type, purpose, own }: SendPermitTask,
  { ip, network, deviceId, deviceNamesAccount }: Client,
): Promise<(typeof sendPermits)[number]> {
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
