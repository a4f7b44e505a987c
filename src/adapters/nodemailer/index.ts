import { requireObject, requireText } from '../../core/arguments.ts'
import { encodeBase64url, frame } from '../../core/bytes.ts'
import { NightlatchError } from '../../core/errors.ts'
import { sha256 } from '../../core/hmac.ts'
import { isMailAddress } from '../../core/mail-address.ts'
import { missingPackage } from '../../core/missing-package.ts'
import type { Mail, Mailer } from '../../ports/mailer.ts'
import type { MailAddress } from './address.ts'
import { asciiDomain, readSender, requireLine } from './address.ts'
import { isRecipientRefused } from './refusal.ts'

export type { MailAddress } from './address.ts'

/** What the transport gets: the part of nodemailer's message that a security notice needs. */
export interface OutgoingMail {
  readonly from: MailAddress
  readonly to: MailAddress
  readonly replyTo?: MailAddress
  readonly subject: string
  readonly text: string
  readonly html: string
  readonly messageId: string
  readonly headers: Readonly<Record<string, string>>
  readonly list: Readonly<Record<string, never>>
  readonly disableFileAccess: true
  readonly disableUrlAccess: true
}

/** A nodemailer transporter, or anything else with its `sendMail`. */
export interface MailTransport {
  sendMail(mail: OutgoingMail): Promise<unknown>
}

/** Options of nodemailer's SMTP transport. Its other options may be given too. Times are ms. */
export interface SmtpOptions {
  readonly host: string
  readonly port?: number
  /** TLS from the first byte, as is usual on port 465. Otherwise STARTTLS, if the server offers it. */
  readonly secure?: boolean
  readonly requireTLS?: boolean
  readonly auth?: { readonly user: string; readonly pass: string }
  /** Default 10 s instead of nodemailer's 2 minutes, because the outbox tries again. */
  readonly connectionTimeout?: number
  /** Default 10 s. */
  readonly greetingTimeout?: number
  /** Default 20 s instead of nodemailer's 10 minutes. */
  readonly socketTimeout?: number
  readonly [name: string]: unknown
}

export interface NodemailerMailerOptions {
  /** A transporter of your own, SMTP options, or a URL such as `smtps://user:pass@mail.acme.example`. */
  readonly transport: MailTransport | SmtpOptions | string
  /** The sender: `'Acme <security@acme.example>'`. */
  readonly from: string | MailAddress
  readonly replyTo?: string | MailAddress
}

const optionNames = ['transport', 'from', 'replyTo']
const timeouts = { connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 20_000 }

function isTransport(value: unknown): value is MailTransport {
  return typeof (value as Partial<MailTransport> | null)?.sendMail === 'function'
}

function checkOptions(options: NodemailerMailerOptions): void {
  if (typeof options !== 'object' || options === null) {
    throw new NightlatchError('NL_CONFIG', 'nodemailerMailer takes { transport, from }')
  }
  const unknown = Object.keys(options).find((name) => !optionNames.includes(name))
  if (unknown !== undefined) {
    throw new NightlatchError(
      'NL_CONFIG',
      `nodemailerMailer has no option ${unknown}; it has ${optionNames.join(', ')}`,
    )
  }
  const { transport } = options
  const isUsable =
    typeof transport === 'string'
      ? /^smtps?:\/\//i.test(transport)
      : isTransport(transport) || typeof (transport as Partial<SmtpOptions> | null)?.host === 'string'
  if (!isUsable) {
    throw new NightlatchError('NL_CONFIG', 'transport must be a nodemailer transporter, SMTP options or an smtp:// URL')
  }
}

async function openSmtp(smtp: SmtpOptions | string): Promise<MailTransport> {
  const { createTransport } = await import('nodemailer').catch((cause: unknown) => {
    throw missingPackage('a mailer with SMTP options', 'nodemailer', cause)
  })
  const options = typeof smtp === 'string' ? { url: smtp } : smtp
  return createTransport({ ...timeouts, ...options })
}

function messageIdOf(dedupeKey: string, domain: string): string {
  const hash = sha256(frame('nightlatch/message-id/v1', dedupeKey))
  return `<${encodeBase64url(hash.subarray(0, 18))}@${domain}>`
}

