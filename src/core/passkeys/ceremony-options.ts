import { argumentError, requireInteger, requireObject, requireOneOf, requireText } from '../arguments.ts'
import { decodeBase64url } from '../bytes.ts'
import { passkeyLimits as limits } from './limits.ts'
import type { RelyingParty } from './relying-party.ts'

export type UserVerification = 'required' | 'preferred'

/** A passkey as a browser gets it. */
export interface CredentialDescriptor {
  readonly type: 'public-key'
  readonly id: string
  readonly transports?: readonly string[]
}

/** `PublicKeyCredentialCreationOptionsJSON`: for `PublicKeyCredential.parseCreationOptionsFromJSON` in the page. */
export interface PasskeyCreationOptions {
  readonly rp: { readonly id: string; readonly name: string }
  readonly user: { readonly id: string; readonly name: string; readonly displayName: string }
  readonly challenge: string
  readonly pubKeyCredParams: readonly { readonly type: 'public-key'; readonly alg: number }[]
  readonly timeout: number
  readonly excludeCredentials: readonly CredentialDescriptor[]
  readonly authenticatorSelection: {
    readonly residentKey: 'required' | 'preferred'
    readonly requireResidentKey: boolean
    readonly userVerification: UserVerification
  }
  readonly attestation: 'none'
  readonly extensions: { readonly credProps: true }
}

/** `PublicKeyCredentialRequestOptionsJSON`: for `PublicKeyCredential.parseRequestOptionsFromJSON` in the page. */
export interface PasskeyRequestOptions {
  readonly challenge: string
  readonly timeout: number
  readonly rpId: string
  /** If it is empty, any passkey of this relying party can be used. */
  readonly allowCredentials: readonly CredentialDescriptor[]
  readonly userVerification: UserVerification
}

/** The part of a stored passkey that a browser needs to find the authenticator. */
export interface KnownCredential {
  readonly id: string
  readonly transports: readonly string[]
}

/**
 * COSE algorithms in the order of preference: EdDSA, ES256, RS256 [PKR-9]. Only offered algorithms are accepted. The
 * numbers that also name a curve (−9, −19, …) tell existing authenticators nothing more.
 */
export const passkeyAlgorithms: readonly number[] = /* @__PURE__ */ Object.freeze([-8, -7, -257])

const userVerifications: readonly UserVerification[] = ['required', 'preferred']

function descriptors(known: readonly KnownCredential[], title: string): readonly CredentialDescriptor[] {
  if (!Array.isArray(known)) throw argumentError(title, 'a list of passkeys')
  return (known as readonly KnownCredential[]).map(({ id, transports }) =>
    transports.length === 0 ? { type: 'public-key', id } : { type: 'public-key', id, transports: [...transports] },
  )
}

function checkCeremony(options: {
  readonly challenge: string
  readonly userVerification: UserVerification
  readonly timeoutMs: number
}): void {
  requireText(options.challenge, 'challenge')
  requireOneOf(options.userVerification, 'userVerification', userVerifications)
  requireInteger(options.timeoutMs, 'timeoutMs', { from: limits.timeoutMs, to: limits.longestTimeoutMs })
}

/**
 * Makes the options with which a page creates a passkey. It does not ask for attestation [PKR-10]. That would name the
 * maker of the authenticator, on which nothing depends here, and browsers would ask the person a question that many
 * refuse. The timeout is from 300000 to 600000.
 *
 * @contract pure · timeoutMs ms · options as plain JSON · throws NL_ARGUMENT · WebAuthn L3 §5.4
 */
export function creationOptions(options: {
  readonly relyingParty: RelyingParty
  readonly challenge: string
  /** `handle` is base64url of 1 to 64 bytes. It contains nothing about the person [PKR-15]. */
  readonly user: { readonly handle: string; readonly name: string; readonly displayName: string }
  /** The passkeys of the account. An authenticator that has one of them makes no second one [PKR-16]. */
  readonly exclude: readonly KnownCredential[]
  /** `required`: only a passkey that can be found without a name. Default `preferred`. */
  readonly residentKey?: 'required' | 'preferred' | undefined
  readonly userVerification?: UserVerification | undefined
  readonly timeoutMs?: number | undefined
}): PasskeyCreationOptions {
  requireObject(options, 'options')
  const { relyingParty, challenge, user, exclude } = options
  const { residentKey = 'preferred', userVerification = 'preferred', timeoutMs = limits.timeoutMs } = options
  checkCeremony({ challenge, userVerification, timeoutMs })
  requireOneOf(residentKey, 'residentKey', ['required', 'preferred'])
  requireObject(user, 'user')
  for (const name of ['handle', 'name', 'displayName'] as const) requireText(user[name], `user.${name}`)
  const { length = 0 } = decodeBase64url(user.handle) ?? {}
  if (length < 1 || length > limits.userHandle) {
    throw argumentError('user.handle', `base64url of 1 to ${limits.userHandle} bytes`)
  }
  return {
    rp: { id: relyingParty.id, name: relyingParty.name },
    user: { id: user.handle, name: user.name, displayName: user.displayName },
    challenge,
    pubKeyCredParams: passkeyAlgorithms.map((alg) => ({ type: 'public-key', alg })),
    timeout: timeoutMs,
    excludeCredentials: descriptors(exclude, 'exclude'),
    authenticatorSelection: { residentKey, requireResidentKey: residentKey === 'required', userVerification },
    attestation: 'none',
    extensions: { credProps: true },
  }
}

/**
 * Makes the options with which a page asks for a passkey. The timeout is from 300000 to 600000.
 *
 * @contract pure · timeoutMs ms · options as plain JSON · throws NL_ARGUMENT · WebAuthn L3 §5.5
 */
export function requestOptions(options: {
  readonly relyingParty: RelyingParty
  readonly challenge: string
  readonly allow: readonly KnownCredential[]
  readonly userVerification: UserVerification
  readonly timeoutMs?: number | undefined
}): PasskeyRequestOptions {
  requireObject(options, 'options')
  const { relyingParty, challenge, allow, userVerification, timeoutMs = limits.timeoutMs } = options
  checkCeremony({ challenge, userVerification, timeoutMs })
  return {
    challenge,
    timeout: timeoutMs,
    rpId: relyingParty.id,
    allowCredentials: descriptors(allow, 'allow'),
    userVerification,
  }
}
