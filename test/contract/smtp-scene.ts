import type { NightlatchOptions, Report } from 'nightlatch'
import { nodemailerMailer } from 'nightlatch/mail/nodemailer'
import { expect } from 'vitest'
import { notice } from '../../src/core/account/record/messages.ts'
import type { SmsSender } from '../../src/ports/sms.ts'
import { queueMessages } from '../world/queue-message.ts'
import type { AcceptedMail, SmtpFault } from '../world/smtp-server.ts'
import type { World } from '../world/world.ts'

export const smtpLogin = { user: 'relay-user', pass: 'relay-password' }
export const number = '+36301234567'
const code = '493817'

export const oddOf = (account: string): string => `odd.${account}@one.example`
export const wellOf = (account: string): string => `well.${account}@two.example`

export interface SmtpHost {
  readonly port: number
  readonly fault: SmtpFault
  /** How long the transport waits for the server. */
  readonly patienceMs: number
  /** The mailbox with the fault comes last. By default it comes first, and the other one must not wait for it. */
  readonly oddLast?: boolean
}

/** A host that sends through a server on this machine, and whose `describe` fails for the account `phone`. */
export function smtpOptions(
  { port, fault, patienceMs, oddLast = false }: SmtpHost,
  sender: SmsSender,
): Partial<NightlatchOptions> {
  const patience = { connectionTimeout: patienceMs, greetingTimeout: patienceMs, socketTimeout: patienceMs }
  const secure = fault === 'no-tls' ? { secure: true, tls: { rejectUnauthorized: false } } : {}
  return {
    mailer: nodemailerMailer({
      transport: { host: '127.0.0.1', port, auth: smtpLogin, ...patience, ...secure },
      from: 'Acme <security@acme.example>',
    }),
    sms: { sender, countries: ['HU'] },
    describe(account) {
      if (account === 'phone') throw new Error(`no row for ${number}`)
      const [odd, well] = [oddOf(account), wellOf(account)]
      const mails = oddLast ? [well, odd] : [odd, well]
      return { name: 'Ada', addresses: mails.map((mail) => ({ mail, verified: true })) }
    },
  }
}

/** One notice for each account, and a code by SMS for another one. The mails are due first. */
export async function queueScene(world: Pick<World, 'storage' | 'keys' | 'clock'>, accounts: readonly string[]) {
  const now = world.clock()
  const mails = accounts.map((account) => ({
    account,
    draft: notice({ template: 'password-changed', at: now }, now),
    dueAt: now - 1000,
  }))
  const sms = { to: number, purpose: 'login', code, minutes: 5 } as const
  const draft = { channel: 'sms', sms, expiresAt: now + 300_000 } as const
  await queueMessages(world, [...mails, { account: 'phone', draft, dueAt: now }])
}

/** How many mails the mailbox with the fault gets in the end. */
export const copies: Readonly<Record<SmtpFault, number>> = {
  refuse: 0,
  later: 1,
  drop: 2,
  'no-reply': 2,
  hold: 1,
  'no-tls': 1,
  'no-greeting': 1,
  'broken-starttls': 1,
  slow: 1,
}

/** One mail to the mailbox without a fault; copies of the other one have one Message-ID. */
export function expectMails(accepted: readonly AcceptedMail[], fault: SmtpFault, accounts: readonly string[]): void {
  const to = (address: string): readonly AcceptedMail[] => accepted.filter((mail) => mail.to === address)
  for (const account of accounts) {
    expect(to(wellOf(account))).toHaveLength(1)
    const odd = to(oddOf(account))
    expect(odd).toHaveLength(copies[fault])
    expect(new Set(odd.map(({ messageId }) => messageId)).size).toBe(Math.min(copies[fault], 1))
  }
  const each = new Set(accepted.map((mail) => `${mail.to} ${mail.messageId}`))
  expect(new Set(accepted.map(({ messageId }) => messageId)).size).toBe(each.size)
}

/** The texts that a host was told name nobody and show nothing. */
export function expectClean(reports: readonly Pick<Report, 'text'>[]): void {
  const texts = reports.map(({ text }) => text).join('\n')
  expect(texts).not.toMatch(/@|one\.example|two\.example/)
  for (const secret of [...Object.values(smtpLogin), number, code, '127.0.0.1']) expect(texts).not.toContain(secret)
}
