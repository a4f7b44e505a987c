import type { AddressInfo } from 'node:net'
import { domainToASCII } from 'node:url'
import { createTransport } from 'nodemailer'
import { loadTexts } from '../../src/languages/load.ts'
import { nodemailerMailer } from 'nightlatch/mail/nodemailer'
import type { MailTransport, NodemailerMailerOptions, OutgoingMail } from 'nightlatch/mail/nodemailer'
import PostalMime from 'postal-mime'
import { SMTPServer } from 'smtp-server'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { composeMail } from '../../src/core/mail/index.ts'
import type { Mail } from '../../src/ports/mailer.ts'
import { everyMail } from './mail/samples.ts'
import vectors from '../vectors/message-id.json' with { type: 'json' }

interface Received {
  readonly from: string
  readonly to: readonly string[]
  readonly raw: string
}

const received: Received[] = []
const server = new SMTPServer({
  authOptional: true,
  disabledCommands: ['STARTTLS', 'AUTH'],
  onRcptTo({ address }, _session, done) {
    done(address.startsWith('nobody@') ? Object.assign(new Error('no such user here'), { responseCode: 550 }) : null)
  },
  onData(stream, { envelope }, done) {
    const chunks: Buffer[] = []
    stream.on('data', (chunk: Buffer) => chunks.push(chunk))
    stream.on('end', () => {
      received.push({
        from: envelope.mailFrom === false ? '' : envelope.mailFrom.address,
        to: envelope.rcptTo.map(({ address }) => address),
        raw: Buffer.concat(chunks).toString('latin1'),
      })
      done()
    })
  },
})

let smtp: { readonly host: string; readonly port: number }
const from = 'Acme Security <security@acme.example>'
const mail: Mail = {
  to: 'ada@acme.example',
  subject: 'A subject',
  text: 'The text part.\n',
  html: '<p>The HTML part.</p>\n',
  dedupeKey: 'account:1/m1/ada@acme.example',
  language: 'en',
}

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  smtp = { host: '127.0.0.1', port: (server.server.address() as AddressInfo).port }
})
afterAll(async () => {
  await new Promise<void>((resolve) => server.close(resolve))
})
beforeEach(() => {
  received.length = 0
})

async function sent(change: Partial<Mail> = {}, options: Partial<NodemailerMailerOptions> = {}): Promise<Received> {
  await nodemailerMailer({ transport: smtp, from, ...options }).send({ ...mail, ...change })
  expect(received).toHaveLength(1)
  return received[0]!
}

const headersOf = ({ raw }: Received): string => raw.slice(0, raw.indexOf('\r\n\r\n'))
const parse = ({ raw }: Received) => PostalMime.parse(Buffer.from(raw, 'latin1'))

