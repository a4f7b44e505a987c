import { requireObject } from '../arguments.ts'
import { NightlatchError } from '../errors.ts'

/** A requirement of a factor for every account of the policy. Times are ms. */
export interface RequiredFactors {
  /** When the requirement began. A new time is a new requirement, with a new grace for every account. */
  readonly since: number
  /** How long an account may sign in without a factor, counted from its own first sign-in under the requirement. */
  readonly graceMs: number
}

/** What an organization requires of its accounts. */
export interface Policy {
  readonly factors: 'optional' | { readonly required: RequiredFactors }
}

/** The policy that requires nothing. */
export const defaultPolicy: Policy = Object.freeze({ factors: 'optional' })

const dayMs = 86_400_000

/** The longest grace: 90 days. */
export const maxGraceMs: number = 90 * dayMs

const latestTime = 8e15

function configError(key: string, rule: string): NightlatchError {
  return new NightlatchError('NL_CONFIG', `policy.${key} must be ${rule}`)
}

function requireKeys(value: object, path: string, known: readonly string[]): void {
  const unknown = Object.keys(value).filter((key) => !known.includes(key))
  if (unknown.length > 0) throw new NightlatchError('NL_CONFIG', `${path} knows only ${known.join(', ')}`)
}

/**
 * Checks a policy and returns the value to keep. Unknown keys and impossible times are refused.
 *
 * @contract pure · since ms, graceMs ms · throws NL_CONFIG, NL_ARGUMENT
 * @example
 * definePolicy({ factors: { required: { since: Date.UTC(2026, 10, 1), graceMs: 14 * 86_400_000 } } })
 */
export function definePolicy(policy: Policy): Policy {
  requireObject(policy, 'policy')
  requireKeys(policy, 'policy', ['factors'])
  const { factors } = policy
  if (factors === 'optional') return defaultPolicy
  if (typeof factors !== 'object' || factors === null) throw configError('factors', "'optional' or { required }")
  requireKeys(factors, 'policy.factors', ['required'])
  const { required } = factors
  if (typeof required !== 'object' || required === null) throw configError('factors.required', '{ since, graceMs }')
  requireKeys(required, 'policy.factors.required', ['since', 'graceMs'])
  const { since, graceMs } = required
  if (!Number.isSafeInteger(since) || since < 0 || since > latestTime) {
    throw configError('factors.required.since', 'a time in milliseconds')
  }
  if (!Number.isSafeInteger(graceMs) || graceMs < 0 || graceMs > maxGraceMs) {
    throw configError('factors.required.graceMs', `milliseconds from 0 to ${maxGraceMs}`)
  }
  return { factors: { required: { since, graceMs } } }
}
