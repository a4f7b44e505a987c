import { cleanText } from '../text.ts'

const known = ['secret', 'issuer', 'algorithm', 'digits', 'period', 'counter'] as const

/** A parameter of the format. */
export type KeyParameter = (typeof known)[number]

/** What apps add for their own lists. It changes no code. */
const harmless: readonly string[] = ['image', 'icon', 'color', 'colour', 'lock', 'group', 'tags', 'note', 'favorite']

const longestName = 64

export interface KeyUriQuery {
  readonly values: ReadonlyMap<KeyParameter, string>
  /** The names of the other parameters, safe to show. */
  readonly ignored: readonly string[]
  /** Whether one of them may change the codes. */
  readonly isRisky: boolean
}

/**
 * Reads the parameters of a key URI. None gets lost: one is read, or named, or the URI is refused, because another app
 * would perhaps use it and show other codes. Names may be in any case, and encoded.
 */
export function readQuery(query: string): KeyUriQuery | 'malformed' | 'separator' | 'duplicate' | 'encoder' {
  if (hasOtherSeparator(query)) return 'separator'
  const values = new Map<KeyParameter, string>()
  const ignored = new Set<string>()
  for (const pair of query.split('&')) {
    if (pair === '') continue
    const [written, ...rest] = pair.split('=')
    const name = readName(written!)
    if (name === null) return 'malformed'
    if (/[;&=?]/.test(name)) return 'separator'
    if (name === 'encoder') return 'encoder'
    if (isKnown(name)) {
      const value = decodePercent(rest.join('='))
      if (value === null) return 'malformed'
      if (values.has(name)) return 'duplicate'
      values.set(name, value)
    } else {
      ignored.add(cleanText(name, longestName))
    }
  }
  return { values, ignored: [...ignored], isRisky: [...ignored].some((name) => !harmless.includes(name)) }
}

function readName(written: string): string | null {
  return decodePercent(written)?.trim().toLowerCase() ?? null
}

/** HTML and other formats separate parameters in their own ways: `&amp;digits=8`, `;digits=8`. */
function hasOtherSeparator(query: string): boolean {
  const names = query
    .split(/[;?]/)
    .slice(1)
    .map((part) => readName(part.split(/[=&]/, 1)[0]!))
  return names.some((name) => name !== null && (name === 'encoder' || isKnown(name)))
}

function isKnown(name: string): name is KeyParameter {
  return known.some((one) => one === name)
}

/** Gives `null` for an incomplete escape, and for bytes that are not UTF-8. A plus stays a plus [URI-3]. */
export function decodePercent(text: string): string | null {
  try {
    return decodeURIComponent(text)
  } catch {
    return null
  }
}
