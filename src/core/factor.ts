export type Factor = 'totp' | 'sms' | 'passkey' | 'backup-code'

/** A factor that is enrolled for itself: backup codes come with the first of them and alone are none. */
export type Method = Exclude<Factor, 'backup-code'>

/** A factor whose answer is typed, and can so be guessed. */
export type CodeFactor = Exclude<Factor, 'passkey'>

export const methods: readonly Method[] = ['passkey', 'totp', 'sms']

/** Restricted authenticators of NIST SP 800-63B §3.2.9: nobody may have to use one [SMS-1]. */
export const restrictedMethods: readonly Method[] = ['sms']

export const codeFactors: readonly CodeFactor[] = ['totp', 'sms', 'backup-code']

/** Names that RFC 8176 registers. It has none for a mailed link or for another provider's word. */
export type Amr = 'pwd' | 'otp' | 'sms' | 'hwk' | 'swk' | 'pop' | 'mfa'

/** NIST SP 800-63B level. */
export type Aal = 1 | 2

/** What a sign-in began with: checked by the host before it called, or a passkey alone. */
export type Primary = HostPrimary | 'passkey'

export type HostPrimary = 'password' | 'magic-link' | 'oauth' | 'other'

export const primaries: readonly HostPrimary[] = ['password', 'magic-link', 'oauth', 'other']

/** What a grant says of how somebody signed in. */
export interface Level {
  readonly aal: Aal
  readonly amr: readonly Amr[]
}

/** What the primary authentication shows alone. */
export function primaryLevel(primary: HostPrimary): Level {
  return { aal: 1, amr: primary === 'password' ? ['pwd'] : [] }
}

/**
 * What primary authentication and factor show together. A mailbox is no authenticator (SP 800-63B §3.1.3.1), so after a
 * mailed link a factor stands alone, unless it is a passkey that verified its user; for what the host calls `oauth` or
 * `other` the host vouches. `synced`: the passkey lives in a synced store (`swk`), not in one device (`hwk`, by the
 * authenticator's own unattested word) [SES-4].
 */
export function factorLevel(
  primary: Primary,
  factor: Factor,
  { synced = false, verified = false }: { readonly synced?: boolean; readonly verified?: boolean } = {},
): Level {
  const first: readonly Amr[] = primary === 'password' ? ['pwd'] : []
  const second: Readonly<Record<Factor, readonly Amr[]>> = {
    passkey: [synced ? 'swk' : 'hwk', 'pop'],
    totp: ['otp'],
    'backup-code': ['otp'],
    sms: ['sms'],
  }
  const single = primary === 'magic-link' && !(factor === 'passkey' && verified)
  const amr = [...first, ...second[factor]]
  return single ? { aal: 1, amr } : { aal: 2, amr: [...amr, 'mfa'] }
}
