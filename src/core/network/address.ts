import { NightlatchError } from '../errors.ts'
import { isMapped, LONGEST_ADDRESS, MAPPED, readAddress } from './read-address.ts'

/**
 * An address as numbers: unsigned words of 32 bits, the highest first. An IPv4-mapped IPv6 address is IPv4 [IP-11].
 * Compare the numbers or the canonical text, never a text that somebody typed.
 */
export type Address =
  | { readonly family: 4; readonly words: readonly [number] }
  | { readonly family: 6; readonly words: readonly [number, number, number, number] }

/** `at` is the first wrong position in the text. It is absent if the value is not a text or is too long. */
export type AddressResult =
  | { readonly ok: true; readonly address: Address }
  | { readonly ok: false; readonly reason: 'malformed'; readonly at?: number }

const words = new Uint32Array(4)

/**
 * Reads the text of an IPv4 or IPv6 address into numbers. It is strict: octal or short IPv4, a port, a bracket, a zone
 * id, a space or a trailing dot makes the text `malformed`. Trim what a form sends before the call.
 *
 * @contract pure · ok|malformed · throws none · RFC 4291 §2.2, stricter than inet_aton
 * @example
 * const parsed = parseAddress('::ffff:192.0.2.1')
 * if (parsed.ok) formatAddress(parsed.address) // '192.0.2.1'
 */
export function parseAddress(text: unknown): AddressResult {
  if (typeof text !== 'string' || text.length > LONGEST_ADDRESS) return { ok: false, reason: 'malformed' }
  const answer = readAddress(text, words)
  if (answer < 0) return { ok: false, reason: 'malformed', at: ~answer }
  return { ok: true, address: addressOf(words, 0) }
}

/** Reads the address at `offset`, which is in its mapped form. */
export function addressOf(mapped: Uint32Array, offset: number): Address {
  const [a, b, c, d] = mapped.subarray(offset, offset + 4) as Uint32Array & [number, number, number, number]
  return isMapped(mapped, offset) ? { family: 4, words: [d] } : { family: 6, words: [a, b, c, d] }
}

/** The inverse of {@link addressOf}. It refuses an object that is no address. */
export function writeAddress(address: Address, mapped: Uint32Array): 4 | 6 {
  const given: unknown = address?.words
  const length = address?.family === 4 ? 1 : address?.family === 6 ? 4 : 0
  if (length === 0 || !Array.isArray(given) || given.length !== length || !given.every(isWord)) {
    throw new NightlatchError('NL_ARGUMENT', 'address must be an address as parseAddress gives it')
  }
  if (length === 1) mapped.set([0, 0, MAPPED, given[0] as number])
  else mapped.set(given as number[])
  return isMapped(mapped, 0) ? 4 : 6
}

function isWord(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 0xffffffff
}

/**
 * Gives the canonical text of an address. IPv4 is dotted. IPv6 is in lower case and without leading zeros, and the
 * longest run of two or more zero groups becomes `::`. Of equal runs it is the first one [IP-11].
 *
 * @contract pure · a text · throws NL_ARGUMENT · RFC 5952 §4
 * @example
 * formatAddress({ family: 6, words: [0x20010db8, 0, 0, 1] }) // '2001:db8::1'
 */
export function formatAddress(address: Address): string {
  return writeAddress(address, words) === 4 ? dottedText(words[3]!) : colonText(words)
}

/**
 * Gives the network that counts as one sender when attempts are limited. For IPv4 it is the address itself. For IPv6 it
 * is the /64 [THR-10], because whoever has one address of a /64 usually has all of them.
 *
 * @contract pure · a text · throws NL_ARGUMENT · RFC 6177 §2
 * @example
 * networkOf(address) // '203.0.113.7'
 */
export function networkOf(address: Address): string {
  if (writeAddress(address, words) === 4) return dottedText(words[3]!)
  words.fill(0, 2)
  return `${colonText(words)}/64`
}

function dottedText(word: number): string {
  return `${word >>> 24}.${(word >>> 16) & 255}.${(word >>> 8) & 255}.${word & 255}`
}

function colonText(mapped: Uint32Array): string {
  const parts = Array.from(mapped).flatMap((word) => [word >>> 16, word & 0xffff])
  let start = 0
  let longest = 1
  for (let i = 0; i < 8; i++) {
    let end = i
    while (parts[end] === 0) end++
    if (end - i > longest) {
      start = i
      longest = end - i
    }
  }
  const texts = parts.map((part) => part.toString(16))
  if (longest === 1) return texts.join(':')
  return `${texts.slice(0, start).join(':')}::${texts.slice(start + longest).join(':')}`
}
