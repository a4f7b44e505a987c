import { argumentError, requireObject, requireText } from '../arguments.ts'
import { cleanText } from '../text.ts'
import type { Language, Notice, Words } from './language.ts'
import { readLocale, timeWriter } from './locale.ts'
import { renderHtml, renderText } from './render.ts'
import type { MailTemplate } from './template.ts'

export interface MailRequest {
  readonly template: MailTemplate
  /** BCP 47; its language decides, English if there is no other. */
  readonly locale?: string | undefined
  /** IANA name; UTC if unknown. */
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
  /** BCP 47, of the language that was picked. */
  readonly language: string
}

/** Longest values, in code points. */
const lengths = { appName: 64, contact: 200, name: 100, label: 64, antiPhishingCode: 64, ip: 64, userAgent: 120 }

/** The value cleaned; null if there is none. Mails show text on one line, so its outer spaces go. */
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

function noticeOf({ notices }: Language, template: MailTemplate, words: Words): Notice {
  requireObject(template, 'template')
  if (!Object.hasOwn(notices, template.template)) throw argumentError('template', 'a notice of this release')
  // The sentences of a notice take just the template of that notice.
  const write = notices[template.template] as (template: MailTemplate, words: Words) => Notice
  return write(template, words)
}

interface Fact {
  readonly label: string
  readonly value: string
}

/** When and from where, as far as the template knows it [NOT-3]. */
function factsOf({ labels }: Language, template: MailTemplate, words: Words): readonly Fact[] {
  const { label, ip, userAgent } = template as { label?: unknown; ip?: unknown; userAgent?: unknown }
  const facts = [
    { label: labels.when, value: words.time(template.at) },
    { label: labels.authenticator, value: cleaned(label, 'label') },
    { label: labels.ip, value: cleaned(ip, 'ip') },
    { label: labels.browser, value: cleaned(userAgent, 'userAgent') },
  ]
  return facts.filter((fact): fact is Fact => fact.value !== null)
}

/**
 * Writes a notice as subject, plain text and HTML, in the language of the account's locale (English or French), with
 * times in its zone. Values from outside are cleaned, cut and, in HTML, escaped; the mail loads nothing and links
 * nowhere.
 *
 * @contract pure · times ms since epoch · outcomes mail · throws NL_ARGUMENT · NOT-3, MAIL-1, MAIL-3, MAIL-8, MAIL-9
 */
export function composeMail(request: MailRequest): ComposedMail {
  requireObject(request, 'request')
  const { template, locale = 'en', timeZone = 'UTC' } = request
  requireText(locale, 'locale')
  requireText(timeZone, 'timeZone')
  const { language, tag } = readLocale(locale)
  const appName = required(request.appName, 'appName')
  const contact = required(request.contact, 'contact')
  const words: Words = { appName, time: timeWriter({ tag, timeZone }) }
  const notice = noticeOf(language, template, words)
  const code = cleaned(request.antiPhishingCode, 'antiPhishingCode')
  const { labels, typeset } = language
  const subject = `[${appName}] ${typeset(notice.subject)}`
  const letter = {
    language: language.tag,
    subject: typeset(notice.subject),
    greeting: language.greeting(cleaned(request.name, 'name')),
    antiPhishingCode: code === null ? null : { label: typeset(labels.antiPhishingCode), value: code },
    happened: notice.happened.map(typeset),
    facts: factsOf(language, template, words).map(({ label, value }) => ({ label: typeset(label), value })),
    ifYou: typeset(notice.ifYou),
    ifNotYou: { title: typeset(labels.ifNotYou), steps: notice.ifNotYou.map(typeset) },
    contact: typeset(language.contact(contact)),
    footer: typeset(language.footer(appName)),
  }
  return { subject, text: renderText(letter), html: renderHtml(letter), language: language.tag }
}
