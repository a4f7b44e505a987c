import { argumentError, requireInteger, requireObject } from '../arguments.ts'
import { definePolicy } from './policy.ts'
import type { Policy } from './policy.ts'

/** What of an account a policy looks at. */
export interface PolicyAccount {
  /** Whether a factor is enrolled that satisfies the policy; backup codes alone are none. */
  readonly hasFactor: boolean
  /** What {@link graceStart} answered at an earlier sign-in, in ms, or `null`. */
  readonly graceStartedAt: number | null
}

/** `enrollBy` is a time in ms: until then the account may go on without a factor. */
export type Requirement = 'none' | 'enroll-now' | { readonly enrollBy: number }

export interface PolicyQuestion {
  readonly policy: Policy
  readonly account: PolicyAccount
  /** Milliseconds since the epoch. */
  readonly now: number
}

// Below the latest time a Date can hold by more than the longest grace.
const times = { from: 0, to: 8e15 }

function checkQuestion(question: PolicyQuestion): PolicyQuestion {
  requireObject(question, 'options')
  const { policy, account, now } = question
  requireObject(account, 'account')
  if (typeof account.hasFactor !== 'boolean') throw argumentError('account.hasFactor', 'true or false')
  if (account.graceStartedAt !== null) requireInteger(account.graceStartedAt, 'account.graceStartedAt', times)
  requireInteger(now, 'now', times)
  return { policy: definePolicy(policy), account, now }
}

/**
 * When the account's grace began, to be stored with it at each sign-in. While nothing is required, what is stored stays.
 *
 * The clock starts at the account's first sign-in under the requirement, with or without a factor, and then never
 * moves: signing in again, or enrolling a factor and removing it, buys no time [ROL-7]. Only a requirement with a later
 * `since` starts it anew.
 *
 * @contract pure · now ms, answer ms · outcomes time|null · throws NL_ARGUMENT, NL_CONFIG
 * @example
 * record.graceStartedAt = graceStart({ policy, account, now })
 */
export function graceStart(question: PolicyQuestion): number | null {
  const { policy, account, now } = checkQuestion(question)
  if (policy.factors === 'optional') return account.graceStartedAt
  const { since } = policy.factors.required
  const started = account.graceStartedAt
  // A server whose clock is behind may ask before `since`: the grace then starts with the requirement.
  return started !== null && started >= since ? started : Math.max(now, since)
}

/**
 * What a policy asks of an account that signs in now.
 *
 * @contract pure · now ms, enrollBy ms · none|enroll-now|{ enrollBy } · throws NL_ARGUMENT, NL_CONFIG
 * @example
 * requirement({ policy, account: { hasFactor: false, graceStartedAt: null }, now }) // { enrollBy: now + graceMs }
 */
export function requirement(question: PolicyQuestion): Requirement {
  const { policy, account, now } = checkQuestion(question)
  if (policy.factors === 'optional' || account.hasFactor) return 'none'
  const enrollBy = graceStart(question)! + policy.factors.required.graceMs
  return now < enrollBy ? { enrollBy } : 'enroll-now'
}
