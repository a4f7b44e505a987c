import type { AccountState } from '../record/state.ts'
import { withFactor } from '../record/state.ts'
import type { TotpAuthenticator } from './state.ts'

export function authenticatorOf({ totp }: AccountState, id: string): TotpAuthenticator | null {
  return totp.authenticators.find((authenticator) => authenticator.id === id) ?? null
}

export function withAuthenticator(state: AccountState, id: string, change: Partial<TotpAuthenticator>): AccountState {
  const authenticators = state.totp.authenticators.map((one) => (one.id === id ? { ...one, ...change } : one))
  return withFactor(state, 'totp', { authenticators })
}
