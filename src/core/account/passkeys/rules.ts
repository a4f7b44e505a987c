import { credentialKey } from '../../passkeys/unique-keys.ts'
import type { FactorRules } from '../factors/rules.ts'
import type { AccountState } from '../record/state.ts'
import { withFactor } from '../record/state.ts'
import type { Passkey } from './state.ts'
import { noPasskeys } from './state.ts'

export const passkeyRules: FactorRules<'passkey'> = {
  empty: noPasskeys,
  isEnrolled: ({ passkey }) => passkey.credentials.length > 0,
  isUsable: ({ passkey }, settings) => passkey.credentials.length > 0 && settings.passkeys !== null,
  amr: ({ synced = false }) => [synced ? 'swk' : 'hwk', 'pop'],
  remove: (state) => withFactor(state, 'passkey', { credentials: [], only: false }),
  uniqueKeys: ({ passkey }, { realm }) => passkey.credentials.map(({ id }) => credentialKey({ realm, id })),

  accept: (state, { passkey, events }) => ({ state: withPasskey(state, passkey.id, passkey), events, messages: [] }),
}

export function withPasskey(state: AccountState, id: string, change: Partial<Passkey>): AccountState {
  const credentials = state.passkey.credentials.map((one) => (one.id === id ? { ...one, ...change } : one))
  return withFactor(state, 'passkey', { credentials })
}
