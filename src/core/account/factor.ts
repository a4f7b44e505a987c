export type Factor = 'totp' | 'backup-code'

/** RFC 8176 names. */
export type Amr = 'pwd' | 'otp' | 'mfa' | 'fed' | 'email' | 'sms' | 'hwk' | 'swk' | 'pop'

/** NIST SP 800-63B level. */
export type Aal = 1 | 2

/** What the host checked before it called: nothing of it is nightlatch's. */
export type Primary = 'password' | 'magic-link' | 'oauth' | 'other'

export const primaries: readonly Primary[] = ['password', 'magic-link', 'oauth', 'other']

export function amrOf(primary: Primary, factor: Factor | null): readonly Amr[] {
  const first: readonly Amr[] =
    primary === 'password' ? ['pwd'] : primary === 'magic-link' ? ['email'] : primary === 'oauth' ? ['fed'] : []
  return factor === null ? first : [...first, 'otp', 'mfa']
}
