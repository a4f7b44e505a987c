import type { DraftEvent } from '../../events/catalogue.ts'
import { limits } from '../../limits.ts'
import { credentialKey } from '../../passkeys/unique-keys.ts'
import type { TokenPayloads } from '../../token/index.ts'
import { addressAndBrowser } from '../guessing/verdict.ts'
import type { Method } from '../../factor.ts'
import { hasFactor } from './live-factors.ts'
import { notice } from '../record/notice.ts'
import type { Authorization, SensitiveRefusal } from '../sessions/session.ts'
import { bumpEpoch, renewedGrant } from '../sessions/session.ts'
import type { AccountState } from '../record/state.ts'
import { noSms } from '../record/state.ts'
import type { Client, Context, Decision, DraftMessage } from '../record/step.ts'
import { decided } from '../record/step.ts'

/** `passkey-only`: what is left would not be enough for an account that only passkeys open. */
export type RemoveRefusal = SensitiveRefusal | 'not-found' | 'required-by-policy' | 'passkey-only'

export interface Removed {
  readonly ok: true
  readonly grant: TokenPayloads['grant'] | null
  readonly twoFactor: 'on' | 'off'
}

/** Why a factor must stay, if it must. `left` is the account without it. */
export function removalFault(left: AccountState, context: Context): 'required-by-policy' | 'passkey-only' | null {
  if (left.passkey.only && !canBePasskeyOnly(left, context)) return 'passkey-only'
  return !hasFactor(left) && requiresFactor(context) ? 'required-by-policy' : null
}

/**
 * Two passkeys, or one that is synced beside a set of backup codes of which none was used and which still opens. One that
 * never verified its user, or is found only by a name, or is synced where those are refused, does not count: it opens
 * nothing alone.
 */
export function canBePasskeyOnly(
  { passkey: passkeys, 'backup-code': backupCodes }: AccountState,
  { settings }: Context,
): boolean {
  const bound = settings.passkeys?.synced === 'refuse'
  const alone = passkeys.credentials.filter(
    (passkey) => passkey.uvInitialized && passkey.discoverable !== false && !(bound && passkey.backupEligible),
  )
  if (alone.length > 1) return true
  const { set, failures } = backupCodes
  const fresh = set !== null && failures < limits.hardStop && set.codes.every((code) => code.usedAt === null)
  return alone.some((passkey) => passkey.backedUp) && fresh
}

/** The account without one method: its counts start anew with the next binding, the shared budget does not. */
export function dropMethod(state: AccountState, method: Method): AccountState {
  const preferred = state.preferred === method ? null : state.preferred
  switch (method) {
    case 'totp':
      return { ...state, preferred, totp: { authenticators: [], enrollment: null, failures: 0 } }
    case 'sms':
      // What was sent stays counted: taking a number out and in again buys no message.
      return { ...state, preferred, sms: { ...noSms, sends: state.sms.sends } }
    case 'passkey':
      return { ...state, preferred, passkey: { ...state.passkey, credentials: [], only: false } }
  }
}

export function withoutFactors(state: AccountState): AccountState {
  const methods: readonly Method[] = ['totp', 'sms', 'passkey']
  return { ...methods.reduce(dropMethod, state), 'backup-code': { set: null, failures: 0 } }
}

/** The unique keys that the account's passkeys hold. */
export function credentialKeys({ passkey: passkeys }: AccountState): readonly string[] {
  return passkeys.credentials.map(({ id }) => credentialKey(id))
}

/** The last factor of an account that policy asks one of stays, during its grace too [LIF-22]. */
export function requiresFactor({ settings, now }: Context): boolean {
  const { factors } = settings.policy
  return factors !== 'optional' && now >= factors.required.since
}

/** Without the last factor 2FA is off, and the backup codes go with it: alone they are no second factor. */
export function finishRemoval<R>(
  left: AccountState,
  removed: {
    readonly method: Method
    readonly authenticator: string
    readonly label: string
    readonly keys?: readonly string[]
  },
  { auth, client }: { readonly auth: Authorization; readonly client: Client },
  { now }: Context,
): Decision<R | Removed> {
  const { method, authenticator, label, keys = [] } = removed
  const off = !hasFactor(left)
  const bumped = bumpEpoch(off ? withoutFactors(left) : left, auth.kind === 'grant' ? auth.grant.session : null)
  const events: DraftEvent[] = [{ type: 'mfa_remove', values: { factor: method, authenticator, label } }]
  const seen = addressAndBrowser(client)
  const messages: DraftMessage[] = [
    notice({ template: 'factor-removed', factor: method, label, at: now, ...seen }, now),
  ]
  if (off) {
    events.push({ type: 'mfa_off', values: { factors: [method] } })
    messages.push(notice({ template: 'two-factor-off', at: now, ...seen }, now))
  }
  return decided<R | Removed>(
    bumped,
    { ok: true, grant: renewedGrant(bumped, auth), twoFactor: off ? 'off' : 'on' },
    { events, messages, keys: { release: keys } },
  )
}
