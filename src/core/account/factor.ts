export type Factor = 'totp' | 'backup-code'

/** Names that RFC 8176 registers. It has none for a mailed link or for another provider's word. */
export type Amr = 'pwd' | 'otp' | 'mfa'

/** NIST SP 800-63B level. */
export type Aal = 1 | 2

/** What the host checked before it called: nothing of it is nightlatch's. */
export type Primary = 'password' | 'magic-link' | 'oauth' | 'other'

export const primaries: readonly Primary[] = ['password', 'magic-link', 'oauth', 'other']

export function amrOf(primary: Primary, factor: Factor | null): readonly Amr[] {
  const first: readonly Amr[] = primary === 'password' ? ['pwd'] : []
  return factor === null ? first : [...first, 'otp', 'mfa']
}
