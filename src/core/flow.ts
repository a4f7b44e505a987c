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
export const stepUpPurposes = ['factors', 'passkey-only'] as const

export type StepUpPurpose = (typeof stepUpPurposes)[number]

/** What an authenticator is asked to sign for. `passwordless`: a sign-in by passkey alone. */
export const ceremonyPurposes = ['register', 'sign-in', 'passwordless', 'step-up'] as const

export type CeremonyPurpose = (typeof ceremonyPurposes)[number]

/** What a code that is sent is good for, and nothing else. */
export const codePurposes = ['login', 'verify-number', 'step-up'] as const

export type CodePurpose = (typeof codePurposes)[number]
