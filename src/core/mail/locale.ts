import { argumentError } from '../arguments.ts'
import { en } from './en.ts'
import { fr } from './fr.ts'
import type { Language } from './language.ts'

const languages: readonly Language[] = [en, fr]

interface ReadLocale {
  readonly language: Language
  /** Language and region only: for times, in the language of the mail. */
  readonly tag: string
}

/** Reads `fr`, `fr-CA`, `fr_CA.UTF-8`, `fr-Latn-CA`; anything else is English. */
export function readLocale(locale: string): ReadLocale {
  const parts = /^([a-z]{2,8})(?:[-_][a-z]{4})?(?:[-_]([a-z]{2}))?(?![a-z\d])/i.exec(locale)
  const base = parts?.[1]?.toLowerCase()
  const language = languages.find(({ tag }) => tag === base)
  if (language === undefined) return { language: en, tag: en.tag }
  const region = parts?.[2]?.toUpperCase()
  return { language, tag: region === undefined ? language.tag : `${language.tag}-${region}` }
}

function timeFormat(tag: string, timeZone: string): Intl.DateTimeFormat {
  const shape = { year: 'numeric', month: 'long', day: 'numeric', hour: 'numeric', minute: '2-digit' } as const
  try {
    return new Intl.DateTimeFormat(tag, { ...shape, timeZone, timeZoneName: 'short' })
  } catch {
    return new Intl.DateTimeFormat(tag, { ...shape, timeZone: 'UTC', timeZoneName: 'short' })
  }
}

const longestTime = 8.64e15

/** Answers how a time is written, with its offset and the name of its zone, so that nobody has to guess. */
export function timeWriter({
  tag,
  timeZone,
}: {
  readonly tag: string
  readonly timeZone: string
}): (at: number) => string {
  const format = timeFormat(tag, timeZone)
  const zone = format.resolvedOptions().timeZone
  return (at) => {
    if (!Number.isFinite(at) || Math.abs(at) > longestTime)
      throw argumentError('a time of the template', 'ms since epoch')
    const time = format.format(at)
    return zone === 'UTC' ? time : `${time} (${zone})`
  }
}
