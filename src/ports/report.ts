import type { Channel } from './storage.ts'

/**
 * What a host should know and no caller is told. `limiter`: the host's limiter failed, or none works. `address`: a
 * request came without a readable address. `names`: one network tries many names. `human`: the host's check that a
 * person acts failed. `facts`: rows could not be stored. `record`: a record is older than a token that it gave out, or
 * was written ahead of the clock of this server. `compromised`: the hook of that name failed. `passkeys`: the verifier
 * failed, and nothing verified. `risk`: the risk check of a number failed, and no code is sent to it. `sink`: the sink
 * failed. `describe`: it failed or did not answer. The name of a channel: a message was not accepted, a recipient was
 * refused, or a message was given up.
 */
export type ReportKind =
  | 'limiter'
  | 'address'
  | 'names'
  | 'human'
  | 'facts'
  | 'record'
  | 'compromised'
  | 'passkeys'
  | 'risk'
  | 'sink'
  | 'describe'
  | Channel

export interface Report {
  readonly kind: ReportKind
  /** One line in English, without secrets. */
  readonly text: string
  /** ms since epoch */
  readonly at: number
  /** What was thrown, if something was. It is the host's own error and may hold its secrets. */
  readonly cause?: unknown
}

/** Gets what went wrong behind the answers, each kind at most once a minute. Nothing waits for it. */
export type Reporter = (report: Report) => void
