import { credentialKey } from '../../passkeys/unique-keys.ts'
import type { TokenPayloads } from '../../token/index.ts'
import { addressAndBrowser } from '../guessing/verdict.ts'
import { notice } from '../record/notice.ts'
import { canBePasskeyOnly, dropMethod, finishRemoval, removalFault } from '../factors/removal.ts'
import type { Authorization, SensitiveRefusal } from '../sessions/session.ts'
import { authorize, authorizeChange, bumpEpoch, renewedGrant, referenceTo } from '../sessions/session.ts'
import type { AccountState } from '../record/state.ts'
import type { Client, UseCase } from '../record/step.ts'
import { decided, done, ready } from '../record/step.ts'
import type { RemoveResult } from '../totp/remove.ts'

/** `passkey` is the reference that a list shows. */
export interface RenamePasskey {
  readonly auth: Authorization
  readonly passkey: string
  readonly label: string
}

export type RenamePasskeyResult =
  { readonly ok: true } | { readonly ok: false; readonly reason: 'signed-out' | 'not-found' }

export const renamePasskey: UseCase<RenamePasskey, RenamePasskeyResult> = {
  plan(state, { auth, passkey }, { now }) {
    const authorized = authorize(state, auth, now)
    if (!authorized.ok) return done(authorized)
    return find(state, passkey) === null ? done({ ok: false, reason: 'not-found' }) : ready
  },
  decide(state, { passkey, label }) {
    const id = find(state, passkey)?.id
    const credentials = state.passkey.credentials.map((one) => (one.id === id ? { ...one, label } : one))
    return decided<RenamePasskeyResult>(
      { ...state, passkey: { ...state.passkey, credentials } },
      { ok: true },
      {
        events: [
          { type: 'mfa_update', values: { factor: 'passkey', authenticator: passkey, change: 'rename', label } },
        ],
      },
    )
  },
}

export interface RemovePasskey {
  readonly auth: Authorization
  readonly passkey: string
  readonly client: Client
}

export const removePasskey: UseCase<RemovePasskey, RemoveResult> = {
  plan(state, { auth, passkey }, context) {
    const authorized = authorizeChange(state, auth, 'factors', context.now)
    if (!authorized.ok) return done(authorized)
    if (find(state, passkey) === null) return done({ ok: false, reason: 'not-found' })
    const fault = removalFault(without(state, passkey), context)
    return fault === null ? ready : done({ ok: false, reason: fault })
  },
  decide(state, command, context) {
    const { passkey: authenticator } = command
    const { id, label = '' } = find(state, authenticator) ?? {}
    const keys = id === undefined ? [] : [credentialKey(id)]
    const left = without(state, authenticator)
    return finishRemoval<RemoveResult>(left, { method: 'passkey', authenticator, label, keys }, command, context)
  },
}

export interface SetPasskeyOnly {
  readonly auth: Authorization
  readonly on: boolean
  readonly client: Client
}

export type SetPasskeyOnlyResult =
  | { readonly ok: true; readonly grant: TokenPayloads['grant'] | null }
  /**
   * `needs-recovery`: two passkeys are needed, or one that is synced beside an unused set of backup codes, and they must
   * have verified their user.
   */
  | { readonly ok: false; readonly reason: SensitiveRefusal | 'needs-recovery' | 'unchanged' }

/** Only passkeys open the account. Leaving that takes a passkey. */
export const setPasskeyOnly: UseCase<SetPasskeyOnly, SetPasskeyOnlyResult> = {
  plan(state, { auth, on }, context) {
    const authorized = authorizeChange(state, auth, on ? 'factors' : 'passkey-only', context.now)
    if (!authorized.ok) return done(authorized)
    if (state.passkey.only === on) return done({ ok: false, reason: 'unchanged' })
    const safe = !on || (context.settings.passkeys !== null && canBePasskeyOnly(state, context))
    return safe ? ready : done({ ok: false, reason: 'needs-recovery' })
  },
  decide(state, { auth, on, client }, { now }) {
    const changed = { ...state, passkey: { ...state.passkey, only: on } }
    const bumped = bumpEpoch(changed, auth.kind === 'grant' ? auth.grant.session : null)
    const template = on ? 'passkey-only-on' : 'passkey-only-off'
    return decided<SetPasskeyOnlyResult>(
      bumped,
      { ok: true, grant: renewedGrant(bumped, auth) },
      {
        events: [{ type: 'passkey_only', values: { on } }],
        messages: [notice({ template, at: now, ...addressAndBrowser(client) }, now)],
      },
    )
  },
}

function find(state: AccountState, reference: string): AccountState['passkey']['credentials'][number] | null {
  return state.passkey.credentials.find(({ id }) => referenceTo(id) === reference) ?? null
}

function without(state: AccountState, reference: string): AccountState {
  const credentials = state.passkey.credentials.filter(({ id }) => referenceTo(id) !== reference)
  const left = { ...state, passkey: { ...state.passkey, credentials } }
  // An account that only passkeys open is not emptied here: it is asked about before.
  return credentials.length > 0 || state.passkey.only ? left : dropMethod(left, 'passkey')
}
