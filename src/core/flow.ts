/** The call through which a code, a passkey or a request came. */
export type Flow =
  | 'primary'
  | 'sign-in'
  | 'recover'
  | 'passkey'
  | 'passkey-registration'
  | 'step-up'
  | 'turn-off'
  | 'resynchronize'
  | 'sms'

/**
 * What a proof can be used for. `passkey-only` is for switching passkey-only mode off. Only a passkey gives that proof.
 */
export const stepUpPurposes = ['factors', 'passkey-only'] as const

export type StepUpPurpose = (typeof stepUpPurposes)[number]

/** The purpose of a ceremony. `passwordless` is a sign-in by passkey alone. */
export const ceremonyPurposes = ['register', 'sign-in', 'passwordless', 'step-up'] as const

export type CeremonyPurpose = (typeof ceremonyPurposes)[number]
