import { argumentError, requireInteger, requireObject, requireOneOf, requireText } from '../arguments.ts'
import { decodeBase64url } from '../bytes.ts'
import { passkeyLimits as limits } from './limits.ts'
import type { RelyingParty } from './relying-party.ts'

export type UserVerification = 'required' | 'preferred'

/** A passkey as the browser is told of it. */
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
  /** Empty: any passkey that the authenticator has for this relying party. */
  readonly allowCredentials: readonly CredentialDescriptor[]
  readonly userVerification: UserVerification
}

/** A stored passkey, as far as a browser needs it to find the authenticator. */
export interface KnownCredential {
  readonly id: string
  readonly transports: readonly string[]
}

/**
 * COSE: EdDSA, ES256, RS256, in the order of preference [PKR-9]. What is offered is what is accepted. The numbers that
 * name a curve as well (−9, −19, …) say nothing more to the authenticators that exist.
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
 * What a page needs to make a passkey. Attestation is not asked for: it would tell the maker of an authenticator, which
 * decides nothing here, at the price of a question that people refuse [PKR-10]. The timeout is from 300000 to 600000.
 *
 * @contract pure · timeoutMs ms · options as plain JSON · throws NL_ARGUMENT · WebAuthn L3 §5.4
 */
export function creationOptions(options: {
  readonly relyingParty: RelyingParty
  readonly challenge: string
  /** `handle` is base64url of 1 to 64 bytes, and tells nothing about the person [PKR-15]. */
  readonly user: { readonly handle: string; readonly name: string; readonly displayName: string }
  /** The passkeys that the account has: an authenticator makes no second one [PKR-16]. */
  readonly exclude: readonly KnownCredential[]
  /** `required`: only a passkey that is found without a name. Default `preferred`. */
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
 * What a page needs to ask for a passkey. The timeout is from 300000 to 600000.
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
