/** Through which call a code, a passkey or a request came. */
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

/** What a proof is good for. `passkey-only`: leaving that mode, which only a passkey can prove. */
export type StepUpPurpose = 'factors' | 'passkey-only'

export const stepUpPurposes: readonly StepUpPurpose[] = ['factors', 'passkey-only']

/** What an authenticator is asked to sign for. `passwordless`: a sign-in by passkey alone. */
export type CeremonyPurpose = 'register' | 'sign-in' | 'passwordless' | 'step-up'

export const ceremonyPurposes: readonly CeremonyPurpose[] = ['register', 'sign-in', 'passwordless', 'step-up']

/** What a code that is sent is good for, and nothing else. */
export type CodePurpose = 'login' | 'verify-number' | 'step-up'

export const codePurposes: readonly CodePurpose[] = ['login', 'verify-number', 'step-up']
