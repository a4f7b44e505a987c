import { isNightlatchError } from '../../core/errors.ts'
import { limits } from '../../core/limits.ts'
import type { ReportKind } from '../../ports/report.ts'
import type { Channel } from '../../ports/storage.ts'
import type { Tell } from '../loop/reports.ts'

/** Why a message, or its copy for one address, was not sent. The words are stored in facts. */
export type FailureReason =
  'refused' | 'not-accepted' | 'late' | 'describe' | 'no-verified-address' | 'not-written' | 'unreadable'

export interface Failure {
  readonly reason: FailureReason
  readonly cause?: unknown
}

/** What an error of a mailer or sender means: final for this recipient, or not. */
export function failureOf(channel: Channel, error: unknown): Failure {
  const isFinal = isNightlatchError(error) && error.code === `NL_${channel.toUpperCase()}_REFUSED`
  return { reason: isFinal ? 'refused' : 'not-accepted', cause: error }
}

function nounOf(channel: Channel): string {
  return channel === 'mail' ? 'a mail' : 'a code'
}

const texts: Readonly<Record<FailureReason, string>> = {
  refused: 'was refused for good, and is not sent to this recipient',
  'not-accepted': 'was not accepted, and is tried again',
  late: `was not accepted within ${limits.sendMs / 1000} s, and is tried again`,
  describe: 'waits for an answer of describe',
  'no-verified-address': 'waits, because describe gave no verified address',
  'not-written': 'could not be written by this release, and is tried again',
  unreadable: 'is sealed under a key that this server does not have, and is tried again',
}

/** Tells the host of a failure. Of an error only the library's own texts are shown: others may quote the message. */
export function tellFailure(tell: Tell, channel: Channel, { reason, cause }: Failure): void {
  const kind: ReportKind = reason === 'describe' ? 'describe' : channel
  const because = isNightlatchError(cause) ? `: ${cause.message}` : ''
  tell(kind, `${nounOf(channel)} ${texts[reason]}${because}`, { subject: reason, cause })
}

/** Tells the host that a message was given up. */
export function tellDeath(tell: Tell, channel: Channel, reason: string): void {
  tell(channel, `${nounOf(channel)} was given up: ${reason}`, { subject: `dead ${reason}` })
}
