import type { Fact, SecurityEvent } from './catalogue.ts'

/** Failed attempts by kind, and the addresses that they came from. */
export interface FailedAttempts {
  /** Wrong passwords that the host reported. */
  readonly passwords: number
  /** Codes that were evaluated and refused. */
  readonly codes: number
  /** Attempts that were refused without evaluation, under a lock or a wait. */
  readonly blocked: number
  /** Right passwords after which the sign-in was never completed. */
  readonly unfinished: number
  /** Distinct addresses, the latest first, at most {@link shownAddresses}. A shortened row counts with its network. */
  readonly addresses: readonly string[]
  /** How many distinct addresses are not in the list. */
  readonly moreAddresses: number
}

export const shownAddresses = 10

export interface Attempt {
  readonly kind: 'passwords' | 'codes' | 'blocked' | 'unfinished'
  readonly count: number
  /** ms since epoch */
  readonly at: number
  readonly address: string | undefined
}

function attempt(kind: Attempt['kind'], row: SecurityEvent | Fact, sampled?: number): Attempt {
  const count = typeof sampled === 'number' ? sampled : 1
  return { kind, count, at: row.at, address: row.values.ip ?? row.values.network }
}

const signInFlows: readonly string[] = ['primary', 'sign-in', 'passkey', 'recover']

/** Other flows ask for codes too, but only in a session. Those are no sign-ins. */
function isSignIn(flow: string | undefined): boolean {
  return flow === undefined || signInFlows.includes(flow)
}

/** The attempt that an event stands for. Null if it stands for none. */
export function attemptOfEvent(event: SecurityEvent, isCompleted: boolean): Attempt | null {
  switch (event.type) {
    case 'mfa_fail':
      return isSignIn(event.values.flow) ? attempt('codes', event) : null
    case 'mfa_challenge':
    case 'mfa_required':
    case 'authn_login_refuse':
      return isCompleted ? null : attempt('unfinished', event)
    default:
      return null
  }
}

/** The attempts that a fact stands for. A sampled row stands for many. Null if it stands for none. */
export function attemptOfFact(fact: Fact): Attempt | null {
  switch (fact.type) {
    case 'authn_login_fail':
      return attempt('passwords', fact, fact.values.sampled)
    case 'excess_rate_limit_exceeded':
      return isSignIn(fact.values.flow) ? attempt('blocked', fact, fact.values.sampled) : null
    default:
      return null
  }
}

function addressesOf(attempts: readonly Attempt[]): readonly string[] {
  const latest = new Map<string, number>()
  for (const { address, at } of attempts) {
    if (address !== undefined) latest.set(address, Math.max(at, latest.get(address) ?? -Infinity))
  }
  return [...latest].sort(([a, atA], [b, atB]) => atB - atA || (a < b ? -1 : 1)).map(([address]) => address)
}

export function countAttempts(attempts: readonly Attempt[]): FailedAttempts {
  const counts = { passwords: 0, codes: 0, blocked: 0, unfinished: 0 }
  for (const { kind, count } of attempts) counts[kind] += count
  const addresses = addressesOf(attempts)
  return {
    ...counts,
    addresses: addresses.slice(0, shownAddresses),
    moreAddresses: Math.max(0, addresses.length - shownAddresses),
  }
}
