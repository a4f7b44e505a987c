import { webauthn } from 'nightlatch/passkeys'
import {
  creationOptions,
  readAssertionResponse,
  readRegistrationResponse,
  requestOptions,
} from '../../src/core/passkeys/index.ts'
import type { AssertionFacts, RegistrationFacts } from '../../src/core/passkeys/index.ts'
import type { PasskeyVerifier } from '../../src/ports/passkeys.ts'
import { createAuthenticator } from './passkey-authenticator.ts'
import type {
  AuthenticationResponseJson,
  Authenticator,
  AuthenticatorTraits,
  BrowserWords,
  RegistrationResponseJson,
} from './passkey-authenticator.ts'

export const origin = 'https://www.acme.example'
export const site = {
  rpId: 'acme.example',
  rpName: 'Acme',
  origins: ['https://www.acme.example', 'https://acme.example:8443'],
} as const
/** 32 bytes of the value 1, and of the value 2. */
export const challenges = { create: 'AQEB'.repeat(10) + 'AQE', get: 'AgIC'.repeat(10) + 'AgI' } as const
export const userHandle = 'AwMD'.repeat(21) + 'Aw'

type Words = Partial<BrowserWords> & AuthenticatorTraits

export interface Ceremony {
  readonly verifier: PasskeyVerifier
  readonly authenticator: Authenticator
  /** What a browser would send for a new passkey. */
  created(words?: Words): RegistrationResponseJson
  /** What a browser would send to sign in. */
  gotten(words?: Words): AuthenticationResponseJson
  register(words?: Words): Promise<RegistrationFacts | null>
  /** With the key that was registered last. */
  signIn(words?: Words): Promise<AssertionFacts | null>
}

/** One site, one authenticator, and both ceremonies between them; `words` replace true values in one call. */
export function ceremony(
  options: Parameters<typeof createAuthenticator>[0] = {},
  verifier: PasskeyVerifier = webauthn(site),
): Ceremony {
  const authenticator = createAuthenticator(options)
  const { relyingParty } = verifier
  const user = { handle: userHandle, name: 'ada@acme.example', displayName: 'Ada' }
  let publicKey = ''

  const created: Ceremony['created'] = (words = {}) =>
    authenticator.create(creationOptions({ relyingParty, challenge: challenges.create, user, exclude: [] }), {
      origin,
      ...words,
    })
  const gotten: Ceremony['gotten'] = (words = {}) =>
    authenticator.get(
      requestOptions({ relyingParty, challenge: challenges.get, allow: [], userVerification: 'preferred' }),
      { origin, ...words },
    )
  return {
    verifier,
    authenticator,
    created,
    gotten,
    async register(words) {
      const facts = await verifyCreated(verifier, created(words))
      publicKey = facts?.publicKey ?? publicKey
      return facts
    },
    async signIn(words) {
      return await verifyGotten(verifier, gotten(words), publicKey)
    },
  }
}

export async function verifyCreated(verifier: PasskeyVerifier, json: unknown): Promise<RegistrationFacts | null> {
  const response = readRegistrationResponse(json)
  return response === null ? null : await verifier.verifyRegistration({ response, challenge: challenges.create })
}

export async function verifyGotten(
  verifier: PasskeyVerifier,
  json: unknown,
  publicKey: string,
): Promise<AssertionFacts | null> {
  const response = readAssertionResponse(json)
  return response === null ? null : await verifier.verifyAssertion({ response, challenge: challenges.get, publicKey })
}
