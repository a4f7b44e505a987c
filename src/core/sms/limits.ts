import { longestCode } from '../digits.ts'

/** Hard caps and defaults of codes by SMS. No option exceeds a cap. Times are ms. */
export interface SmsLimits {
  /** How long a code can be used by default: 5 minutes. */
  readonly codeMs: number
  /** The longest time that can be configured: 10 minutes [SMS-4]. */
  readonly longestCodeMs: number
  /** The most characters that a typed code may have, with spaces and dashes. */
  readonly codeText: number
  /** The most characters of the application's name that a message shows. */
  readonly appName: number
  /** The most sends a day that can be configured. A record keeps the time of each. */
  readonly daily: number
}

export const smsLimits: SmsLimits = /* @__PURE__ */ Object.freeze({
  codeMs: 300_000,
  longestCodeMs: 600_000,
  codeText: longestCode,
  appName: 32,
  daily: 50,
})

/** How often codes may be sent to one account. Times are ms. */
export interface SmsSendLimits {
  /** The wait before a second code. It doubles with every further code. */
  readonly firstDelayMs: number
  readonly longestDelayMs: number
  /** The most sends within one hour. */
  readonly hourly: number
  /** The most sends within 24 hours. */
  readonly daily: number
}

/** A wait of 30 seconds, doubled up to 32 minutes [SMS-23]. 6 sends within an hour and 15 within a day. */
export const smsSendLimits: SmsSendLimits = /* @__PURE__ */ Object.freeze({
  firstDelayMs: 30_000,
  longestDelayMs: 1_920_000,
  hourly: 6,
  daily: 15,
})
