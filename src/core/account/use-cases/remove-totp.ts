import type { TokenPayloads } from '../../token/index.ts'
import type { DraftEvent } from '../../events/catalogue.ts'
import { seenFrom } from '../code-verdict.ts'
import { notice } from '../notice.ts'
import type { Authorization, SensitiveRefusal } from '../session.ts'
import { authorizeChange, bumpEpoch, renewedGrant } from '../session.ts'
import type { AccountState } from '../state.ts'
import type { Client, Context, DraftMessage, UseCase } from '../use-case.ts'
import { decided, done, ready } from '../use-case.ts'

export interface RemoveTotp {
  readonly auth: Authorization
  readonly device: string
  readonly client: Client
}

export type RemoveTotpResult =
  | { readonly ok: true; readonly grant: TokenPayloads['grant'] | null; readonly twoFactor: 'on' | 'off' }
  | { readonly ok: false; readonly reason: SensitiveRefusal | 'not-found' | 'required-by-policy' }

/** Removing the last device switches 2FA off, and the backup codes go with it: alone they are no second factor. */
export const removeTotp: UseCase<RemoveTotp, RemoveTotpResult> = {
  plan(state, { auth, device }, context) {
    const authorized = authorizeChange(state, auth, 'factors', context.now)
    if (!authorized.ok) return done(authorized)
    if (!state.totp.devices.some((entry) => entry.id === device)) return done({ ok: false, reason: 'not-found' })
    return state.totp.devices.length === 1 && requiresFactor(context)
      ? done({ ok: false, reason: 'required-by-policy' })
      : ready
  },
  decide(state, { auth, device, client }, { now }) {
    const removed = state.totp.devices.find((entry) => entry.id === device)
    const devices = state.totp.devices.filter((entry) => entry.id !== device)
    const left = { ...state, totp: { ...state.totp, devices } }
    const off = devices.length === 0
    const bumped = bumpEpoch(off ? withoutFactors(left) : left, auth.kind === 'grant' ? auth.grant.session : null)
    const label = removed?.label ?? ''
    const events: DraftEvent[] = [{ type: 'mfa_remove', values: { factor: 'totp', device, label } }]
    const seen = seenFrom(client)
    const messages: DraftMessage[] = [
      notice({ template: 'factor-removed', factor: 'totp', label, at: now, ...seen }, now),
    ]
    if (off) {
      events.push({ type: 'mfa_off', values: { factors: ['totp'] } })
      messages.push(notice({ template: 'two-factor-off', at: now, ...seen }, now))
    }
    return decided<RemoveTotpResult>(
      bumped,
      { ok: true, grant: renewedGrant(bumped, auth), twoFactor: off ? 'off' : 'on' },
      { events, messages },
    )
  },
}

/** Counts start anew with the next binding; the shared budget does not. */
export function withoutFactors(state: AccountState): AccountState {
  return {
    ...state,
    totp: { devices: [], enrollment: null, failures: 0 },
    backupCodes: { set: null, failures: 0 },
  }
}

/** The last factor of an account that policy asks one of stays, during its grace too [LIF-22]. */
export function requiresFactor({ settings, now }: Context): boolean {
  const { factors } = settings.policy
  return factors !== 'optional' && now >= factors.required.since
}
