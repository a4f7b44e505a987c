import type { DraftEvent } from '../events/catalogue.ts'
import { limits } from '../limits.ts'
import type { CodeMatch } from './code-check.ts'
import { unusedCodes } from './code-check.ts'
import type { Factor } from './factor.ts'
import { notice } from './notice.ts'
import type { AccountState, BackupCode, ChallengeEntry } from './state.ts'
import type { Origin } from './throttle.ts'
import { chargeThrottle, creditThrottle, waitUntil } from './throttle.ts'
import type { Client, DraftMessage } from './use-case.ts'

/** Where a code was typed. One budget, whatever the door. */
export type Door = 'sign-in' | 'step-up' | 'resynchronize' | 'turn-off'

export interface Verdict {
  readonly state: AccountState
  readonly events: readonly DraftEvent[]
  readonly messages: readonly DraftMessage[]
}

interface Attempt {
  readonly door: Door
  readonly challenge?: string
  readonly origin: Origin
  readonly client: Client
  readonly now: number
}

/** A wrong text costs one in the shared budget and one in the hard count of every factor it was compared with. */
export function chargeFailure(
  state: AccountState,
  attempt: Attempt & {
    readonly compared: readonly Factor[]
    readonly reason: 'wrong' | 'replayed'
    /** The challenge dies with this failure: the owner hears of it even from a known device. */
    readonly last?: boolean
  },
): Verdict {
  const { compared, origin, client, now } = attempt
  const charged = chargeThrottle(state.throttle, origin, now)
  const totpFailures = raise(state.totp.failures, compared.includes('totp'))
  const codeFailures = raise(state.backupCodes.failures, compared.includes('backup-code'))
  const off: Factor[] = []
  if (totpFailures === limits.hardStop && state.totp.failures < limits.hardStop) off.push('totp')
  if (codeFailures === limits.hardStop && state.backupCodes.failures < limits.hardStop) off.push('backup-code')

  const wait = waitUntil(charged.throttle, origin, now)
  const events: DraftEvent[] = [
    {
      type: 'mfa_fail',
      values: {
        door: attempt.door,
        compared,
        reason: attempt.reason,
        knownDevice: origin.knownDevice,
        ...(attempt.challenge === undefined ? {} : { challenge: attempt.challenge }),
        ...(wait === null ? {} : { waitUntil: wait }),
      },
    },
    ...off.map((factor): DraftEvent => ({ type: 'authn_login_fail_max', values: { factor } })),
  ]
  const messages: DraftMessage[] = off.map((factor) => notice({ template: 'factor-disabled', factor, at: now }, now))

  let { factorFailedAt, lockedAt } = state.notices
  if ((!origin.knownDevice || attempt.last === true) && due(factorFailedAt, limits.factorFailedMailEveryMs, now)) {
    factorFailedAt = now
    messages.push(notice({ template: 'factor-failed', at: now, ...seenFrom(client) }, now))
  }
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
    state: {
      ...state,
      totp: { ...state.totp, failures: totpFailures },
      backupCodes: { ...state.backupCodes, failures: codeFailures },
      throttle: charged.throttle,
      notices: { factorFailedAt, lockedAt },
    },
    events,
    messages,
  }
}

/** A success spends the code, clears its own factor's count and takes back what its challenge charged to the other. */
export function creditSuccess(
  state: AccountState,
  attempt: Attempt & {
    readonly match: CodeMatch
    readonly entry: ChallengeEntry | null
    readonly replacement?: BackupCode
  },
): Verdict {
  const { match, entry, origin, client, now } = attempt
  const credited: AccountState = { ...state, throttle: creditThrottle(state.throttle, origin) }
  if (match.factor === 'totp') {
    const drift = Math.abs(match.drift) <= Math.max(limits.learnedDrift, Math.abs(match.device.drift))
    const devices = state.totp.devices.map((device) =>
      device.id === match.device.id
        ? { ...device, lastStep: match.step, lastUsedAt: now, drift: drift ? match.drift : device.drift }
        : device,
    )
    return {
      state: {
        ...credited,
        totp: { ...state.totp, devices, failures: 0 },
        backupCodes: {
          ...state.backupCodes,
          failures: giveBack(state.backupCodes.failures, entry?.charged.backupCodes ?? 0),
        },
      },
      events: [],
      messages: [],
    }
  }
  const set = state.backupCodes.set
  const spent: AccountState = {
    ...credited,
    totp: { ...state.totp, failures: giveBack(state.totp.failures, entry?.charged.totp ?? 0) },
    backupCodes: {
      failures: 0,
      set: set && {
        ...set,
        codes: set.codes.map((code) =>
          code.id === match.codeId ? (attempt.replacement ?? { ...code, usedAt: now }) : code,
        ),
      },
    },
  }
  const left = unusedCodes(spent)
  return {
    state: spent,
    events: [{ type: 'backup_code_use', values: { left } }],
    messages: [notice({ template: 'backup-code-used', at: now, left, ...seenFrom(client) }, now)],
  }
}

/** Address and browser for a mail, as far as they are known. */
export function seenFrom(client: Client): { readonly ip?: string; readonly userAgent?: string } {
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
