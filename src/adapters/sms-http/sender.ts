import { argumentError, requireObject, requireText } from '../../core/arguments.ts'
import { isE164 } from '../../core/e164.ts'
import { NightlatchError } from '../../core/errors.ts'
import type { SmsMessage, SmsSender } from '../../ports/sms.ts'
import { checkRule, fieldOf, readAnswer, ruleHolds } from './answer.ts'
import type { AnswerRule, GatewayAnswer } from './answer.ts'
import { checkBody, encodeBody } from './template.ts'
import type { BodyFormat, EncodedBody, SmsBody } from './template.ts'

export interface HttpSmsSenderOptions {
  /** `https:`, or `http:` on this machine. */
  readonly url: string
  /** Default `POST`. No `GET`: the code would be in the URL, and so in logs. */
  readonly method?: 'POST' | 'PUT'
  /** Credentials belong here. No error shows them. */
  readonly headers?: Readonly<Record<string, string>>
  readonly body: SmsBody
  /** Default `json`. */
  readonly format?: BodyFormat
  /** Default: any status from 200 to 299. */
  readonly success?: AnswerRule
  /**
   * Which other answers are final, because they say that this number gets no messages. Default: none. Name only those
   * that say so for certain: the message is not tried again.
   */
  readonly refused?: AnswerRule
  /** The field of the answer that has the gateway's error code. The error shows it if it is short. */
  readonly errorCode?: string
  /** ms for the whole exchange, 100 to 15,000; default 10,000. The outbox waits no longer than 20,000. */
  readonly timeoutMs?: number
}

const optionNames = ['url', 'method', 'headers', 'body', 'format', 'success', 'refused', 'errorCode', 'timeoutMs']
const never = (): boolean => false
const thisMachine = ['localhost', '127.0.0.1', '[::1]']

function config(message: string): NightlatchError {
  return new NightlatchError('NL_CONFIG', message)
}

/** Errors show neither URL nor header, because both may hold credentials. */
function readUrl(text: unknown): string {
  const url = typeof text === 'string' && URL.canParse(text) ? new URL(text) : undefined
  const isPrivate = url?.protocol === 'https:' || (url?.protocol === 'http:' && thisMachine.includes(url.hostname))
  if (url === undefined || !isPrivate) throw config('url must be an https: URL')
  if (url.username !== '' || url.password !== '') throw config('url must have no user name; use a header')
  return url.href
}

function isTextRecord(value: unknown): value is Readonly<Record<string, string>> {
  return typeof value === 'object' && value !== null && Object.values(value).every((one) => typeof one === 'string')
}

function readHeaders(headers: unknown): Headers {
  try {
    if (isTextRecord(headers)) return new Headers(headers)
  } catch {
    // HTTP forbids the name or the value. The error below does not show the value.
  }
  throw config('headers must be an object of header names and texts')
}

function checkOptions(options: HttpSmsSenderOptions): void {
  if (typeof options !== 'object' || options === null) throw config('httpSmsSender takes { url, body, … }')
  const unknown = Object.keys(options).find((name) => !optionNames.includes(name))
  if (unknown !== undefined) throw config(`httpSmsSender has no option ${unknown}; it has ${optionNames.join(', ')}`)
  const { method = 'POST', format = 'json', errorCode = '', timeoutMs = 10_000 } = options
  if (method !== 'POST' && method !== 'PUT') throw config('method must be POST or PUT')
  if (format !== 'json' && format !== 'form') throw config('format must be json or form')
  if (typeof errorCode !== 'string') throw config('errorCode must be the path of a field')
  if (!Number.isInteger(timeoutMs) || timeoutMs < 100 || timeoutMs > 15_000) {
    throw config('timeoutMs must be an integer from 100 to 15000')
  }
}

function checkSms(sms: SmsMessage): void {
  requireObject(sms, 'sms')
  for (const name of ['text', 'dedupeKey', 'language'] as const) requireText(sms[name], name)
  if (!isE164(sms.to)) throw argumentError('to', 'a number in E.164 form')
}

/** A number or a short word. A longer text of the gateway may quote the telephone number. */
function codeOf(answer: GatewayAnswer, path: string | undefined): string {
  const code = path === undefined ? undefined : fieldOf(answer.json, path)
  const isCode =
    typeof code === 'number' ? Math.abs(code) < 1_000_000 : /^(?:\d{1,6}|[a-z_-]{1,32})$/i.test(String(code))
  return isCode && (typeof code === 'number' || typeof code === 'string') ? `, code ${code}` : ''
}

async function orFailed<Value>(message: string, work: () => Value | Promise<Value>): Promise<Value> {
  try {
    return await work()
  } catch (cause) {
    throw new NightlatchError('NL_SMS_FAILED', message, { cause })
  }
}

/**
 * A sender for any gateway that takes messages by HTTP, on the platform's `fetch`. It follows no redirects and reads at
 * most 64 kB of an answer. Unless the gateway clearly accepted the message, it fails, and the outbox tries again. Only
 * after an answer that `refused` names it does not: `NL_SMS_REFUSED`.
 *
 * @contract effect(network) · timeoutMs ms · accepted · throws NL_CONFIG, NL_ARGUMENT, NL_SMS_FAILED,
 *   NL_SMS_REFUSED
 * @example
 * httpSmsSender({ url: 'https://sms.acme.example/send', body: { recipient: '{to}', message: '{text}' } })
 */
export function httpSmsSender(options: HttpSmsSenderOptions): SmsSender {
  checkOptions(options)
  const {
    method = 'POST',
    body,
    format = 'json',
    success = {},
    refused = never,
    errorCode,
    timeoutMs = 10_000,
  } = options
  const url = readUrl(options.url)
  const headers = readHeaders(options.headers ?? {})
  checkBody(body, format)
  checkRule(success, 'success')
  checkRule(refused, 'refused')

  async function exchange(encoded: EncodedBody): Promise<GatewayAnswer> {
    const sent = new Headers(headers)
    if (!sent.has('content-type')) sent.set('content-type', encoded.contentType)
    if (!sent.has('accept')) sent.set('accept', 'application/json')
    const signal = AbortSignal.timeout(timeoutMs)
    return await readAnswer(await fetch(url, { method, headers: sent, body: encoded.text, redirect: 'manual', signal }))
  }

  async function send(sms: SmsMessage): Promise<void> {
    checkSms(sms)
    const encoded = await orFailed('the body of the message could not be made', () => encodeBody(body, format, sms))
    const answer = await orFailed('the SMS gateway did not answer', () => exchange(encoded))
    const verdict = await orFailed('the answer of the SMS gateway could not be judged', () => {
      if (ruleHolds(success, answer)) return 'accepted'
      return ruleHolds(refused, answer) ? 'refused' : 'failed'
    })
    if (verdict === 'accepted') return
    const what = `status ${answer.status}${codeOf(answer, errorCode)}`
    if (verdict === 'refused')
      throw new NightlatchError('NL_SMS_REFUSED', `the SMS gateway refused the number: ${what}`)
    throw new NightlatchError('NL_SMS_FAILED', `the SMS gateway did not accept: ${what}`)
  }
  return { send }
}