describe('a mail over SMTP', () => {
  it('arrives with sender, recipient, both parts and its language', async () => {
    const one = await sent()
    expect(one.from).toBe('security@acme.example')
    expect(one.to).toEqual(['ada@acme.example'])
    const parsed = await parse(one)
    expect(parsed.from).toMatchObject({ name: 'Acme Security', address: 'security@acme.example' })
    expect(parsed.to).toMatchObject([{ name: '', address: 'ada@acme.example' }])
    expect(parsed.subject).toBe('A subject')
    expect(parsed.text?.trim()).toBe('The text part.')
    expect(parsed.html?.trim()).toBe('<p>The HTML part.</p>')
    expect(headersOf(one)).toMatch(/^Content-Language: en$/im)
  })

  it('[MAIL-4] [MAIL-5] has one header Auto-Submitted: auto-generated, and no header to unsubscribe', async () => {
    const headers = headersOf(await sent())
    expect(headers.match(/^Auto-Submitted:.*$/gim)).toEqual(['Auto-Submitted: auto-generated'])
    expect(headers).not.toMatch(/^(?:List-|Precedence)/im)
  })

  it('[MAIL-5] gets no list header from a transporter that a newsletter shares', async () => {
    const shared = createTransport(smtp, { list: { unsubscribe: 'https://acme.example/unsubscribe' } })
    expect(headersOf(await sent({}, { transport: shared }))).not.toMatch(/^List-/im)
  })

  it('[MAIL-2] keeps a long accented subject, in encoded words and lines within the limits', async () => {
    const subject = `[Éléphant] ${'Déjà vu à Łódź, où l’été naît — 😀 日本語 '.repeat(12)}fin`
    const one = await sent({
      subject,
      text: `${'é'.repeat(5000)}\n${'x'.repeat(5000)}`,
      html: `<p>${'é<b>x</b>'.repeat(3000)}</p>`,
    })
    expect((await parse(one)).subject).toBe(subject)
    const lines = one.raw.split('\r\n')
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(998)
    expect(
      Math.max(
        ...headersOf(one)
          .split('\r\n')
          .map(({ length }) => length),
      ),
    ).toBeLessThanOrEqual(78)
    const words = headersOf(one).match(/=\?[^?]+\?[BQ]\?[^?]*\?=/gi) ?? []
    expect(words.length).toBeGreaterThan(5)
    expect(Math.max(...words.map(({ length }) => length))).toBeLessThanOrEqual(75)
    expect(headersOf(one)).toMatch(/^[\t\r\n\x20-\x7e]*$/)
  })

  it.each(everyMail)(
    '[MAIL-2] [MAIL-3] $title arrives as multipart, with its text as written and lines within the limit',
    async (one) => {
      const composed = composeMail({ ...one, appName: 'Éléphant', contact: 'security@acme.example', name: 'Zoé' })
      const got = await sent(composed)
      const parsed = await parse(got)
      expect(parsed.subject).toBe(composed.subject)
      expect(parsed.text?.trimEnd()).toBe(composed.text.trimEnd())
      expect(parsed.html?.trimEnd()).toBe(composed.html.trimEnd())
      expect(headersOf(got)).toMatch(/^Content-Type: multipart\/alternative/im)
      expect(Math.max(...got.raw.split('\r\n').map(({ length }) => length))).toBeLessThanOrEqual(998)
    },
  )

  it('[MAIL-3] about a browser named `<img onerror>` arrives without an image', async () => {
    const composed = composeMail({
      template: { template: 'factor-failed', at: 0, userAgent: '<img src=x onerror=alert(1)>' },
      language: await loadTexts('en'),
      appName: 'Acme',
      contact: 'security@acme.example',
    })
    const { html } = await parse(await sent(composed))
    expect(html).toContain('&lt;img src=x onerror=alert(1)&gt;')
    expect(html).not.toContain('<img')
  })
})

describe('hostile headers', () => {
  it.each([
    'a@b.example\r\nBcc: c@d.example',
    'a@b.example\nBcc: c@d.example',
    'a@b.example\0',
    'a@b.example, c@d.example',
    'a@b.example;c@d.example',
    'Ada <a@b.example>',
    '<a@b.example>',
    '"a b"@c.example',
    'group: a@b.example;',
    'a@b@c.example',
    'a b@c.example',
    'a\u2028@b.example',
    'a\u202e@b.example',
    'a@',
    '@b.example',
    'a',
    '',
    null,
    { address: 'a@b.example' },
  ])('[MAIL-1] %j is refused as a recipient', async (to) => {
    const code = typeof to === 'string' ? 'NL_MAIL_REFUSED' : 'NL_ARGUMENT'
    await expect(sent({ to: to as string })).rejects.toMatchObject({ code })
    expect(received).toEqual([])
  })

  it.each(['x\r\nBcc: a@b.example', 'x\nBcc: a', 'x\ry', 'x\0', 'x\u2028y', 'x\u0085y', 1, undefined])(
    '[MAIL-1] %j is refused as a subject',
    async (subject) => {
      await expect(sent({ subject: subject as string })).rejects.toMatchObject({ code: 'NL_ARGUMENT' })
      expect(received).toEqual([])
    },
  )

  it('an address of 254 characters is accepted, and one of 255 is refused', async () => {
    const taken: string[] = []
    const transport: MailTransport = { sendMail: (one) => Promise.resolve(taken.push(one.to.address)) }
    const mailer = nodemailerMailer({ transport, from })
    const longest = `${'a'.repeat(240)}@b.example.org`
    expect(longest).toHaveLength(254)
    await mailer.send({ ...mail, to: longest })
    await expect(mailer.send({ ...mail, to: `a${longest}` })).rejects.toMatchObject({ code: 'NL_MAIL_REFUSED' })
    expect(taken).toEqual([longest])
  })

  it.each(['en\r\nX: y', '', 'fr FR'])('[MAIL-1] %j is refused as a language', async (language) => {
    await expect(sent({ language })).rejects.toMatchObject({ code: 'NL_ARGUMENT' })
  })

  it('[MAIL-1] a line break in the dedupe key adds no header', async () => {
    const headers = headersOf(await sent({ dedupeKey: 'k>\r\nBcc: a@b.example' }))
    expect(headers).not.toMatch(/^Bcc/im)
    expect(headers).toMatch(/^Message-ID: <[\w-]{24}@acme\.example>$/im)
  })

  it('a text or HTML part that looks like a path or a URL is sent as it is', async () => {
    const parsed = await parse(await sent({ text: 'path: /etc/passwd', html: 'href: file:///etc/passwd' }))
    expect(parsed.text?.trim()).toBe('path: /etc/passwd')
  })
})

