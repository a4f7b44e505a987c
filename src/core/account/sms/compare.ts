import { isE164 } from '../../e164.ts'
import type { Secret } from '../../secret.ts'
import { matchesSmsCode } from '../../sms/code.ts'
import type { CodeAnswer, UsedAnswer } from '../factors/rules.ts'
import type { Context } from '../record/context.ts'
import type { TaskResults } from '../record/tasks.ts'
import { openedBy, openedText, openTask, unworked } from '../record/tasks.ts'
import { isLiveCode, smsKeyLength } from './code.ts'
import type { SmsCode } from './state.ts'

/** Whether the code was sent for what is asked now, and is live [SMS-7]. */
export function isAwaited(
  code: SmsCode,
  awaited: { readonly purpose: SmsCode['purpose']; readonly id: string; readonly number: string | null },
  at: Pick<Context, 'now' | 'settings'>,
): boolean {
  const { purpose, id, number } = awaited
  return code.purpose === purpose && code.request === id && code.number === number && isLiveCode(code, at)
}

/** A used code by SMS is no longer live, so it is never found to be used. */
export type SmsAnswer = Exclude<CodeAnswer<'sms'>, UsedAnswer>

/** Compares a text with the code that was sent to a number. `path` is the place of the number in the record. */
export function compareWithSent(
  sent: { readonly code: SmsCode; readonly phone: Secret; readonly path: string },
  text: string,
  results: TaskResults,
): SmsAnswer {
  const { request, purpose, digest } = sent.code
  const keyTask = openTask('state/sms/code/digest', digest)
  const phoneTask = openTask(sent.path, sent.phone)
  const missing = unworked(
    results,
    [keyTask, phoneTask].filter((task) => task !== null),
  )
  if (missing.length > 0) return { status: 'need', tasks: missing }
  const keyed = openedBy(results, keyTask)
  const phone = openedText(openedBy(results, phoneTask))
  if (keyed?.length !== 2 * smsKeyLength || !isE164(phone)) return { status: 'wrong' }
  const matches = matchesSmsCode({
    key: keyed.subarray(0, smsKeyLength),
    digest: keyed.subarray(smsKeyLength),
    challenge: request,
    purpose,
    phone,
    text,
  })
  return matches ? { status: 'matched', factor: 'sms' } : { status: 'wrong' }
}
