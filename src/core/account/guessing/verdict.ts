import type { DraftEvent } from '../../events/catalogue.ts'
import { limits } from '../../limits.ts'
import type { CodeMatch } from './check-code.ts'
import type { Factor } from '../../factor.ts'
import { codeFactors } from '../../factor.ts'
import { hardCounts, mapCounts, withHardCounts } from './hard-counts.ts'
import { unusedCodes } from '../factors/live-factors.ts'
import { notice } from '../record/notice.ts'
import { spendCode } from '../sms/code.ts'
import type { AccountState, BackupCode, ChallengeEntry, Passkey } from '../record/state.ts'
import type { Source } from './throttle.ts'
import { chargeThrottle, creditThrottle, waitUntil } from './throttle.ts'
import type { Client, DraftMessage } from '../record/step.ts'

/** Where a factor was shown. One budget, whatever the flow. */
export type Flow = 'sign-in' | 'step-up' | 'resynchronize' | 'turn-off' | 'recover'

export interface Verdict {
  readonly state: AccountState
  readonly events: readonly DraftEvent[]
  readonly messages: readonly DraftMessage[]
}

interface Attempt {
  readonly flow: Flow
  readonly challenge?: string
  readonly source: Source
  readonly client: Client
  readonly now: number
}

/** A factor that was shown and is right. */
export type FactorMatch = CodeMatch | PasskeyMatch

export interface PasskeyMatch {
  readonly status: 'matched'
  readonly factor: 'passkey'
  /** As it is to be kept from now on. */
  readonly passkey: Passkey
  /** It verified its user, and that may be relied on [PKA-4, PKA-5]. */
  readonly verified: boolean
  readonly events: readonly DraftEvent[]
}

/** A wrong text costs one in the shared budget and one in the hard count of every factor it was compared with. */
export function chargeFailure(
  state: AccountState,
  attempt: Attempt & {
    readonly compared: readonly Factor[]
    readonly reason: 'wrong' | 'replayed'
    /** The challenge dies with this failure: the owner hears of it even from a known authenticator. */
    readonly last?: boolean
  },
): Verdict {
  const { compared, source, client, now } = attempt
  const charged = chargeThrottle(state.throttle, source, now)
  const before = hardCounts(state)
  const after = mapCounts((factor) => raise(before[factor], compared.includes(factor)))
  const off = codeFactors.filter((factor) => after[factor] === limits.hardStop && before[factor] < limits.hardStop)

  const wait = waitUntil(charged.throttle, source, now)
  const events: DraftEvent[] = [
    failedFactor({ ...attempt, ...(wait === null ? {} : { waitUntil: wait }) }),
    ...off.map((factor): DraftEvent => ({ type: 'authn_login_fail_max', values: { factor } })),
  ]
  const messages: DraftMessage[] = off.map((factor) => notice({ template: 'factor-disabled', factor, at: now }, now))

  const slowed = wait !== null && wait - now >= limits.tellingWaitMs
  const told = noticeFailure(state, { client, now, strange: !source.knownDevice || attempt.last === true || slowed })
  messages.push(...told.messages)
  let { lockedAt } = state.notices
  if (charged.locks) {
    const until = now + limits.lockMs
    const failures = charged.throttle.failures
    events.push({ type: 'authn_login_lock', values: { reason: 'maxretries', until, failures } })
    if (due(lockedAt, limits.lockMailEveryMs, now)) {
      lockedAt = now
      messages.push(notice({ template: 'code-entry-locked', at: now, until, failures }, now))
    }
  }
  return {
    state: { ...withHardCounts(state, after), throttle: charged.throttle, notices: { ...told.notices, lockedAt } },
    events,
    messages,
  }
}

/** The primary authentication was right and the factor was not: the owner hears of it, once in a while [NOT-4]. */
export function noticeFailure(
  state: AccountState,
  { client, now, strange }: { readonly client: Client; readonly now: number; readonly strange: boolean },
): { readonly notices: AccountState['notices']; readonly messages: readonly DraftMessage[] } {
  const { notices } = state
  if (!strange || !due(notices.factorFailedAt, limits.factorFailedMailEveryMs, now)) return { notices, messages: [] }
  return {
    notices: { ...notices, factorFailedAt: now },
    messages: [notice({ template: 'factor-failed', at: now, ...addressAndBrowser(client) }, now)],
  }
}

