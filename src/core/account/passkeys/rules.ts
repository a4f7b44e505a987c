import type { DraftEvent } from '../../events/catalogue.ts'
import { credentialKey } from '../../passkeys/unique-keys.ts'
import type { FactorRules } from '../factors/rules.ts'
import type { AccountState } from '../record/state.ts'
import { withFactor } from '../record/state.ts'
import type { Passkey } from './state.ts'
import { noPasskeys } from './state.ts'

export interface PasskeyMatch {
  readonly status: 'matched'
  readonly factor: 'passkey'
  /** As it is to be kept from now on. */
  readonly passkey: Passkey
  /** It verified its user, and that may be relied on [PKA-4, PKA-5]. */
  readonly verified: boolean
  readonly events: readonly DraftEvent[]
}

export const passkeyRules: FactorRules<'passkey'> = {
  empty: noPasskeys,
  isEnrolled: ({ passkey }) => passkey.credentials.length > 0,
  isUsable: ({ passkey }, settings) => passkey.credentials.length > 0 && settings.passkeys !== null,
  amr: ({ synced = false }) => [synced ? 'swk' : 'hwk', 'pop'],
  remove: (state) => withFactor(state, 'passkey', { credentials: [], only: false }),
  uniqueKeys: ({ passkey }) => passkey.credentials.map(({ id }) => credentialKey(id)),

  accept: (state, { passkey, events }) => ({ state: withPasskey(state, passkey.id, passkey), events, messages: [] }),
}

export function withPasskey(state: AccountState, id: string, change: Partial<Passkey>): AccountState {
  const credentials = state.passkey.credentials.map((one) => (one.id === id ? { ...one, ...change } : one))
  return withFactor(state, 'passkey', { credentials })
}
