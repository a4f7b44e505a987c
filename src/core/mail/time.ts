import { argumentError } from '../arguments.ts'
import { readLocale } from '../locale.ts'
import { createRecentMap } from '../recent-map.ts'

const longestTime = 8.64e15

/** Takes only the region from the locale: times are in the language of the mail. */
function timeTag(tag: string, locale: string): string {
  const { language, region } = readLocale(locale)
  return language === tag && region !== null ? `${tag}-${region}` : tag
}

/** The zone as the host wrote it: the platform would give some of them their old names. UTC if it knows none. */
function knownZone(timeZone: string): string {
  try {
    const resolved = new Intl.DateTimeFormat('en', { timeZone }).resolvedOptions().timeZone
    return resolved === 'UTC' ? 'UTC' : timeZone
  } catch {
    return 'UTC'
  }
}

function timeFormat(tag: string, timeZone: string): Intl.DateTimeFormat {
  const shape = { year: 'numeric', month: 'long', day: 'numeric', hour: 'numeric', minute: '2-digit' } as const
  try {
    return new Intl.DateTimeFormat(tag, { ...shape, timeZone, timeZoneName: 'short' })
  } catch {
    throw argumentError('language.tag', 'a BCP 47 tag')
  }
}

interface ZoneFormat {
  readonly zone: string
  readonly format: Intl.DateTimeFormat
}

/** Making a format takes longer than the rest of a mail, so the last ones are kept. */
const formats = /* @__PURE__ */ createRecentMap<ZoneFormat>(64)

const longestKey = 128

function formatOf(tag: string, timeZone: string): ZoneFormat {
  const key = `${tag} ${timeZone}`
  const kept = formats.get(key)
  if (kept !== undefined) return kept
  const zone = knownZone(timeZone)
  const made = { zone, format: timeFormat(tag, zone) }
  // A host may give any text as a zone.
  if (key.length <= longestKey) formats.set(key, made)
  return made
}

/** Makes the function that writes a time, with its offset and the name of its zone so that nobody has to guess. */
export function timeWriter(options: {
  /** Of the mail's language, BCP 47. */
  readonly tag: string
  /** Of the account, BCP 47. */
  readonly locale: string
  readonly timeZone: string
}): (at: number) => string {
  const { zone, format } = formatOf(timeTag(options.tag, options.locale), options.timeZone)
  return (at) => {
    if (!Number.isFinite(at) || Math.abs(at) > longestTime)
      throw argumentError('a time of the template', 'ms since epoch')
    const time = format.format(at)
    return zone === 'UTC' ? time : `${time} (${zone})`
  }
}
