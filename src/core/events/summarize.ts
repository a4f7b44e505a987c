import type { Fact, SecurityEvent } from './catalogue.ts'
import type { Attempt, FailedAttempts } from './failed-attempts.ts'
import { attemptOfEvent, attemptOfFact, countAttempts } from './failed-attempts.ts'
import { requireRows } from './rows.ts'

/** A completed sign-in and what went wrong before it. A field that retention removed is absent. */
export interface LoginRow {
  readonly status: 'success'
  readonly n: number
  /** ms since epoch */
  readonly at: number
  readonly ip?: string
  readonly network?: string
  readonly userAgent?: string
  readonly primary?: string
  readonly factor?: string
  readonly aal?: number
  readonly knownDevice?: boolean
  /** No factor was asked: the device was trusted. */
  readonly trusted?: boolean
  /** A reference to the session: a hash. */
  readonly session?: string
  /** ms since epoch: when the session was ended, if the events tell it. */
  readonly endedAt?: number
  /** What failed since the sign-in before, and under the challenge that this one completed. */
  readonly failedBefore: FailedAttempts
}

/** What failed since the last completed sign-in. */
export interface AttemptsRow {
  readonly status: 'attempts'
  /** ms since epoch, of the latest attempt */
  readonly at: number
  readonly failedBefore: FailedAttempts
}

export type LoginSummary = LoginRow | AttemptsRow

type EventOf<T extends SecurityEvent['type']> = Extract<SecurityEvent, { readonly type: T }>
type Login = EventOf<'authn_login_success'>
function isLogin(event: SecurityEvent): event is Login {
  return event.type === 'authn_login_success'
}

function uniqueBy<Row>(rows: readonly Row[], keyOf: (row: Row) => unknown): readonly Row[] {
  return [...new Map(rows.map((row) => [keyOf(row), row])).values()]
}

/** What a sensitive change ends: every session but the acting one. */
const endOthers: ReadonlySet<string> = new Set([
  'session_end_all',
  'mfa_enroll',
  'mfa_remove',
  'mfa_off',
  'backup_code_regenerate',
  'passkey_only',
])

function spares(event: SecurityEvent, session: string | undefined): boolean {
  const isThisToo = event.type === 'session_end_all' && event.values.includingThis === true
  return !isThisToo && session !== undefined && event.values.session === session
}

/** Answers which event ended a sign-in's session. */
function endingLookup(events: readonly SecurityEvent[]): (login: Login) => SecurityEvent | undefined {
  const alone = new Map<string, SecurityEvent>()
  for (const event of events) {
    if (event.type !== 'session_end') continue
    const session = event.values.target ?? event.values.session
    if (session !== undefined && !alone.has(session)) alone.set(session, event)
  }
  const together = events.filter(({ type }) => endOthers.has(type))
  return ({ n, values: { session } }) => {
    const own = session === undefined ? undefined : alone.get(session)
    const shared = together.find((event) => event.n > n && !spares(event, session))
    return own !== undefined && (shared === undefined || own.n < shared.n) ? own : shared
  }
}

function rowOf(login: Login, ending: SecurityEvent | undefined, failedBefore: FailedAttempts): LoginRow {
  const { ip, network, userAgent, primary, factor, aal, knownDevice, trusted, session } = login.values
  return {
    status: 'success',
    n: login.n,
    at: login.at,
    ...(ip === undefined ? {} : { ip }),
    ...(network === undefined ? {} : { network }),
    ...(userAgent === undefined ? {} : { userAgent }),
    ...(primary === undefined ? {} : { primary }),
    ...(factor === undefined ? {} : { factor }),
    ...(aal === undefined ? {} : { aal }),
    ...(knownDevice === undefined ? {} : { knownDevice }),
    ...(trusted === undefined ? {} : { trusted }),
    ...(session === undefined ? {} : { session }),
    ...(ending === undefined ? {} : { endedAt: ending.at }),
    failedBefore,
  }
}

/** What ties an event to the sign-in it belongs to: a challenge, or the session that may only enroll. */
function referenceOf(event: SecurityEvent): string | undefined {
  switch (event.type) {
    case 'mfa_challenge':
    case 'mfa_fail':
      return event.values.challenge
    case 'mfa_required':
      return event.values.session
    default:
      return undefined
  }
}

/** For each challenge and session the position of the sign-in that completed it. */
function completionsOf(logins: readonly Login[]): ReadonlyMap<string, number> {
  const positions = new Map<string, number>()
  logins.forEach(({ values: { challenge, session } }, position) => {
    for (const reference of [challenge, session]) {
      if (reference !== undefined && !positions.has(reference)) positions.set(reference, position)
    }
  })
  return positions
}

/** Every attempt under the position of its sign-in; those after the last one under `logins.length`. */
function assignAttempts(
  events: readonly SecurityEvent[],
  facts: readonly Fact[],
  logins: readonly Login[],
): readonly (readonly Attempt[])[] {
  const assigned: Attempt[][] = Array.from({ length: logins.length + 1 }, () => [])
  const completions = completionsOf(logins)
  let next = 0
  for (const event of events) {
    while (next < logins.length && logins[next]!.n <= event.n) next++
    const completion = completions.get(referenceOf(event) ?? '') ?? -1
    const attempt = attemptOfEvent(event, completion >= next)
    if (attempt !== null) assigned[Math.max(completion, next)]!.push(attempt)
  }
  // Facts have no number, and clocks of several servers may disagree: the first sign-in that is not earlier counts.
  next = 0
  for (const fact of facts) {
    while (next < logins.length && logins[next]!.at < fact.at) next++
    const attempt = attemptOfFact(fact)
    if (attempt !== null) assigned[next]!.push(attempt)
  }
  return assigned
}

/**
 * The login history as a person reads it: one row per completed sign-in, newest first, each with what failed before it,
 * and one row in front for what failed since. Every failed attempt counts in exactly one row. Takes the events and facts
 * of one account in any order; a row given twice counts once. The oldest row knows only the attempts that were given.
 *
 * @contract pure · times ms since epoch · status success|attempts · throws NL_ARGUMENT
 */
export function summarizeLogins(events: readonly SecurityEvent[], facts: readonly Fact[]): readonly LoginSummary[] {
  requireRows(events, 'events')
  requireRows(facts, 'facts')
  const orderedEvents = uniqueBy(events, ({ n }) => n).toSorted((a, b) => a.n - b.n)
  const orderedFacts = uniqueBy(facts, ({ id }) => id).toSorted((a, b) => a.at - b.at)
  const logins = orderedEvents.filter(isLogin)
  const endingOf = endingLookup(orderedEvents)
  const attempts = assignAttempts(orderedEvents, orderedFacts, logins)
  const rows: LoginSummary[] = logins.map((login, position) => {
    return rowOf(login, endingOf(login), countAttempts(attempts[position]!))
  })
  const since = attempts[logins.length]!
  if (since.length > 0) {
    const at = since.reduce((latest, attempt) => Math.max(latest, attempt.at), -Infinity)
    rows.push({ status: 'attempts', at, failedBefore: countAttempts(since) })
  }
  return rows.reverse()
}
