import { argumentError, requireInteger, requireObject } from '../arguments.ts'
import { definePolicy } from './policy.ts'
import type { Policy } from './policy.ts'

/** The part of an account that a policy reads. */
export interface PolicyAccount {
  /** Whether a factor is enrolled that satisfies the policy. Backup codes alone do not. */
  readonly hasFactor: boolean
  /** The answer of {@link graceStart} at an earlier sign-in, in ms, or `null`. */
  readonly graceStartedAt: number | null
}

/** `enrollBy` is a time in ms. Until then the account may sign in without a factor. */
export type Requirement = 'none' | 'enroll-now' | { readonly enrollBy: number }

export interface PolicyQuestion {
  readonly policy: Policy
  readonly account: PolicyAccount
  /** Milliseconds since the epoch. */
  readonly now: number
}

// The latest time of a Date is later than this by more than the longest grace.
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
 * Gives the time at which the account's grace began. Store it at each sign-in. If nothing is required, the stored time
 * stays.
 *
 * The grace begins with the account's first sign-in under the requirement, with or without a factor. Then it never
 * moves: signing in again gives no more time, and neither does enrolling a factor and removing it [ROL-7]. Only a
 * requirement with a later `since` starts it anew.
 *
 * @contract pure · now ms, answer ms · time|null · throws NL_ARGUMENT, NL_CONFIG
 * @example
 * record.graceStartedAt = graceStart({ policy, account, now })
 */
export function graceStart(question: PolicyQuestion): number | null {
  const { policy, account, now } = checkQuestion(question)
  if (policy.factors === 'optional') return account.graceStartedAt
  const { since } = policy.factors.required
  const started = account.graceStartedAt
  // A server whose clock is behind may call this before `since`. The grace then starts with the requirement.
  return started !== null && started >= since ? started : Math.max(now, since)
}

/**
 * Tells what a policy requires of an account that signs in now.
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
