export type Factor = 'passkey' | 'totp' | 'sms' | 'backup-code'

/** What an account can be asked for, the strongest first. */
export const factors: readonly Factor[] = ['passkey', 'totp', 'sms', 'backup-code']

/** A factor that is enrolled for itself. Backup codes come with the first of them, and alone are none. */
export type Method = Exclude<Factor, 'backup-code'>

/** A factor whose answer is typed, and can so be guessed. */
export type CodeFactor = Exclude<Factor, 'passkey'>

export const methods: readonly Method[] = factors.filter((factor) => factor !== 'backup-code')

export const codeFactors: readonly CodeFactor[] = factors.filter((factor) => factor !== 'passkey')

/** Restricted authenticators of NIST SP 800-63B §3.2.9: nobody may have to use one [SMS-1]. */
export const restrictedMethods: readonly Method[] = ['sms']

/** Names that RFC 8176 registers. It has none for a mailed link or for another provider's word. */
export type Amr = 'pwd' | 'otp' | 'sms' | 'hwk' | 'swk' | 'pop' | 'mfa'

export const amrs: readonly Amr[] = ['pwd', 'otp', 'sms', 'hwk', 'swk', 'pop', 'mfa']

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

export function isCodeFactor(factor: Factor): factor is CodeFactor {
  return codeFactors.some((code) => code === factor)
}
