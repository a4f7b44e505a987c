import { limits } from '../../limits.ts'
import { isRecent } from '../record/recent.ts'
import type { AccountState } from '../record/state.ts'
import type { SmsEnrollment } from './state.ts'

/** The number that waits for its confirmation, if this session began its enrollment. Null: a script asks. */
export function pendingNumber({ sms }: AccountState, session: string | null, now: number): SmsEnrollment | null {
  const { enrollment } = sms
  if (enrollment === null || !isRecent(enrollment.startedAt, limits.enrollmentMs, now)) return null
  return enrollment.session === session ? enrollment : null
}
