import type { DraftEvent } from '../../events/catalogue.ts'
import type { CodeFactor } from '../../factor.ts'
import { limits } from '../../limits.ts'
import { notice } from '../record/messages.ts'
import type { DraftMessage } from '../record/messages.ts'
import { referenceTo } from '../record/ids.ts'
import type { AccountState } from '../record/state.ts'
import type { Change } from '../record/step.ts'
import { emptiedAtOf, withEmptiedAt } from './buckets.ts'
import { isDue } from './due.ts'
import { raiseCounts } from './hard-count.ts'
import { drawLuck, luckReadyAt } from './luck.ts'
import type { Source } from './source.ts'
import { isUnknown } from './source.ts'
import { chargeRow } from './throttle.ts'

interface Guess {
  readonly compared: readonly CodeFactor[]
  /** In millionths. */
  readonly cost: number
  readonly source: Source
  /** It came after a right password, not after a mailed link or another sign-in. */
  readonly behindPassword: boolean
  readonly now: number
}

/** Charges a code that may have been guessed: to the hard counts, the row of failures, and the luck of its source. */
export function chargeGuess(state: AccountState, guess: Guess): Change {
  return [chargeCounts, chargeLock, chargeLuck].reduce<Change>(
    (before, charge) => {
      const { state: charged, events, messages } = charge(before.state, guess)
      return { state: charged, events: [...before.events, ...events], messages: [...before.messages, ...messages] }
    },
    { state, events: [], messages: [] },
  )
}

function chargeCounts(state: AccountState, { compared, source, now }: Guess): Change {
  const { state: counted, off, stopped } = raiseCounts(state, compared, source)
  return {
    state: counted,
    events: [
      ...off.map((factor): DraftEvent => ({ type: 'authn_login_fail_max', values: { factor } })),
      ...stopped.map((factor): DraftEvent => ({ type: 'authn_login_fail_max', values: { factor, unknownOnly: true } })),
    ],
    messages: [
      ...off.map((factor) => notice({ template: 'factor-disabled', factor, at: now }, now)),
      ...stopped.map((factor) => notice({ template: 'factor-stopped', factor, at: now }, now)),
    ],
  }
}

function chargeLock(state: AccountState, guess: Guess): Change {
  const { now } = guess
  const { throttle, locks } = chargeRow(state.throttle, guess)
  const charged = { ...state, throttle }
  if (!locks) return { state: charged, events: [], messages: [] }
  const until = now + limits.lockMs
  const failures = throttle.row
  const locked: DraftEvent = { type: 'authn_login_lock', values: { reason: 'maxretries', until, failures } }
  const mail = notice({ template: 'code-entry-locked', at: now, until, failures }, now)
  const isKnown = throttle.rowBehindPassword >= limits.lockAfter
  const told = tellOwner(charged, { reason: 'lock', mail, isKnown }, now)
  return { ...told, events: [locked, ...told.events] }
}

function chargeLuck(state: AccountState, { source, cost, behindPassword, now }: Guess): Change {
  const emptiedAt = drawLuck(emptiedAtOf(state, source), cost, now)
  const drawn = withEmptiedAt(state, source, emptiedAt)
  const isEmpty = luckReadyAt(emptiedAt, cost, now) !== null
  if (isEmpty && source.device !== null) return forgetDevice(drawn, source.device, now)
  if (isEmpty && isUnknown(source)) {
    const mail = notice({ template: 'guesses-used-up', at: now }, now)
    return tellOwner(drawn, { reason: 'luck', mail, isKnown: behindPassword }, now)
  }
  return { state: drawn, events: [], messages: [] }
}

/**
 * Somebody may have copied the token of this device. So it is unknown from now on, and its next completed sign-in makes
 * it known under another id, which the copy does not have.
 */
function forgetDevice(state: AccountState, device: string, now: number): Change {
  return {
    state: { ...state, knownDevices: state.knownDevices.filter(({ id }) => id !== device) },
    events: [{ type: 'device_forget', values: { device: referenceTo(device), reason: 'luck' } }],
    messages: [notice({ template: 'device-forgotten', at: now }, now)],
  }
}

/** Why wrong codes show that somebody knows the password, with the time of its last mail and how often one goes. */
const passwordKnown = {
  lock: { sentAt: 'lockedAt', everyMs: limits.lockMailEveryMs },
  luck: { sentAt: 'luckAt', everyMs: limits.luckMailEveryMs },
} as const

interface Told {
  readonly reason: keyof typeof passwordKnown
  readonly mail: DraftMessage
  /** Whoever types wrong codes behind the password knows it [63B §3.1.1.2]. Then the host is told too. */
  readonly isKnown: boolean
}

function tellOwner(state: AccountState, { reason, mail, isKnown }: Told, now: number): Change {
  const { sentAt, everyMs } = passwordKnown[reason]
  const { passwordKnownAt: before } = state.throttle
  const isMailed = isDue(state.notices[sentAt], everyMs, now)
  // A mail about the old password, or about a mailed link, tells nobody that this password is known.
  const isTold = isKnown && (isMailed || before === null)
  return {
    state: {
      ...state,
      throttle: { ...state.throttle, passwordKnownAt: isKnown ? (before ?? now) : before },
      notices: isMailed ? { ...state.notices, [sentAt]: now } : state.notices,
    },
    events: isTold ? [{ type: 'password_known', values: { reason } }] : [],
    messages: isMailed ? [mail] : [],
  }
}
