import type {
  AssertionFacts,
  AssertionResponse,
  RegistrationFacts,
  RegistrationResponse,
  RelyingParty,
} from '../core/passkeys/index.ts'

/**
 * Checks what an authenticator signed, and all that must hold whatever the policy is. Answers null when it does not
 * verify, whatever the reason, and never rejects for what a browser sent. User verification and the counter are
 * reported, not judged.
 */
export interface PasskeyVerifier {
  readonly relyingParty: RelyingParty
  verifyRegistration(question: {
    readonly response: RegistrationResponse
    readonly challenge: string
  }): Promise<RegistrationFacts | null>
  verifyAssertion(question: {
    readonly response: AssertionResponse
    readonly challenge: string
    /** As {@link RegistrationFacts} has it. */
    readonly publicKey: string
  }): Promise<AssertionFacts | null>
}
