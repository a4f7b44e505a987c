import { NightlatchError } from '../errors.ts'

const longestDomain = 253
const longestText = 4096
const label = /^[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?$/i
const boundLine = /^@([^\t\n\f\r ]+) #([^\t\n\f\r ]+)(?: @([^\t\n\f\r ]+))?$/

/** ASCII only. A name of other letters is given as browsers send it, `xn--…`, which also keeps the text in GSM-7. */
function isBareDomain(text: unknown): text is string {
  if (typeof text !== 'string' || text.length > longestDomain) return false
  const labels = text.split('.')
  const isName = labels.length > 1 && !/^\d+$/.test(labels.at(-1) ?? '')
  return (isName || text.toLowerCase() === 'localhost') && labels.every((part) => label.test(part))
}

/**
 * Reads the domain that codes are bound to: a bare host name, without scheme, port, path or user [SMS-17].
 *
 * @contract pure · the domain in lower case · throws NL_CONFIG · WICG sms-one-time-codes
 * @example
 * checkDomain('Acme.example') // 'acme.example'
 */
export function checkDomain(domain: unknown): string {
  if (!isBareDomain(domain)) {
    throw new NightlatchError('NL_CONFIG', "domain must be a bare host name such as 'acme.example'")
  }
  return domain.toLowerCase()
}

export type ParseOriginBoundOutcome =
  | {
      readonly ok: true
      readonly host: string
      readonly code: string
      /** The host of a frame that holds the field. nightlatch itself never writes one [SMS-19]. */
      readonly embeddedHost: string | null
    }
  | { readonly ok: false; readonly reason: 'unbound' | 'host' }

/**
 * Reads the last line of a message as strictly as a browser does: `@host #code`, with one space between [SMS-18].
 *
 * @contract pure · ok|unbound|host · throws none · WICG sms-one-time-codes
 * @example
 * const read = parseOriginBound('Your code.\n\n@acme.example #123456')
 * if (read.ok) read.host // 'acme.example'
 */
export function parseOriginBound(text: unknown): ParseOriginBoundOutcome {
  if (typeof text !== 'string' || text.length > longestText) return { ok: false, reason: 'unbound' }
  const line = text.split(/\r\n?|\n/).at(-1) ?? ''
  const [, host, code, embeddedHost = null] = boundLine.exec(line) ?? []
  if (host === undefined || code === undefined) return { ok: false, reason: 'unbound' }
  if (!isBareDomain(host) || (embeddedHost !== null && !isBareDomain(embeddedHost)))
    return { ok: false, reason: 'host' }
  return {
    ok: true,
    host: host.toLowerCase(),
    code,
    embeddedHost: embeddedHost === null ? null : embeddedHost.toLowerCase(),
  }
}
