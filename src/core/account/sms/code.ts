import { concatBytes, utf8 } from '../../bytes.ts'
import { isE164 } from '../../e164.ts'
import type { DraftEvent, DraftFact } from '../../events/catalogue.ts'
import { derive } from '../../hmac.ts'
import { generateSmsCode, smsDigest } from '../../sms/code.ts'
import type { SmsPurpose, SmsSends } from '../../sms/index.ts'
import { sendAllowed, sendsAfterVerified } from '../../sms/sends.ts'
import type { Context } from '../record/context.ts'
import { isRecent } from '../record/recent.ts'
import type { AccountState } from '../record/state.ts'
import { withFactor } from '../record/state.ts'
import type { Task, TaskResults } from '../record/tasks.ts'
import { openedText, openTask, resultOf } from '../record/tasks.ts'
import type { SmsMessage } from './order.ts'
import type { SendPermitTask } from './permit.ts'
import type { SmsCode, SmsNumber } from './state.ts'

/** The length of the key that stands before a code's digest, in bytes. */
export const smsKeyLength = 32

/** The place in the record of the account's number. */
export const numberPath = 'state/sms/number/phone'

/** A request for a message. */
export interface SendRequest {
  readonly purpose: SmsPurpose
  /** The id of a challenge, of a session or of an enrollment [SMS-7]. */
  readonly request: string
  readonly to: Pick<SmsNumber, 'id' | 'masked' | 'country' | 'type' | 'phone'>
  /** The place of the number in the record. Null if the record does not have it yet. `phone` is then not sealed. */
  readonly path: string | null
  /** A known device or a signed-in session asked for it. */
  readonly own: boolean
}

export type SendRefusal = 'cooldown' | 'hourly' | 'daily' | 'limited' | 'denied' | 'country'

export interface RefusedSend {
  readonly status: 'refused'
  readonly reason: SendRefusal
  /** ms since epoch. Null: not soon, or never. */
  readonly retryAt: number | null
}

export interface Sent {
  readonly status: 'sent'
  readonly state: AccountState
  readonly event: DraftEvent
  readonly message: SmsMessage
  /** ms since epoch */
  readonly resendAt: number
  readonly expiresAt: number
}

export type SendAnswer = { readonly status: 'need'; readonly tasks: readonly Task[] } | RefusedSend | Sent

/**
 * Whether a code can be used now. A code that a server with a fast clock made can be used at once, and no longer than
 * others [SMS-4].
 */
export function isLiveCode(code: SmsCode, { now, settings }: Pick<Context, 'now' | 'settings'>): boolean {
  return code.expiresAt > now && isRecent(code.sentAt, settings.sms?.codeMs ?? 0, now)
}

/** Makes a code and its message, if a message may be sent. The account's own limits are checked first. */
export function sendCode(state: AccountState, send: SendRequest, context: Context, results: TaskResults): SendAnswer {
  const { now, settings } = context
  const refused = (reason: SendRefusal, retryAt: number | null = null): RefusedSend => ({
    status: 'refused',
    reason,
    retryAt,
  })
  if (settings.sms === null || !settings.sms.countries.includes(send.to.country)) return refused('country')
  const { code, sends } = state.sms
  // Somebody who only knows the password must not void the code that the owner is typing.
  if (!send.own && code?.own === true && isLiveCode(code, context)) return refused('cooldown', code.expiresAt)
  const allowed = sendAllowed({ state: send.own ? sends.own : sends.others, now, limits: settings.sms.sends })
  if (!allowed.ok) return refused(allowed.reason, allowed.retryAt)

  const opening = send.path === null ? null : openTask(send.path, send.to.phone)
  const opened = opening === null ? newPhone(send) : resultOf(results, opening)
  if (opening !== null && opened === undefined) return { status: 'need', tasks: [opening] }
  const phone = openedText(opened)
  if (!isE164(phone)) return refused('denied')
  const { purpose, own } = send
  const { country, type } = send.to
  const task: SendPermitTask = { kind: 'send-permit', phone, country, type, purpose, own }
  const permit = resultOf(results, task)
  if (permit === undefined) return { status: 'need', tasks: [task] }
  if (permit !== 'permitted') return refused(permit)
  return { ...makeCode(state, send, { phone, sends: allowed.state }, context), resendAt: allowed.resendAt }
}

/** The code replaces any other [SMS-6]. */
function makeCode(
  state: AccountState,
  { purpose, request, own, to }: SendRequest,
  { phone, sends }: { readonly phone: string; readonly sends: SmsSends },
  { now, settings, entropy }: Context,
): Omit<Sent, 'resendAt'> {
  const codeMs = settings.sms?.codeMs ?? 0
  const code = generateSmsCode({ entropy: derive(entropy, 'sms-code', 32) })
  const key = derive(entropy, 'sms-code-key', smsKeyLength)
  const digest = smsDigest({ key, challenge: request, purpose, phone, code })
  const expiresAt = now + codeMs
  const live: SmsCode = {
    purpose,
    request,
    number: to.id,
    digest: { seal: concatBytes(key, digest) },
    sentAt: now,
    expiresAt,
    own,
  }
  const minutes = Math.max(1, Math.floor(codeMs / 60_000))
  return {
    status: 'sent',
    state: withFactor(state, 'sms', { code: live, sends: { ...state.sms.sends, [sender(own)]: sends } }),
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

/** A request to send to the account's number. Null without a number. */
export function sendToNumber(
  state: AccountState,
  asked: Pick<SendRequest, 'purpose' | 'request' | 'own'>,
): SendRequest | null {
  const { number } = state.sms
  return number === null ? null : { ...asked, to: number, path: numberPath }
}

function sender(own: boolean): 'own' | 'others' {
  return own ? 'own' : 'others'
}

function newPhone({ to }: SendRequest): Uint8Array | null {
  return 'seal' in to.phone ? to.phone.seal : null
}

/** A number in a new state, before it is sealed. */
export function phoneSecret(phone: string): { readonly seal: Uint8Array } {
  return { seal: utf8(phone) }
}

export function sendRefusalFacts({ reason }: RefusedSend, { purpose, to }: SendRequest): readonly DraftFact[] {
  return [{ type: 'sms_refuse', values: { purpose, country: to.country, reason } }]
}
