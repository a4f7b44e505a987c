export type { Cbor, CborMap } from './cbor.ts'
export type {
  PasskeyCreationOptions,
  CredentialDescriptor,
  KnownCredential,
  PasskeyRequestOptions,
  UserVerification,
} from './ceremony-options.ts'
export { creationOptions, passkeyAlgorithms, requestOptions } from './ceremony-options.ts'
export type { AssertionFacts, RegistrationFacts } from './facts.ts'
export type { AssertionVerdict, StoredPasskey } from './judge-assertion.ts'
export { judgeAssertion } from './judge-assertion.ts'
export type { PasskeyLimits } from './limits.ts'
export { passkeyLimits } from './limits.ts'
export type { OpenedAssertion, OpenedRegistration } from './open-ceremony.ts'
export { isSignatureFor, openAssertion, openRegistration } from './open-ceremony.ts'
export type { RelyingParty } from './relying-party.ts'
export { checkRelyingParty } from './relying-party.ts'
export type { AssertionResponse, RegistrationResponse } from './responses.ts'
export { readAssertionResponse, readRegistrationResponse } from './responses.ts'
export { credentialKey, userHandleKey } from './unique-keys.ts'
