import type { DeviceCookie } from '../keys/device-cookie.ts'
import { optionError, requirePart } from './option-rules.ts'

/** The cookie that makes a browser a known device. */
export interface CookieOptions {
  /** Default: `nl_device`. With `secure` the cookie is called `__Host-` and this name. */
  readonly name?: string
  /**
   * Default: true, for pages that come by https. Say false where they come by plain http, as on localhost or in a
   * private network: browsers do not keep a secure cookie from there.
   */
  readonly secure?: boolean
}

/** Part of a cookie's name as RFC 6265 §4.1.1 has it. */
const cookieName = /^[\w!#$%&'*+.^`|~-]{1,64}$/

export function checkCookie(options: CookieOptions | undefined): DeviceCookie {
  const { name = 'nl_device', secure = true } = requirePart(options, 'cookie', { name: true, secure: true })
  if (typeof name !== 'string' || !cookieName.test(name) || /^__(?:host|secure)-/i.test(name)) {
    throw optionError('cookie.name', 'at most 64 characters of a cookie name, without __Host- in front')
  }
  if (typeof secure !== 'boolean') throw optionError('cookie.secure', 'true or false')
  return { name: secure ? `__Host-${name}` : name, secure }
}
