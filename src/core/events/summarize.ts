import type { Fact, SecurityEvent } from './catalogue.ts'
import type { Attempt, FailedAttempts } from './failed-attempts.ts'
import { attemptOfEvent, attemptOfFact, countAttempts } from './failed-attempts.ts'
import { requireRows } from './rows.ts'

/** A completed sign-in, and the failed attempts before it. A field that retention removed is absent. */
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
  /** No factor was needed, because the device was trusted. */
  readonly trusted?: boolean
  /** A reference to the session (a hash). */
  readonly session?: string
  /** When the session ended, in ms since epoch. Absent if no event shows it. */
  readonly endedAt?: number
  /** Failed attempts since the sign-in before, and under the challenge that this one completed. */
  readonly failedBefore: FailedAttempts
}

/** Failed attempts since the last completed sign-in. */
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

/** Events that end every session except the acting one. */
const endOthers: ReadonlySet<string> = new Set([
  'session_end_all',
  'mfa_enroll',
  'mfa_remove',
  'mfa_off',
  'backup_code_regenerate',
  'passkey_only',
])

function keepsSession(event: SecurityEvent, session: string | undefined): boolean {
  const isThisToo = event.type === 'session_end_all' && event.values.includingThis === true
  return !isThisToo && session !== undefined && event.values.session === session
}

/** Makes a function that finds the event by which a session ended. */
function endingLookup(events: readonly SecurityEvent[]): (login: Login) => SecurityEvent | undefined {
  const single = new Map<string, SecurityEvent>()
  for (const event of events) {
    if (event.type !== 'session_end') continue
    const session = event.values.target ?? event.values.session
    if (session !== undefined && !single.has(session)) single.set(session, event)
  }
  const forAll = events.filter(({ type }) => endOthers.has(type))
  return ({ n, values: { session } }) => {
    const own = session === undefined ? undefined : single.get(session)
    const shared = forAll.find((event) => event.n > n && !keepsSession(event, session))
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

/** What connects an event with its sign-in: the challenge, or the session that can only enroll. */
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

/** Maps each challenge and session to the index of the sign-in that completed it. */
function completionsOf(logins: readonly Login[]): ReadonlyMap<string, number> {
  const positions = new Map<string, number>()
  logins.forEach(({ values: { challenge, session } }, position) => {
    for (const reference of [challenge, session]) {
      if (reference !== undefined && !positions.has(reference)) positions.set(reference, position)
    }
  })
  return positions
}

/** Puts every attempt under the index of its sign-in. Attempts after the last sign-in are under `logins.length`. */
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
  // Facts have no number, and the clocks of servers may differ. A fact belongs to the first sign-in that is not
  // earlier.
  next = 0
  for (const fact of facts) {
    while (next < logins.length && logins[next]!.at < fact.at) next++
    const attempt = attemptOfFact(fact)
    if (attempt !== null) assigned[next]!.push(attempt)
  }
  return assigned
}

/**
 * Makes the login history for a person to read. It has one row per completed sign-in, the newest first, with the failed
 * attempts before it. If attempts failed since the last sign-in, they have a row in front. Every failed attempt counts
 * in exactly one row. Pass the events and facts of one account, in any order. A row that is given twice counts once.
 * The oldest row counts only the attempts that are given.
 *
 * @contract pure · times ms since epoch · status success|attempts · throws NL_ARGUMENT
 * @example
 * summarizeLogins(history.events, history.facts)[0]?.status // 'success'
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
