import type { AccountState } from '../record/state.ts'

/** What a security page shows about an authenticator app. No secret is part of it. Times are ms since epoch. */
export interface TotpAuthenticatorView {
  readonly id: string
  readonly label: string
  readonly createdAt: number
  readonly lastUsedAt: number | null
}

export function viewTotpAuthenticators({ totp }: AccountState): readonly TotpAuthenticatorView[] {
  return totp.authenticators.map(({ id, label, createdAt, lastUsedAt }) => ({ id, label, createdAt, lastUsedAt }))
}
