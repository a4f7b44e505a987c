import { argumentError } from '../../core/arguments.ts'
import { cleanText } from '../../core/text.ts'
import { requireAccountId } from './account-id.ts'

const acts = new WeakSet()

/** What a script or a job passes instead of a grant. */
export interface SystemAct {
  readonly accountId: string
  readonly reason: string
}

/**
 * Lets a script or a job act on an account without a grant. The history shows the reason. No step-up is asked for, so
 * that a search for this name finds every call without one.
 *
 * @contract pure · an act · throws NL_ARGUMENT
 * @example
 * await nl.totp.list({ grant: asSystem(userId, 'support ticket 4711') })
 */
export function asSystem(accountId: string, reason: string): SystemAct {
  requireAccountId(accountId, 'accountId')
  if (typeof reason !== 'string' || reason.trim() === '') throw argumentError('reason', 'a text that says why')
  const act = Object.freeze({ accountId, reason: cleanText(reason, 200) })
  acts.add(act)
  return act
}

export function isSystemAct(value: unknown): value is SystemAct {
  return typeof value === 'object' && value !== null && acts.has(value)
}
