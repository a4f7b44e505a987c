import { concatBytes, utf8 } from '../../bytes.ts'
import { isE164 } from '../../e164.ts'
import type { DraftFact } from '../../events/catalogue.ts'
import { derive } from '../../hmac.ts'
import { generateSmsCode, smsDigest } from '../../sms/code.ts'
import type { SmsSends } from '../../sms/index.ts'
import { sendAllowed, sendsAfterVerified } from '../../sms/sends.ts'
import type { CodeRequest, RefusedSend, SendAnswer, SendRefusal, SentCode } from '../factors/sent-code.ts'
import type { Context } from '../record/context.ts'
import { placeAt, takePlace } from '../record/message-places.ts'
import { isRecent } from '../record/recent.ts'
import type { AccountState } from '../record/state.ts'
import { withFactor } from '../record/state.ts'
import type { SendPermitTask, TaskResults } from '../record/tasks.ts'
import { openedText, openTask, resultOf } from '../record/tasks.ts'
import type { SmsCode, SmsNumber } from './state.ts'

/** The length of the key that comes before a code's digest, in bytes. */
export const smsKeyLength = 32

/** The length of a code that is sent. */
export const smsCodeDigits = 6

/** The place in the record of the account's number. */
export const numberPath = 'state/sms/number/phone'

type Recipient = Pick<SmsNumber, 'id' | 'masked' | 'country' | 'type' | 'phone'>

/** A request for a code, and the number that it goes to. */
export interface SendToNumber extends CodeRequest {
  readonly to: Recipient
  /** The place of the number in the record. Null if the record does not have it yet. `phone` is then not sealed. */
  readonly path: string | null
}

/**
 * Whether a code can be used now [SMS-4]. A code that a server with a fast clock made can be used at once, unless that
 * clock is further ahead than clocks may be.
 */
export function isLiveCode(code: SmsCode, { now, settings }: Pick<Context, 'now' | 'settings'>): boolean {
  return code.expiresAt > now && isRecent(code.sentAt, settings.sms?.codeMs ?? 0, now)
}

/** Makes a code and its message, if a message may be sent. The account's own limits are checked first. */
export function sendToNumber(
  state: AccountState,
  send: SendToNumber,
  context: Context,
  results: TaskResults,
): SendAnswer {
  const { now, settings } = context
  const { purpose, own, to } = send
  const { country, type } = to
  const refused = (reason: SendRefusal, retryAt: number | null = null): RefusedSend => {
    const facts: readonly DraftFact[] = [{ type: 'sms_refuse', values: { purpose, country, reason } }]
    return { status: 'refused', to: to.masked, reason, retryAt, facts }
  }
  if (settings.sms === null || !settings.sms.countries.includes(country)) return refused('country')
  const { code, sends } = state.sms
  // Somebody who only knows the password must not void the code that the owner is typing.
  if (!own && code?.own === true && isLiveCode(code, context)) return refused('cooldown', code.expiresAt)
  const pool = sender(own)
  const placeFree = placeAt(state, pool, now)
  if (placeFree !== null) return refused('daily', placeFree)
  const allowed = sendAllowed({ state: own ? sends.own : sends.others, now, limits: settings.sms.sends })
  if (!allowed.ok) return refused(allowed.reason, allowed.retryAt)

  const opening = send.path === null ? null : openTask(send.path, to.phone)
  const opened = opening === null ? newPhone(send) : resultOf(results, opening)
  if (opening !== null && opened === undefined) return { status: 'need', tasks: [opening] }
  const phone = openedText(opened)
  if (!isE164(phone)) return refused('denied')
  const task: SendPermitTask = { kind: 'send-permit', phone, country, type, purpose, own }
  const permit = resultOf(results, task)
  if (permit === undefined) return { status: 'need', tasks: [task] }
  if (permit !== 'permitted') return refused(permit)
  return { ...makeCode(state, send, { phone, sends: allowed.state }, context), resendAt: allowed.resendAt }
}

/** The code replaces any other [SMS-6]. */
function makeCode(
  state: AccountState,
  { purpose, id, own, to }: SendToNumber,
  { phone, sends }: { readonly phone: string; readonly sends: SmsSends },
  { now, settings, entropy }: Context,
): Omit<SentCode, 'resendAt'> {
  const codeMs = settings.sms?.codeMs ?? 0
  const code = generateSmsCode({ entropy: derive(entropy, 'sms-code', 32), digits: smsCodeDigits })
  const key = derive(entropy, 'sms-code-key', smsKeyLength)
  const digest = { seal: concatBytes(key, smsDigest({ key, challenge: id, purpose, phone, code })) }
  const expiresAt = now + codeMs
  const live: SmsCode = { purpose, request: id, number: to.id, digest, sentAt: now, expiresAt, own }
  const minutes = Math.max(1, Math.floor(codeMs / 60_000))
  return {
    status: 'sent',
    to: to.masked,
    state: takePlace(
      withFactor(state, 'sms', { code: live, sends: { ...state.sms.sends, [sender(own)]: sends } }),
      sender(own),
      now,
    ),
    event: { type: 'sms_send', values: { purpose, to: to.masked, country: to.country } },
    message: { channel: 'sms', sms: { to: phone, purpose, code, minutes }, expiresAt },
    expiresAt,
  }
}

/** Spends a code that was right. The next one can be requested without a wait. */
export function spendCode(state: AccountState): AccountState {
  const { code, sends } = state.sms
  if (code === null) return state
  const name = sender(code.own)
  return withFactor(state, 'sms', { code: null, sends: { ...sends, [name]: sendsAfterVerified(sends[name]) } })
}

function sender(own: boolean): 'own' | 'others' {
  return own ? 'own' : 'others'
}

function newPhone({ to }: SendToNumber): Uint8Array | null {
  return 'seal' in to.phone ? to.phone.seal : null
}

/** A number in a new state, before it is sealed. */
export function phoneSecret(phone: string): { readonly seal: Uint8Array } {
  return { seal: utf8(phone) }
}
