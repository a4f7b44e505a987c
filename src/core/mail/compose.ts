import { argumentError, requireObject, requireParts, requireText } from '../arguments.ts'
import { cleanText } from '../text.ts'
import { renderHtml, renderText } from './render.ts'
import type { MailTemplate } from './template.ts'
import type { MailTexts, Notice, NoticeWords } from './texts.ts'
import { timeWriter } from './time.ts'

export interface MailRequest {
  readonly template: MailTemplate
  /** `tag` is BCP 47. */
  readonly language: { readonly tag: string; readonly mail: MailTexts }
  /** BCP 47; its region decides how times are written. */
  readonly locale?: string | undefined
  /** IANA name. UTC if it is unknown. */
  readonly timeZone?: string | undefined
  readonly appName: string
  /** Whom to ask for help: an address, a page or a telephone number, printed as text [NOT-3]. */
  readonly contact: string
  /** How the person is addressed. */
  readonly name?: string | undefined
  /** Printed in the body only, never in the subject [PC-4]. */
  readonly antiPhishingCode?: string | undefined
}

export interface ComposedMail {
  readonly subject: string
  readonly text: string
  readonly html: string
  /** BCP 47 */
  readonly language: string
}

/** With this number of backup codes left, or fewer, a notice asks for a new set [BC-11]. */
const fewCodes = 3

/** Longest values, in code points. */
const lengths = { appName: 64, contact: 200, name: 100, label: 64, antiPhishingCode: 64, ip: 64, userAgent: 120 }

/** The value after cleaning. Null if nothing is left. A mail shows it in a line of its own, without outer spaces. */
function cleaned(value: unknown, title: keyof typeof lengths): string | null {
  if (value === undefined || value === null) return null
  requireText(value, title)
  return cleanText(value, lengths[title]).trim() || null
}

function required(value: unknown, title: 'appName' | 'contact'): string {
  const text = cleaned(value, title)
  if (text === null) throw argumentError(title, 'a text that is not empty')
  return text
}

function noticeOf(texts: MailTexts, template: MailTemplate, words: NoticeWords): Notice {
  const { notices } = texts
  requireObject(template, 'template')
  if (!Object.hasOwn(notices, template.template)) throw argumentError('template', 'a notice of this release')
  // The compiler does not see that the function and the template belong to the same notice.
  const write = notices[template.template] as (template: MailTemplate, words: NoticeWords) => Notice
  return write(template, words)
}

interface Fact {
  readonly label: string
  readonly value: string
}

/** The time, the origin and the authenticator, as far as the template has them [NOT-3]. */
function factsOf({ labels }: MailTexts, template: MailTemplate, words: NoticeWords): readonly Fact[] {
  const { label, ip, userAgent } = template as { label?: unknown; ip?: unknown; userAgent?: unknown }
  const factor = 'factor' in template ? template.factor : 'totp'
  const facts = [
    { label: labels.when, value: words.time(template.at) },
    { label: labels.authenticator[factor], value: cleaned(label, 'label') },
    { label: labels.ip, value: cleaned(ip, 'ip') },
    { label: labels.browser, value: cleaned(userAgent, 'userAgent') },
  ]
  return facts.filter((fact): fact is Fact => fact.value !== null)
}

/**
 * Writes a notice as subject, plain text and HTML, in the given language, with times in the zone of the account. Values
 * from outside are cleaned, cut and, in HTML, escaped. The mail loads nothing and links nowhere.
 *
 * @contract pure · times ms since epoch · the mail · throws NL_ARGUMENT · NOT-3, MAIL-1, MAIL-3, MAIL-8, MAIL-9
 */
export function composeMail(request: MailRequest): ComposedMail {
  requireObject(request, 'request')
  const { template, language, timeZone = 'UTC' } = request
  requireObject(language, 'language')
  const { tag, mail: texts } = language
  requireText(tag, 'language.tag')
  requireParts(texts, 'language.mail', ['notices', 'labels', 'greeting', 'contact', 'footer', 'typeset'])
  const { locale = tag } = request
  requireText(locale, 'locale')
  requireText(timeZone, 'timeZone')
  const appName = required(request.appName, 'appName')
  const contact = required(request.contact, 'contact')
  const words: NoticeWords = { appName, fewCodes, time: timeWriter({ tag, locale, timeZone }) }
  const notice = noticeOf(texts, template, words)
  const code = cleaned(request.antiPhishingCode, 'antiPhishingCode')
  const { labels, typeset } = texts
  const subject = `[${appName}] ${typeset(notice.subject)}`
  const letter = {
    language: tag,
    subject: typeset(notice.subject),
    greeting: texts.greeting(cleaned(request.name, 'name')),
    antiPhishingCode: code === null ? null : { label: typeset(labels.antiPhishingCode), value: code },
    happened: notice.happened.map(typeset),
    facts: factsOf(texts, template, words).map(({ label, value }) => ({ label: typeset(label), value })),
    ifYou: typeset(notice.ifYou),
    ifNotYou: { title: typeset(labels.ifNotYou), steps: notice.ifNotYou.map(typeset) },
    contact: typeset(texts.contact(contact)),
    footer: typeset(texts.footer(appName)),
  }
  return { subject, text: renderText(letter), html: renderHtml(letter), language: tag }
}
