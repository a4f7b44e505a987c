import { decodeBase64url } from '../bytes.ts'
import { passkeyLimits as limits } from './limits.ts'

/** The part of a browser's `RegistrationResponseJSON` that is used. Bytes are base64url. */
export interface RegistrationResponse {
  readonly id: string
  readonly clientDataJSON: string
  readonly attestationObject: string
  readonly transports: readonly string[]
  /** Whether the authenticator finds the passkey without its id, as the browser says. Null if it does not say. */
  readonly discoverable: boolean | null
}

/** The part of a browser's `AuthenticationResponseJSON` that is used. Bytes are base64url. */
export interface AssertionResponse {
  readonly id: string
  readonly clientDataJSON: string
  readonly authenticatorData: string
  readonly signature: string
  readonly userHandle: string | null
}

type Fields = Readonly<Record<string, unknown>>

const knownTransports: readonly string[] = ['usb', 'nfc', 'ble', 'smart-card', 'hybrid', 'internal']

function fieldsOf(value: unknown): Fields | null {
  return typeof value === 'object' && value !== null ? (value as Fields) : null
}

/** The text, if it is the base64url of that many bytes. */
function bytesText(value: unknown, size: { readonly from: number; readonly to: number }): string | null {
  if (typeof value !== 'string' || value.length > Math.ceil((size.to * 4) / 3)) return null
  const bytes = decodeBase64url(value)
  return bytes !== null && bytes.length >= size.from && bytes.length <= size.to ? value : null
}

function transportsOf(value: unknown): readonly string[] | null {
  if (value === undefined || value === null) return []
  if (!Array.isArray(value)) return null
  const listed: readonly unknown[] = value.slice(0, limits.transports)
  return knownTransports.filter((name) => listed.includes(name))
}

/** Some browsers write an empty handle if the authenticator gave none. */
function userHandleOf(value: unknown): string | null | undefined {
  if (value === undefined || value === null || value === '') return null
  return bytesText(value, { from: 1, to: limits.userHandle }) ?? undefined
}

/** `credProps.rk`. No authenticator signs it, so it is good for advice and must never open an account. */
function discoverableOf(outputs: unknown): boolean | null {
  const rk = fieldsOf(fieldsOf(outputs)?.credProps)?.rk
  return typeof rk === 'boolean' ? rk : null
}

/** Reads each field once, so that the value that is kept is the one that was checked. */
function credentialOf(value: unknown): {
  readonly id: string
  readonly response: Fields
  readonly outputs: unknown
} | null {
  if (typeof value === 'string' && value.length > limits.responseText) return null
  const credential = fieldsOf(typeof value === 'string' ? JSON.parse(value) : value)
  if (credential === null || credential.type !== 'public-key') return null
  const id = bytesText(credential.id, { from: 1, to: limits.credentialId })
  const { rawId = id } = credential
  const response = fieldsOf(credential.response)
  const outputs = credential.clientExtensionResults
  return id !== null && rawId === id && response !== null ? { id, response, outputs } : null
}

function orNull<Value>(read: () => Value | null): Value | null {
  try {
    return read()
  } catch {
    // The text is not JSON, or a field of the object throws when it is read.
    return null
  }
}

/**
 * Reads what a browser sent for a new passkey: the JSON of the credential, parsed or as text. Other parts are left out,
 * also all extension outputs but `credProps` [PKR-14].
 *
 * @contract pure · response|null · throws none · WebAuthn L3 §5.1 RegistrationResponseJSON
 */
export function readRegistrationResponse(value: unknown): RegistrationResponse | null {
  return orNull(() => {
    const credential = credentialOf(value)
    if (credential === null) return null
    const { id, response, outputs } = credential
    const clientDataJSON = bytesText(response.clientDataJSON, { from: 1, to: limits.clientData })
    const attestationObject = bytesText(response.attestationObject, { from: 1, to: limits.attestationObject })
    const transports = transportsOf(response.transports)
    if (clientDataJSON === null || attestationObject === null || transports === null) return null
    return { id, clientDataJSON, attestationObject, transports, discoverable: discoverableOf(outputs) }
  })
}

/** Authenticator data has at least the hash of the RP ID, the flags and the counter [PKR-19]. */
export const leastAuthenticatorData = 37

/**
 * Reads what a browser sent to sign in with a passkey: the JSON of the credential, parsed or as text.
 *
 * @contract pure · response|null · throws none · WebAuthn L3 §5.1 AuthenticationResponseJSON
 */
export function readAssertionResponse(value: unknown): AssertionResponse | null {
  return orNull(() => {
    const credential = credentialOf(value)
    if (credential === null) return null
    const { id, response } = credential
    const clientDataJSON = bytesText(response.clientDataJSON, { from: 1, to: limits.clientData })
    const authenticatorData = bytesText(response.authenticatorData, {
      from: leastAuthenticatorData,
      to: limits.authenticatorData,
    })
    const signature = bytesText(response.signature, { from: 1, to: limits.signature })
    const userHandle = userHandleOf(response.userHandle)
    if (clientDataJSON === null || authenticatorData === null || signature === null || userHandle === undefined) {
      return null
    }
    return { id, clientDataJSON, authenticatorData, signature, userHandle }
  })
}
