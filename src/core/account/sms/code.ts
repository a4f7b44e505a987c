import { concatBytes, utf8 } from '../../bytes.ts'
import { derive } from '../../hmac.ts'
import type { DraftEvent, DraftFact } from '../../events/catalogue.ts'
import { generateSmsCode, smsDigest } from '../../sms/code.ts'
import { isE164 } from '../../e164.ts'
import { sendAllowed, sendsAfterVerified } from '../../sms/sends.ts'
import type { SmsPurpose, SmsSends } from '../../sms/index.ts'
import type { TaskResult, Task, SendPermitTask } from '../record/tasks.ts'
import { openedText, openTask, sendPermits, resultOf } from '../record/tasks.ts'
import { isRecent } from '../sessions/session.ts'
import type { AccountState, SmsCode, SmsNumber } from '../record/state.ts'
import type { Context, DraftMessage } from '../record/step.ts'

/** Bytes of the key that stands in front of a code's digest. */
export const smsKeyLength = 32

/** A message that somebody asks for. */
export interface SendRequest {
  readonly purpose: SmsPurpose
  /** The id of a challenge, of a session or of an enrollment [SMS-7]. */
  readonly request: string
  readonly to: Pick<SmsNumber, 'id' | 'masked' | 'country' | 'type' | 'phone'>
  /** Where the number lies in the record; null if it is not in it yet, and `phone` is still to be sealed. */
  readonly path: string | null
  /** Asked by a known device or by somebody who is signed in. */
  readonly own: boolean
}

export type SendRefusal = 'cooldown' | 'hourly' | 'daily' | 'limited' | 'denied' | 'country'

export type SendPlan =
  | { readonly status: 'need'; readonly proofs: readonly Task[] }
  /** `retryAt`, ms since epoch; null: not soon, or never. */
  | { readonly status: 'refused'; readonly reason: SendRefusal; readonly retryAt: number | null }
  | { readonly status: 'ready'; readonly phone: string; readonly sends: SmsSends; readonly resendAt: number }

export interface Sent {
  readonly state: AccountState
  readonly event: DraftEvent
  readonly message: DraftMessage
  /** ms since epoch */
  readonly resendAt: number
  readonly expiresAt: number
}

/** A code that a server with a fast clock made is live at once, and not until a time that is far ahead [SMS-4]. */
export function isLiveCode(code: SmsCode, { now, settings }: Pick<Context, 'now' | 'settings'>): boolean {
  return code.expiresAt > now && isRecent(code.sentAt, settings.sms?.codeMs ?? 0, now)
}

/** Whether the message may be sent: the account's own limits first, then those that the service knows of. */
export function planSend(
  state: AccountState,
  send: SendRequest,
  { now, settings }: Context,
  evidence: readonly TaskResult[],
): SendPlan {
  if (settings.sms === null || !settings.sms.countries.includes(send.to.country)) {
    return { status: 'refused', reason: 'country', retryAt: null }
  }
  const { code, sends } = state.sms
  // Somebody who only knows the password must not void the code that the owner is typing.
  if (!send.own && code?.own === true && isLiveCode(code, { now, settings })) {
    return { status: 'refused', reason: 'cooldown', retryAt: code.expiresAt }
  }
  const allowed = sendAllowed({ state: send.own ? sends.own : sends.others, now, limits: settings.sms.sends })
  if (!allowed.ok) return { status: 'refused', reason: allowed.reason, retryAt: allowed.retryAt }

  const opening = send.path === null ? null : openTask(send.path, send.to.phone)
  const opened = opening === null ? unsealedPhone(send) : resultOf(evidence, opening)
  if (opening !== null && opened === undefined) return { status: 'need', proofs: [opening] }
  const phone = openedText(opened)
  if (!isE164(phone)) return { status: 'refused', reason: 'denied', retryAt: null }
  const permit: SendPermitTask = {
    kind: 'send-permit',
    phone,
    country: send.to.country,
    type: send.to.type,
    purpose: send.purpose,
    own: send.own,
  }
  const value = resultOf(evidence, permit)
  if (value === undefined) return { status: 'need', proofs: [permit] }
  const answer = sendPermits[value?.[0] ?? -1] ?? 'denied'
  if (answer !== 'permitted') return { status: 'refused', reason: answer, retryAt: null }
  return { status: 'ready', phone, sends: allowed.state, resendAt: allowed.resendAt }
}

/** Makes the code that takes the place of any other, and the message that brings it [SMS-6]. */
export function sendCode(
  state: AccountState,
  send: SendRequest,
  { phone, sends, resendAt }: Extract<SendPlan, { status: 'ready' }>,
  { now, settings, entropy }: Context,
): Sent {
  const { purpose, request, own, to } = send
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
  return {
    state: { ...state, sms: { ...state.sms, code: live, sends: { ...state.sms.sends, [sender(own)]: sends } } },
    event: { type: 'sms_send', values: { purpose, to: to.masked, country: to.country } },
    message: {
      channel: 'sms',
      sms: { to: phone, purpose, code, minutes: Math.max(1, Math.floor(codeMs / 60_000)) },
      expiresAt,
    },
    resendAt,
    expiresAt,
  }
}

/** A code was right: it is gone, and whoever asked for it waits no longer for the next. */
export function spendCode(state: AccountState): AccountState {
  const { code, sends } = state.sms
  if (code === null) return state
  const name = sender(code.own)
  return {
    ...state,
    sms: { ...state.sms, code: null, sends: { ...sends, [name]: sendsAfterVerified(sends[name]) } },
  }
}

/** A send to the number of the account. */
export function sendToNumber(
  state: AccountState,
  asked: Pick<SendRequest, 'purpose' | 'request' | 'own'>,
): SendRequest | null {
  const { number } = state.sms
  return number === null ? null : { ...asked, to: number, path: 'state/sms/number/phone' }
}

function sender(own: boolean): 'own' | 'others' {
  return own ? 'own' : 'others'
}

function unsealedPhone({ to }: SendRequest): Uint8Array | null {
  return 'seal' in to.phone ? to.phone.seal : null
}

/** A number as a decided state holds it. */
export function phoneSecret(phone: string): { readonly seal: Uint8Array } {
  return { seal: utf8(phone) }
}

/** A code on its way. Times are ms since epoch. */
export interface SmsQueued {
  readonly ok: true
  /** Masked. */
  readonly to: string
  readonly resendAt: number
  readonly expiresAt: number
}

export function refuseSend({ reason, retryAt }: Extract<SendPlan, { status: 'refused' }>): {
  readonly ok: false
  readonly reason: SendRefusal
  readonly retryAt: number | null
} {
  return { ok: false, reason, retryAt }
}

export function refusalFacts(
  { reason }: Extract<SendPlan, { status: 'refused' }>,
  purpose: string,
  country: string,
): readonly DraftFact[] {
  return [{ type: 'sms_refuse', values: { purpose, country, reason } }]
}
