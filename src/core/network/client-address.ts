import type { Address } from './address.ts'
import { parseAddress } from './address.ts'

/** What a host passed as the address of a client. `list`: several addresses, of which none is guessed. */
export type ClientAddress =
  { readonly ok: true; readonly address: Address } | { readonly ok: false; readonly reason: 'list' | 'unreadable' }

/** A zone id may follow the longest address, and a port both. */
const longest = 128

const port = String.raw`(?::\d{1,5})?`
const bracketed = new RegExp(String.raw`^\[([^[\]%]*)(?:%[^[\]\s]+)?\]${port}$`)
const dotted = new RegExp(`^([\\d.]+)${port}$`)
/** The zone names an interface of the server, and is no part of the address. */
const zoned = /^([\d.:a-f]+)%[^\s%[\],]+$/i

/**
 * Reads the address of a client in the forms that proxies and servers write: with a port, in brackets, with a zone id,
 * in quotes. For rules there is `parseAddress`, which is strict.
 */
export function readClientAddress(text: string): ClientAddress {
  if (text.length > longest) return { ok: false, reason: text.includes(',') ? 'list' : 'unreadable' }
  const shown = unquoted(text.trim())
  if (shown.includes(',')) return { ok: false, reason: 'list' }
  const bare = (bracketed.exec(shown) ?? dotted.exec(shown) ?? zoned.exec(shown))?.[1] ?? shown
  // Only IPv6 stands in brackets, and only IPv6 has zones.
  const isMisplaced = /[[%]/.test(shown) && !bare.includes(':')
  const parsed = parseAddress(bare)
  return parsed.ok && !isMisplaced ? parsed : { ok: false, reason: 'unreadable' }
}

function unquoted(text: string): string {
  return text.length > 1 && text.startsWith('"') && text.endsWith('"') ? text.slice(1, -1).trim() : text
}