function checkMail(mail: Mail): void {
  requireObject(mail, 'mail')
  for (const name of ['text', 'html', 'dedupeKey', 'language'] as const) requireText(mail[name], name)
  requireText(mail.to, 'to')
  if (!isMailAddress(mail.to)) {
    throw new NightlatchError('NL_MAIL_REFUSED', 'to must be one plain mail address of at most 254 characters')
  }
  requireLine(mail.name ?? '', 'name', 'NL_ARGUMENT')
  requireLine(mail.subject, 'subject', 'NL_ARGUMENT')
  if (!/^[a-z\d-]{1,35}$/i.test(mail.language)) {
    throw new NightlatchError('NL_ARGUMENT', 'language must be a language tag')
  }
}

/** What an error may say of a failure: the transport's code. Its text may quote the mail. */
function reasonOf(cause: unknown): string {
  const { code, responseCode } = (cause ?? {}) as { readonly code?: unknown; readonly responseCode?: unknown }
  const parts = [
    typeof code === 'string' && /^[A-Z0-9_]{1,32}$/.test(code) ? code : '',
    typeof responseCode === 'number' ? String(responseCode) : '',
  ].filter((part) => part !== '')
  return parts.length === 0 ? '' : ` (${parts.join(' ')})`
}

async function handOver(transport: MailTransport, mail: OutgoingMail): Promise<unknown> {
  try {
    return await transport.sendMail(mail)
  } catch (cause) {
    throw notAccepted(cause)
  }
}

function notAccepted(cause: unknown): NightlatchError {
  return isRecipientRefused(cause)
    ? new NightlatchError('NL_MAIL_REFUSED', `the recipient was refused${reasonOf(cause)}`, { cause })
    : new NightlatchError('NL_MAIL_FAILED', `the mail was not accepted${reasonOf(cause)}`, { cause })
}

/** Some transports answer with the recipients that were rejected, and some say why. */
function requireAccepted(answer: unknown): void {
  const { rejected, rejectedErrors } = (answer ?? {}) as Readonly<Record<string, unknown>>
  if (!Array.isArray(rejected) || rejected.length === 0) return
  throw notAccepted(Array.isArray(rejectedErrors) ? rejectedErrors[0] : undefined)
}

/**
 * A mailer on nodemailer. It takes a transporter of the host, or SMTP options. With SMTP options, nodemailer is loaded
 * at the first mail. Every mail is marked `Auto-Submitted: auto-generated` [MAIL-4], has no list to unsubscribe from
 * [MAIL-5] and keeps its Message-ID when it is sent again.
 *
 * `NL_MAIL_REFUSED` is final for this recipient: an address that cannot be written, or an answer 5xx to RCPT or DATA
 * about its mailbox (enhanced codes 5.1, 5.2, 5.4 and 5.6.7; without one 550 to 553, 556, and 501 to RCPT). All else is
 * `NL_MAIL_FAILED` and tried again: 4xx, a broken or refused connection, TLS, a wrong password of the SMTP account, a
 * refused sender, a policy (5.7). There the host has to do something.
 *
 * @contract effect(transport) · times ms · accepted · throws NL_CONFIG, NL_ARGUMENT, NL_MAIL_FAILED,
 *   NL_MAIL_REFUSED
 *   · RFC 3834 §5, MAIL-1
 * @example
 * const transport = 'smtps://user:pass@mail.acme.example'
 * const mailer = nodemailerMailer({ transport, from: 'Acme <security@acme.example>' })
 */
export function nodemailerMailer(options: NodemailerMailerOptions): Mailer {
  checkOptions(options)
  const { transport } = options
  const from = readSender(options.from, 'from')
  const replyTo = options.replyTo === undefined ? {} : { replyTo: readSender(options.replyTo, 'replyTo') }
  const domain = asciiDomain(from.address)
  const open = isTransport(transport) ? () => transport : () => openSmtp(transport)
  let opened: MailTransport | undefined

  async function send(mail: Mail): Promise<void> {
    checkMail(mail)
    opened ??= await open()
    const outgoing: OutgoingMail = {
      from,
      to: { name: mail.name ?? '', address: mail.to },
      ...replyTo,
      subject: mail.subject,
      text: mail.text,
      html: mail.html,
      messageId: messageIdOf(mail.dedupeKey, domain),
      headers: { 'Auto-Submitted': 'auto-generated', 'Content-Language': mail.language },
      // The transporter may also send other mail and have a list among its defaults. A notice belongs to none.
      list: {},
      disableFileAccess: true,
      disableUrlAccess: true,
    }
    requireAccepted(await handOver(opened, outgoing))
  }
  return { send }
}
