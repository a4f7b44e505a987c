export interface LimiterCharge {
  /** A hash, 1 to 128 characters of printable ASCII: never a name or an address in clear. */
  readonly key: string
  /** Charges admitted per window. */
  readonly limit: number
  readonly windowMs: number
}

export type LimiterAnswer = { readonly admitted: true } | { readonly admitted: false; readonly retryAt: number }

/**
 * Refuses too many calls before anything is read. Charges every key and admits only if all of them are within their
 * limit. The attempt budgets of an account do not depend on it.
 */
export interface Limiter {
  charge(request: { readonly now: number; readonly charges: readonly LimiterCharge[] }): Promise<LimiterAnswer>
  /**
   * Takes back one charge of each key, as far as it still counts: no key gets more than its limit. A completed sign-in
   * takes back what its start was charged.
   */
  giveBack(request: { readonly now: number; readonly charges: readonly LimiterCharge[] }): Promise<void>
}
