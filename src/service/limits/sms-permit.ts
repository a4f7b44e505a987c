import type { Client } from '../../core/account/record/context.ts'
import type { Settings } from '../../core/account/record/settings.ts'
import type { SendPermit, SendPermitTask } from '../../core/account/record/tasks.ts'
import type { NumberType } from '../../core/e164.ts'
import { NightlatchError } from '../../core/errors.ts'
import { limits } from '../../core/limits.ts'
import type { LimiterCharge } from '../../ports/limiter.ts'
import type { SmsRisk } from '../../ports/sms.ts'
import { accountIdOf } from '../keys/account-id.ts'
import type { NameHash } from '../keys/name-hash.ts'
import { answerInTime } from '../loop/in-time.ts'
import type { Tell } from '../loop/reports.ts'
import type { SmsCeilings } from '../options/sms-options.ts'
import type { Charge } from './limiter.ts'

export interface PermitParts {
  readonly risk: SmsRisk | undefined
  readonly settings: Settings
  readonly ceilings: SmsCeilings
  readonly charge: Charge
  readonly tell: Tell
  readonly nameHash: () => Promise<NameHash>
}

const hourMs = 3_600_000

/** Every limit must admit a message [SMS-22]. Then the host's risk check is asked, if there is one. */
export async function permitSend(
  { risk, settings, ceilings, charge, nameHash, tell }: PermitParts,
  recordId: string,
  { phone, country, type, purpose, own }: SendPermitTask,
  { ip, network, deviceId, deviceNamesAccount }: Client,
): Promise<SendPermit> {
  // Requests of the owner of a proven number count apart, so that nobody else can use them up.
  const asker = purpose === 'verify-number' ? 'anybody' : own ? 'owner' : 'stranger'
  const isDevice = asker === 'owner' && deviceNamesAccount && deviceId !== null
  const source = isDevice ? ['device', deviceId] : ['network', network ?? 'unknown']
  const daily = settings.sms?.sends.daily ?? 1
  const hash = await nameHash()
  const charges: LimiterCharge[] = [
    // A message that the host denies is in no record. Without this count, one account could use up the ceilings of all
    // with denied messages.
    { key: hash('sms-account', asker, recordId), limit: daily, windowMs: 24 * hourMs },
    { key: hash('sms-number', asker, phone), limit: ceilings.numberDaily, windowMs: 24 * hourMs },
    { key: hash('sms-source', ...source), limit: ceilings.networkHourly, windowMs: hourMs },
    { key: hash('sms-country', country), limit: ceilings.countryHourly, windowMs: hourMs },
    { key: hash('sms-total'), limit: ceilings.totalHourly, windowMs: hourMs },
  ]
  if ((await charge(charges, 'send-code')) !== null) return 'limited'
  if (risk === undefined) return 'permitted'
  const request = { accountId: accountIdOf(recordId), phone, country, type: type as NumberType, purpose, ip }
  return (await asked(risk, request, tell)) === 'send' ? 'permitted' : 'denied'
}

/** A check that cannot be made denies: it looks for fraud. */
async function asked(risk: SmsRisk, request: Parameters<SmsRisk>[0], tell: Tell): Promise<'send' | 'deny'> {
  try {
    const answer = await answerInTime<unknown>(() => risk(request), deadline)
    if (answer === 'send' || answer === 'deny') return answer
    throw new NightlatchError('NL_CONFIG', 'sms.risk must answer send or deny')
  } catch (cause) {
    tell('risk', 'the risk check of SMS failed, and no message is sent', { cause })
    return 'deny'
  }
}

const deadline = { part: 'sms.risk', ms: limits.hostCheckMs, code: 'NL_CONFIG' } as const