describe('Message-ID', () => {
  const idOf = (one: Received) => /^Message-ID: (.*)$/im.exec(headersOf(one))?.[1]

  it.each(vectors)('of $dedupeKey is the same at every try and in every release', async ({ dedupeKey, messageId }) => {
    expect(idOf(await sent({ dedupeKey }))).toBe(messageId)
  })

  it('names the domain of a sender outside ASCII in ASCII', async () => {
    const id = idOf(await sent({}, { from: 'security@éléphant.example' }))
    expect(id?.endsWith(`@${domainToASCII('éléphant.example')}>`)).toBe(true)
    expect(id).toMatch(/@xn--/)
  })
})

describe('the mailer', () => {
  it('reports an unreachable server without the address or the text of the mail', async () => {
    const closed = { host: '127.0.0.1', port: 1 }
    const error: unknown = await sent({}, { transport: closed }).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ name: 'NightlatchError', code: 'NL_MAIL_FAILED' })
    expect((error as Error).message).toMatch(/^the mail was not accepted \(\w+\)$/)
    expect((error as Error).cause).toBeInstanceOf(Error)
    for (const part of [mail.to, mail.text, mail.html]) expect(String(error)).not.toContain(part)
  })

  it('reports a recipient that the server refuses', async () => {
    await expect(sent({ to: 'nobody@acme.example' })).rejects.toMatchObject({
      code: 'NL_MAIL_REFUSED',
      message: 'the recipient was refused (EENVELOPE 550)',
    })
  })

  it.each([
    [
      'throws at once',
      () => {
        throw new Error(`could not send ${mail.text}`)
      },
    ],
    ['rejects with no error', () => Promise.reject(undefined)],
    ['rejects with a strange code', () => Promise.reject(Object.assign(new Error('x'), { code: `${mail.text}` }))],
    ['answers that the recipient was rejected', () => Promise.resolve({ rejected: [mail.to] })],
  ] as [string, () => Promise<unknown>][])('reports a transport that %s', async (_title, sendMail) => {
    const error: unknown = await sent({}, { transport: { sendMail } }).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ name: 'NightlatchError', code: 'NL_MAIL_FAILED' })
    expect(String(error)).not.toContain(mail.text)
  })
})

describe('options', () => {
  it('take a transporter, options or a URL', async () => {
    const own: OutgoingMail[] = []
    const transport: MailTransport = { sendMail: (one) => Promise.resolve(own.push(one)) }
    await nodemailerMailer({ transport, from }).send(mail)
    expect(own[0]?.to).toEqual({ name: '', address: mail.to })
    expect((await sent({}, { transport: createTransport(smtp) })).to).toEqual([mail.to])
    received.length = 0
    expect((await sent({}, { transport: `smtp://127.0.0.1:${smtp.port}` })).to).toEqual([mail.to])
  })

  it('take a sender with a name that looks like more recipients, and a reply address', async () => {
    const name = 'Acme, Inc. <x@y.example>; "z"'
    const one = await sent({}, { from: { name, address: 'a@acme.example' }, replyTo: 'help@acme.example' })
    const parsed = await parse(one)
    expect(one.to).toEqual([mail.to])
    expect(parsed.from).toMatchObject({ name, address: 'a@acme.example' })
    expect(parsed.replyTo).toMatchObject([{ address: 'help@acme.example' }])
  })

  it.each([
    undefined,
    {},
    { from },
    { transport: null, from },
    { transport: {}, from },
    { transport: 'https://acme.example', from },
    { transport: { host: 'x' } },
    { transport: { host: 'x' }, from: 'nobody' },
    { transport: { host: 'x' }, from: 'a@b.example, c@d.example' },
    { transport: { host: 'x' }, from: 'A\r\nBcc: x <a@b.example>' },
    { transport: { host: 'x' }, from: { name: 'A\n', address: 'a@b.example' } },
    { transport: { host: 'x' }, from, replyTo: 'x' },
    { transport: { host: 'x' }, from, sender: 'x' },
  ])('%j are refused at creation', (options) => {
    expect(() => nodemailerMailer(options as NodemailerMailerOptions)).toThrow(
      expect.objectContaining({ code: 'NL_CONFIG' }),
    )
  })
})
