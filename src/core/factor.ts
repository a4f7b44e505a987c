/** All factors, the strongest first. */
export const factors = ['passkey', 'totp', 'sms', 'backup-code'] as const

export type Factor = (typeof factors)[number]

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
export const amrs = ['pwd', 'otp', 'sms', 'hwk', 'swk', 'pop', 'mfa'] as const

export type Amr = (typeof amrs)[number]

/** Authenticator assurance level of NIST SP 800-63B. */
export type Aal = 1 | 2

/** The primary authentication of a sign-in. The host checks it before the call, or it is a passkey alone. */
export type Primary = HostPrimary | 'passkey'

export const primaries = ['password', 'magic-link', 'oauth', 'other'] as const

export type HostPrimary = (typeof primaries)[number]

/** How strongly a session is authenticated, and by which means. */
export interface Level {
  readonly aal: Aal
  readonly amr: readonly Amr[]
}

export function isCodeFactor(factor: Factor): factor is CodeFactor {
  return codeFactors.some((code) => code === factor)
}
