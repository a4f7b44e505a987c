export type Factor = 'totp' | 'sms' | 'passkey' | 'backup-code'

/** A factor that is enrolled for itself: backup codes come with the first of them and alone are none. */
export type Method = Exclude<Factor, 'backup-code'>

/** A factor whose answer is typed, and can so be guessed. */
export type CodeFactor = Exclude<Factor, 'passkey'>

export const methods: readonly Method[] = ['passkey', 'totp', 'sms']

export const codeFactors: readonly CodeFactor[] = ['totp', 'sms', 'backup-code']

/** Names that RFC 8176 registers. It has none for a mailed link or for another provider's word. */
export type Amr = 'pwd' | 'otp' | 'sms' | 'hwk' | 'swk' | 'pop' | 'mfa'

/** NIST SP 800-63B level. */
export type Aal = 1 | 2

/** What a sign-in began with: checked by the host before it called, or a passkey alone. */
export type Primary = HostPrimary | 'passkey'

export type HostPrimary = 'password' | 'magic-link' | 'oauth' | 'other'

export const primaries: readonly HostPrimary[] = ['password', 'magic-link', 'oauth', 'other']

/**
 * What a grant says of how somebody signed in. `synced`: the passkey lives in a synced store (`swk`), not in one device
 * (`hwk`, by the authenticator's own unattested word).
 */
export function amrOf(
  primary: Primary,
  factor: Factor | null,
  { synced = false }: { readonly synced?: boolean } = {},
): readonly Amr[] {
  const first: readonly Amr[] = primary === 'password' ? ['pwd'] : []
  if (factor === null) return first
  if (factor === 'passkey') return [...first, synced ? 'swk' : 'hwk', 'pop', 'mfa']
  return [...first, factor === 'sms' ? 'sms' : 'otp', 'mfa']
}
