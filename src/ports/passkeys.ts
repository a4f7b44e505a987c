import type {
  AssertionFacts,
  AssertionResponse,
  RegistrationFacts,
  RegistrationResponse,
  RelyingParty,
} from '../core/passkeys/index.ts'

/**
 * Checks what an authenticator signed, and everything that must hold under any policy. Answers null when it does not
 * verify, for any reason, and never rejects because of what a browser sent. User verification and the counter are only
 * reported: the caller decides.
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
    /** The one of {@link RegistrationFacts}. */
    readonly publicKey: string
  }): Promise<AssertionFacts | null>
}
