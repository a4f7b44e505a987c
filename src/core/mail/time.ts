import { argumentError } from '../arguments.ts'
import { readLocale } from '../locale.ts'

const longestTime = 8.64e15

/** Takes only the region from the locale: times are in the language of the mail. */
function timeTag(tag: string, locale: string): string {
  const { language, region } = readLocale(locale)
  return language === tag && region !== null ? `${tag}-${region}` : tag
}

function knownZone(timeZone: string): string {
  try {
    return new Intl.DateTimeFormat('en', { timeZone }).resolvedOptions().timeZone
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

/** Makes the function that writes a time, with its offset and the name of its zone so that nobody has to guess. */
export function timeWriter(options: {
  /** Of the mail's language, BCP 47. */
  readonly tag: string
  /** Of the account, BCP 47. */
  readonly locale: string
  readonly timeZone: string
}): (at: number) => string {
  const zone = knownZone(options.timeZone)
  const format = timeFormat(timeTag(options.tag, options.locale), zone)
  return (at) => {
    if (!Number.isFinite(at) || Math.abs(at) > longestTime)
      throw argumentError('a time of the template', 'ms since epoch')
    const time = format.format(at)
    return zone === 'UTC' ? time : `${time} (${zone})`
  }
}
