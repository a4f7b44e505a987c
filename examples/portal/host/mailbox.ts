import { randomUUID } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import PostalMime from 'postal-mime'
import { SMTPServer } from 'smtp-server'
import type { PortalDatabase, Tables } from './database.ts'

export type ReceivedMail = Tables['mails']

/** The mailbox of all users: a mail server that keeps every mail and forwards none. */
export interface Mailbox {
  readonly port: number
  list(): Promise<ReceivedMail[]>
  get(id: string): Promise<ReceivedMail | undefined>
  close(): void
}

const largestMail = 1024 * 1024
const shownMails = 100

export async function openMailbox(db: PortalDatabase): Promise<Mailbox> {
  const server = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    size: largestMail,
    logger: false,
    onData(stream, { envelope }, done) {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        const recipient = envelope.rcptTo.map(({ address }) => address).join(', ')
        keep(db, Buffer.concat(chunks), recipient).then(() => done(), done)
      })
    },
  })
  server.on('error', () => {
    // The sender repeats a connection that broke.
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.server.address() as AddressInfo
  return {
    port,
    list: () => db.selectFrom('mails').selectAll().orderBy('received_at', 'desc').limit(shownMails).execute(),
    get: (id) => db.selectFrom('mails').selectAll().where('id', '=', id).executeTakeFirst(),
    close: () => server.close(() => {}),
  }
}

async function keep(db: PortalDatabase, raw: Buffer, recipient: string): Promise<void> {
  const { from, subject, text, html } = await PostalMime.parse(raw)
  await db
    .insertInto('mails')
    .values({
      id: randomUUID(),
      received_at: Date.now(),
      sender: from?.name || from?.address || '',
      recipient,
      subject: subject ?? '',
      text: text ?? '',
      html: html ?? '',
    })
    .execute()
}