/** The row of the history for a factor that was evaluated and refused. */
export function failedFactor(
  attempt: Pick<Attempt, 'flow' | 'challenge' | 'source'> & {
    readonly compared: readonly Factor[]
    readonly reason: string
    readonly authenticator?: string
    readonly waitUntil?: number
  },
): DraftEvent {
  const { flow, challenge, compared, reason, source, authenticator, waitUntil: until } = attempt
  return {
    type: 'mfa_fail',
    values: {
      flow,
      compared,
      reason,
      knownDevice: source.knownDevice,
      ...(challenge === undefined ? {} : { challenge }),
      ...(authenticator === undefined ? {} : { authenticator }),
      ...(until === undefined ? {} : { waitUntil: until }),
    },
  }
}

/** A success spends the answer, clears its own factor's count and takes back what its challenge charged to others. */
export function creditSuccess(
  state: AccountState,
  attempt: Attempt & {
    readonly match: FactorMatch
    readonly entry: ChallengeEntry | null
    readonly replacement?: BackupCode
  },
): Verdict {
  const { match, entry, source } = attempt
  const before = hardCounts(state)
  const counts = mapCounts((factor) =>
    factor === match.factor ? 0 : giveBack(before[factor], entry?.charged[factor] ?? 0),
  )
  const challenges = withoutCharges(state.challenges, match.factor)
  const throttle = creditThrottle(state.throttle, source)
  return spend(withHardCounts({ ...state, challenges, throttle }, counts), attempt)
}

/** What a count that starts anew no longer holds cannot be given back by a later success. */
export function withoutCharges(entries: readonly ChallengeEntry[], factor: Factor): readonly ChallengeEntry[] {
  if (factor === 'passkey') return entries
  return entries.map((entry) => ({ ...entry, charged: { ...entry.charged, [factor]: 0 } }))
}

function spend(
  state: AccountState,
  { match, client, now, replacement }: Attempt & { readonly match: FactorMatch; readonly replacement?: BackupCode },
): Verdict {
  switch (match.factor) {
    case 'totp': {
      const drift = Math.abs(match.drift) <= Math.max(limits.learnedDrift, Math.abs(match.authenticator.drift))
      const authenticators = state.totp.authenticators.map((authenticator) =>
        authenticator.id === match.authenticator.id
          ? {
              ...authenticator,
              lastStep: match.step,
              lastUsedAt: now,
              drift: drift ? match.drift : authenticator.drift,
            }
          : authenticator,
      )
      return { state: { ...state, totp: { ...state.totp, authenticators: authenticators } }, events: [], messages: [] }
    }
    case 'sms': {
      const { number, code } = state.sms
      const used = { ...state, sms: { ...state.sms, number: number && { ...number, lastUsedAt: now } } }
      const values = { purpose: code?.purpose ?? '', country: number?.country ?? '' }
      return { state: spendCode(used), events: [{ type: 'sms_verify', values }], messages: [] }
    }
    case 'passkey': {
      const { passkey } = match
      const credentials = state.passkey.credentials.map((one) => (one.id === passkey.id ? passkey : one))
      return {
        state: { ...state, passkey: { ...state.passkey, credentials } },
        events: match.events,
        messages: [],
      }
    }
    case 'backup-code': {
      const set = state['backup-code'].set
      const codes = set?.codes.map((code) =>
        code.id === match.codeId ? (replacement ?? { ...code, usedAt: now }) : code,
      )
      const backupCodes = { ...state['backup-code'], set: set && { ...set, codes: codes ?? [] } }
      const spent: AccountState = { ...state, 'backup-code': backupCodes }
      const left = unusedCodes(spent)
      return {
        state: spent,
        events: [{ type: 'backup_code_use', values: { left } }],
        messages: [notice({ template: 'backup-code-used', at: now, left, ...addressAndBrowser(client) }, now)],
      }
    }
  }
}

/** Address and browser for a mail, as far as they are known. */
export function addressAndBrowser(client: Client): { readonly ip?: string; readonly userAgent?: string } {
  return {
    ...(client.ip === null ? {} : { ip: client.ip }),
    ...(client.userAgent === null ? {} : { userAgent: client.userAgent }),
  }
}

/** A factor that is already off is never compared, so its count stays where it stopped. */
function raise(failures: number, compared: boolean): number {
  return compared ? Math.min(failures + 1, limits.hardStop) : failures
}

/** A factor switched off stays off: only binding it anew brings it back. */
function giveBack(failures: number, charged: number): number {
  return failures >= limits.hardStop ? failures : Math.max(0, failures - charged)
}

function due(last: number | null, every: number, now: number): boolean {
  return last === null || Math.abs(now - last) >= every
}
