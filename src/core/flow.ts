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
  | 'send-code'
  | 'history'

/**
 * What a proof can be used for. `passkey-only` is for switching passkey-only mode off. Only a passkey gives that proof.
 */
export type StepUpPurpose = 'factors' | 'passkey-only'

export const stepUpPurposes: readonly StepUpPurpose[] = ['factors', 'passkey-only']

/** The purpose of a ceremony. `passwordless` is a sign-in by passkey alone. */
export type CeremonyPurpose = 'register' | 'sign-in' | 'passwordless' | 'step-up'

export const ceremonyPurposes: readonly CeremonyPurpose[] = ['register', 'sign-in', 'passwordless', 'step-up']

/** What a sent code is for. It counts for nothing else. */
export type CodePurpose = 'login' | 'verify-number' | 'step-up'

export const codePurposes: readonly CodePurpose[] = ['login', 'verify-number', 'step-up']
