import { utf8 } from '../../core/bytes.ts'
import { NightlatchError } from '../../core/errors.ts'
import type { HttpSmsSenderOptions } from './sender.ts'

export interface TwilioOptions {
  /** Begins with `AC`. */
  readonly accountSid: string
  /** The account's own token. Better: a key that can be revoked alone, whose `sid` begins with `SK`. */
  readonly authToken?: string
  readonly apiKey?: { readonly sid: string; readonly secret: string }
  /** A number in E.164 form, a short code or a sender name. Or give `messagingServiceSid`, which begins with `MG`. */
  readonly from?: string
  readonly messagingServiceSid?: string
  /** Default `https://api.twilio.com`. Regions of Twilio have others. */
  readonly origin?: string
}

export interface VonageOptions {
  readonly apiKey: string
  readonly apiSecret: string
  /** A number, with or without its `+`, or a sender name. */
  readonly from: string
  /** Default `https://api.nexmo.com`. Regions of Vonage have others. */
  readonly origin?: string
}

function config(message: string): NightlatchError {
  return new NightlatchError('NL_CONFIG', message)
}

function requireSid(value: unknown, title: string, prefix: string): asserts value is string {
  if (typeof value !== 'string' || !/^[A-Z]{2}[\da-f]{32}$/i.test(value) || !value.startsWith(prefix)) {
    throw config(`${title} must be ${prefix} and 32 hexadecimal digits`)
  }
}

function requireShown(value: unknown, title: string): asserts value is string {
  if (typeof value !== 'string' || !/^[\x20-\x7e]{1,256}$/.test(value)) {
    throw config(`${title} must be a text of 1 to 256 ASCII characters`)
  }
}

function requireOptions(options: unknown, title: string, names: readonly string[]): void {
  if (typeof options !== 'object' || options === null) throw config(`${title} takes { ${names.join(', ')} }`)
  const unknown = Object.keys(options).find((name) => !names.includes(name))
  if (unknown !== undefined) throw config(`${title} has no option ${unknown}; it has ${names.join(', ')}`)
}

function basicAuthorization(user: string, password: string): string {
  return `Basic ${btoa(String.fromCharCode(...utf8(`${user}:${password}`)))}`
}

function addressOf(origin: string, path: string): string {
  if (typeof origin !== 'string' || !URL.canParse(origin) || new URL(origin).pathname !== '/') {
    throw config('origin must be a URL without a path')
  }
  return new URL(path, origin).href
}

/** The longest life of a code. Twilio drops a message that waits longer in its queue. */
const validitySeconds = 600

/**
 * What Twilio answers about the number alone: 21211, there is no such number; 21610, its owner asked for no more
 * messages; 21614, it takes none. Other codes may be about the sender, the account or the country.
 */
const aboutNumber = [21211, 21610, 21614]

/**
 * The options for Twilio's Messages resource (API 2010-04-01). It takes a form and basic authentication, and answers
 * 201 with the `sid` of the queued message. The codes 21211, 21610 and 21614 are final for a number.
 *
 * @contract pure · options of httpSmsSender · throws NL_CONFIG
 * @example
 * httpSmsSender(twilio({ accountSid, authToken, from: '+15005550006' }))
 */
export function twilio(options: TwilioOptions): HttpSmsSenderOptions {
  requireOptions(options, 'twilio', ['accountSid', 'authToken', 'apiKey', 'from', 'messagingServiceSid', 'origin'])
  const { accountSid, authToken, apiKey, from, messagingServiceSid, origin = 'https://api.twilio.com' } = options
  requireSid(accountSid, 'accountSid', 'AC')
  if ((authToken === undefined) === (apiKey === undefined)) throw config('twilio takes either authToken or apiKey')
  if (apiKey !== undefined) requireSid(apiKey?.sid, 'apiKey.sid', 'SK')
  const password = apiKey === undefined ? authToken : apiKey.secret
  requireShown(password, apiKey === undefined ? 'authToken' : 'apiKey.secret')
  if ((from === undefined) === (messagingServiceSid === undefined)) {
    throw config('twilio takes either from or messagingServiceSid')
  }
  if (messagingServiceSid !== undefined) requireSid(messagingServiceSid, 'messagingServiceSid', 'MG')
  if (from !== undefined) requireShown(from, 'from')
  return {
    url: addressOf(origin, `/2010-04-01/Accounts/${accountSid}/Messages.json`),
    headers: { authorization: basicAuthorization(apiKey?.sid ?? accountSid, password) },
    format: 'form',
    body: ({ to, text }) => ({
      To: to,
      ...(from === undefined ? { MessagingServiceSid: messagingServiceSid ?? '' } : { From: from }),
      Body: text,
      ValidityPeriod: validitySeconds,
    }),
    success: { status: [201], fields: [{ path: 'sid' }] },
    refused: { status: [400], fields: [{ path: 'code', oneOf: aboutNumber }] },
    errorCode: 'code',
  }
}

/**
 * The options for Vonage's Messages API (version 1). It takes JSON, basic authentication and numbers without `+`, and
 * answers 202 with the `message_uuid` of the queued message. No other answer is final: none of them is certainly about
 * the number.
 *
 * @contract pure · options of httpSmsSender · throws NL_CONFIG
 * @example
 * httpSmsSender(vonage({ apiKey, apiSecret, from: 'Acme' }))
 */
export function vonage(options: VonageOptions): HttpSmsSenderOptions {
  requireOptions(options, 'vonage', ['apiKey', 'apiSecret', 'from', 'origin'])
  const { apiKey, apiSecret, from, origin = 'https://api.nexmo.com' } = options
  requireShown(apiKey, 'apiKey')
  requireShown(apiSecret, 'apiSecret')
  requireShown(from, 'from')
  if (apiKey.includes(':')) throw config('apiKey must not have a colon')
  const sender = from.replace(/^\+(?=\d)/, '')
  return {
    url: addressOf(origin, '/v1/messages'),
    headers: { authorization: basicAuthorization(apiKey, apiSecret) },
    format: 'json',
    body: ({ to, text }) => ({ message_type: 'text', channel: 'sms', from: sender, to: to.slice(1), text }),
    success: { status: [202], fields: [{ path: 'message_uuid' }] },
  }
}
