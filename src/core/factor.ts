export type Factor = 'passkey' | 'totp' | 'sms' | 'backup-code'

/** All factors, the strongest first. */
export const factors: readonly Factor[] = ['passkey', 'totp', 'sms', 'backup-code']

/**
 * A factor that is enrolled on its own. Backup codes are not: they come with the first method, and without one they are
 * no factor.
 */
export type Method = Exclude<Factor, 'backup-code'>

/** A factor whose code is typed, and which can therefore be guessed. */
export type CodeFactor = Exclude<Factor, 'passkey'>

export const methods: readonly Method[] = factors.filter((factor) => factor !== 'backup-code')

export const codeFactors: readonly CodeFactor[] = factors.filter((factor) => factor !== 'passkey')

/** Restricted authenticators (NIST SP 800-63B §3.2.9). No account may be forced to use one [SMS-1]. */
export const restrictedMethods: readonly Method[] = ['sms']

/** Names from RFC 8176. It has no name for a mailed link, and none for a sign-in at another provider. */
export type Amr = 'pwd' | 'otp' | 'sms' | 'hwk' | 'swk' | 'pop' | 'mfa'

export const amrs: readonly Amr[] = ['pwd', 'otp', 'sms', 'hwk', 'swk', 'pop', 'mfa']

/** Authenticator assurance level of NIST SP 800-63B. */
export type Aal = 1 | 2

/** The primary authentication of a sign-in. The host checks it before the call, or it is a passkey alone. */
export type Primary = HostPrimary | 'passkey'

export type HostPrimary = 'password' | 'magic-link' | 'oauth' | 'other'

export const primaries: readonly HostPrimary[] = ['password', 'magic-link', 'oauth', 'other']

/** How strongly a session is authenticated, and by which means. */
export interface Level {
  readonly aal: Aal
  readonly amr: readonly Amr[]
}

export function isCodeFactor(factor: Factor): factor is CodeFactor {
  return codeFactors.some((code) => code === factor)
}
