import { limits } from '../../core/limits.ts'

/** The cookie of the device token, as the option `cookie` sets it. */
export interface DeviceCookie {
  /** As it stands in the header: with `__Host-` if it is secure [SES-13]. */
  readonly name: string
  readonly secure: boolean
}

/**
 * The values of the cookie in a request's Cookie header, in their order. There may be several: a page under a neighbor
 * name can set a cookie of the same name for the whole domain, if the name has no `__Host-`. So the caller looks for
 * the one that is a token, and a wrong one in front hides nothing.
 */
export function readDeviceCookies(header: string, name: string): readonly string[] {
  const values: string[] = []
  const text = header.slice(0, limits.cookieHeaderLength)
  for (let from = 0; from < text.length && values.length < limits.deviceCookies;) {
    const semicolon = text.indexOf(';', from)
    const to = semicolon === -1 ? text.length : semicolon
    const pair = trimmed(text.slice(from, to))
    if (pair.startsWith(name) && pair[name.length] === '=') values.push(unquoted(pair.slice(name.length + 1)))
    from = to + 1
  }
  return values
}

/** The value of a Set-Cookie header that keeps the token, the same for every framework. */
export function deviceCookie({ name, secure }: DeviceCookie, token: string): string {
  const maxAge = limits.deviceTokenMs / 1000
  return `${name}=${token}; Max-Age=${maxAge}; Path=/; HttpOnly; ${secure ? 'Secure; ' : ''}SameSite=Lax`
}

/**
 * Without spaces and tabs around it, and nothing else. `trim` takes signs such as U+00A0 too, which browsers count as
 * part of the name. With it a neighbor's cookie of such a name would pass for one with `__Host-`.
 */
function trimmed(pair: string): string {
  let from = 0
  let to = pair.length
  while (from < to && isBlank(pair[from])) from++
  while (to > from && isBlank(pair[to - 1])) to--
  return pair.slice(from, to)
}

const isBlank = (sign: string | undefined): boolean => sign === ' ' || sign === '\t'

/** RFC 6265 §4.1.1 allows quotes around a value. */
function unquoted(value: string): string {
  return value.length > 1 && value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : value
}
