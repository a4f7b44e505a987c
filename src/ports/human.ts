export interface HumanRequest {
  /** The name that was tried, as the library counts it: trimmed, in lower case. */
  readonly name: string
  readonly client: { readonly ip: string | null; readonly userAgent: string | null }
  /** What the page sent for this check: `answer` of `signIn.start`, `failed` or `recover`. */
  readonly answer: unknown
}

/**
 * The host's own check that a person acts: a captcha, a proof of work. It is asked when a name has failed too often
 * from unknown browsers. Only `true` lets the request through. An error, or no answer within 5 s, does not.
 */
export type HumanCheck = (request: HumanRequest) => boolean | Promise<boolean>
