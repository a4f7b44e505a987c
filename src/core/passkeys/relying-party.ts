import { decodeBase64url } from '../bytes.ts'
import { NightlatchError } from '../errors.ts'
import { passkeyLimits } from './limits.ts'

/** The relying party of passkeys, and the pages that may ask for them. */
export interface RelyingParty {
  /** The RP ID, a bare domain. A passkey belongs to one RP ID. After a change no existing passkey works. */
  readonly id: string
  readonly name: string
  /** Every character is compared [PKR-4]. */
  readonly origins: readonly string[]
  /** Pages that may show an asking page in a frame. If the list is empty, none may [PKR-5]. */
  readonly topOrigins: readonly string[]
}

const longestDomain = 253
const label = /^[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?$/
const webOrigin = /^(https?):\/\/([a-z\d.-]+)(?::([1-9]\d{0,4}))?$/
const androidOrigin = /^android:apk-key-hash:([\w-]{43})$/
const defaultPorts: Readonly<Record<string, string>> = { http: '80', https: '443' }

function config(rule: string): NightlatchError {
  return new NightlatchError('NL_CONFIG', rule)
}

/** Lower case and ASCII only, as browsers write it. Any other spelling would match no origin. */
function isDomain(text: unknown): text is string {
  if (typeof text !== 'string' || text.length > longestDomain) return false
  const labels = text.split('.')
  const isName = labels.length > 1 && !/^\d+$/.test(labels.at(-1) ?? '')
  return (isName || text === 'localhost') && labels.every((part) => label.test(part))
}

/** The host of an origin as browsers write it, without a default port. Null for anything else. */
function hostOf(origin: unknown): string | null {
  if (typeof origin !== 'string') return null
  const [, scheme = '', host, port] = webOrigin.exec(origin) ?? []
  if (!isDomain(host) || port === defaultPorts[scheme] || Number(port ?? 0) > 65_535) return null
  return scheme === 'https' || host === 'localhost' ? host : null
}

function isAppOrigin(origin: unknown): boolean {
  const [, hash] = (typeof origin === 'string' && androidOrigin.exec(origin)) || []
  return hash !== undefined && decodeBase64url(hash) !== null
}

function readList(value: unknown, title: string): readonly string[] {
  if (!Array.isArray(value)) throw config(`${title} must be a list`)
  return Object.freeze([...(value as readonly string[])])
}

/**
 * Checks the relying party. An origin must be the RP ID or a subdomain of it, on https (or `http://localhost` for
 * development), as browsers write it. `android:apk-key-hash:…` names an app.
 *
 * @contract pure · the relying party, frozen · throws NL_CONFIG · WebAuthn L3 §5.1.2, §13.4.9
 * @example
 * checkRelyingParty({ id: 'acme.example', name: 'Acme', origins: ['https://www.acme.example'] })
 */
export function checkRelyingParty(options: {
  readonly id: string
  readonly name: string
  readonly origins: readonly string[]
  readonly topOrigins?: readonly string[] | undefined
}): RelyingParty {
  const { id, name, origins, topOrigins = [] } = options
  if (!isDomain(id)) throw config("rpId must be a bare domain in lower case such as 'acme.example'")
  if (typeof name !== 'string' || name.trim() === '' || name.length > passkeyLimits.relyingPartyName) {
    throw config(`rpName must be a text of 1 to ${passkeyLimits.relyingPartyName} characters`)
  }
  const allowed = readList(origins, 'origins')
  const isOwn = (origin: unknown): boolean => {
    const host = hostOf(origin)
    return isAppOrigin(origin) || host === id || host?.endsWith(`.${id}`) === true
  }
  if (allowed.length === 0 || !allowed.every(isOwn)) {
    throw config(`origins must be one or more of https, of rpId or below it, such as 'https://${id}'`)
  }
  const allowedAbove = readList(topOrigins, 'topOrigins')
  if (!allowedAbove.every((origin) => hostOf(origin) !== null)) {
    throw config("topOrigins must be origins of https such as 'https://partner.example'")
  }
  return Object.freeze({ id, name, origins: allowed, topOrigins: allowedAbove })
}
