/** Hard caps and defaults of codes by SMS. The caps cannot be configured away. Times are ms. */
export interface SmsLimits {
  /** How long a code can be used unless configured otherwise: 5 minutes. */
  readonly codeMs: number
  /** The longest that can be configured: 10 minutes [SMS-4]. */
  readonly longestCodeMs: number
  /** Most characters of a typed code, decoration included, that are looked at. */
  readonly codeText: number
  /** Most characters of the application's name that a message shows. */
  readonly appName: number
  /** Most sends that may be configured for one day: a record keeps the time of each. */
  readonly daily: number
}

export const smsLimits: SmsLimits = /* @__PURE__ */ Object.freeze({
  codeMs: 300_000,
  longestCodeMs: 600_000,
  codeText: 32,
  appName: 32,
  daily: 50,
})

/** How often one account may be sent a code. Times are ms. */
export interface SmsSendLimits {
  /** The wait before a second code; it doubles with every further one. */
  readonly firstDelayMs: number
  readonly longestDelayMs: number
  /** Most sends within one hour. */
  readonly hourly: number
  /** Most sends within 24 hours. */
  readonly daily: number
}

/** 30 seconds, doubled up to 32 minutes [SMS-23]; 6 sends within an hour and 15 within a day. */
export const smsSendLimits: SmsSendLimits = /* @__PURE__ */ Object.freeze({
  firstDelayMs: 30_000,
  longestDelayMs: 1_920_000,
  hourly: 6,
  daily: 15,
})
