import type { AddressInfo, Socket } from 'node:net'
import { connect, createServer } from 'node:net'
import type { SMTPServerOptions } from 'smtp-server'
import { SMTPServer } from 'smtp-server'
import { attestationCertificate } from './attestation-certificate.ts'

/**
 * What is wrong with a server. `refuse`: the mailbox does not exist. `slow`: every answer takes some time. All others
 * happen once, to one mailbox or to the first connection. `later`: the mailbox is busy. `drop` and `no-reply`: the
 * server takes the mail, and its reply gets lost. `hold`: no answer to RCPT. `no-tls` and `no-greeting`: the line is
 * open, and nothing is said. `broken-starttls`: what follows STARTTLS is not TLS.
 */
export type SmtpFault = MailboxFault | ConnectionFault | 'slow'
type MailboxFault = 'refuse' | 'later' | 'drop' | 'no-reply' | 'hold'
type ConnectionFault = 'no-tls' | 'no-greeting' | 'broken-starttls'

export interface AcceptedMail {
  readonly to: string
  readonly messageId: string
}

export interface TestSmtpServer {
  readonly port: number
  /** Every mail that the server took, the oldest first. */
  readonly accepted: readonly AcceptedMail[]
  /** How often the fault showed. */
  readonly faults: number
  close(): Promise<void>
}

const atConnection: readonly SmtpFault[] = ['no-tls', 'no-greeting', 'broken-starttls']
const slowMs = 100

/** Real servers quote the mailbox, and say more than anybody should see in a log. */
function refusal(code: number, enhanced: string, to: string): Error {
  return Object.assign(new Error(`${enhanced} <${to}> refused`), { responseCode: code })
}

/** Offers STARTTLS and breaks it. */
function breakStartTls(socket: Socket): void {
  socket.write('220 one.example ESMTP\r\n')
  socket.on('data', (data) => {
    const isStart = /^STARTTLS/i.test(data.toString('latin1'))
    socket.write(isStart ? '220 ready\r\nthis is not TLS\r\n'.repeat(20) : '250-one.example\r\n250 STARTTLS\r\n')
  })
}

/** One that no authority signed. */
function certificate(): { readonly key: string; readonly cert: string } {
  const { der, key } = attestationCertificate()
  const cert = `-----BEGIN CERTIFICATE-----\n${Buffer.from(der).toString('base64')}\n-----END CERTIFICATE-----\n`
  return { key, cert }
}

interface Inner {
  readonly server: SMTPServer
  readonly accepted: AcceptedMail[]
  readonly shown: string[]
}

/** A server that accepts every login, whose fault shows for mailboxes that begin with `odd`. */
function createInner(fault: SmtpFault, hangUp: (port: number) => void): Inner {
  const accepted: AcceptedMail[] = []
  const shown: string[] = []
  const isOdd = (to: string, ...kinds: readonly SmtpFault[]): boolean => {
    if (!kinds.includes(fault) || !to.startsWith('odd')) return false
    if (fault !== 'refuse' && shown.includes(to)) return false
    shown.push(to)
    return true
  }
  const answer = (done: () => void): void => void (fault === 'slow' ? setTimeout(done, slowMs) : done())
  const options: SMTPServerOptions = {
    secure: fault === 'no-tls',
    ...(fault === 'no-tls' ? certificate() : {}),
    disabledCommands: fault === 'no-tls' ? [] : ['STARTTLS'],
    allowInsecureAuth: true,
    disableReverseLookup: true,
    onConnect: (_session, done) => answer(done),
    onAuth: ({ username }, _session, done) => answer(() => done(null, { user: username })),
    onRcptTo({ address }, _session, done) {
      if (isOdd(address, 'hold')) return
      if (isOdd(address, 'refuse')) return done(refusal(550, '5.1.1', address))
      if (isOdd(address, 'later')) return done(refusal(451, '4.2.1', address))
      answer(done)
    },
    onData(stream, { envelope, remotePort }, done) {
      const parts: Buffer[] = []
      stream.on('data', (part: Buffer) => parts.push(part))
      stream.on('end', () => {
        const [recipient] = envelope.rcptTo
        const to = recipient?.address ?? ''
        const messageId = /^Message-ID: (.*)$/im.exec(Buffer.concat(parts).toString('latin1'))?.[1] ?? ''
        accepted.push({ to, messageId: messageId.trim() })
        if (!isOdd(to, 'drop', 'no-reply')) answer(done)
        else if (fault === 'drop') hangUp(remotePort)
      })
    },
  }
  const server = new SMTPServer(options)
  // A client that goes away in the middle is part of every test.
  server.on('error', () => undefined)
  return { server, accepted, shown }
}

function listen(server: { listen(port: number, host: string, ready: () => void): unknown }): Promise<void> {
  return new Promise((resolve) => void server.listen(0, '127.0.0.1', resolve))
}

/** An SMTP server on this machine, behind a gate where the first connection may come to nothing. */
export async function startSmtpServer(fault: SmtpFault): Promise<TestSmtpServer> {
  const sockets = new Set<Socket>()
  const callers = new Map<number, Socket>()
  const { server, accepted, shown } = createInner(fault, (port) => callers.get(port)?.destroy())
  await listen(server)
  const inner = (server.server.address() as AddressInfo).port
  const watch = (socket: Socket): void => {
    sockets.add(socket)
    socket.on('error', () => socket.destroy()).on('close', () => sockets.delete(socket))
  }
  const gate = createServer((socket) => {
    watch(socket)
    if (atConnection.includes(fault) && shown.length === 0) {
      shown.push('connection')
      if (fault === 'broken-starttls') breakStartTls(socket)
      return
    }
    const onward = connect(inner, '127.0.0.1', () => {
      callers.set(onward.localPort!, socket)
      socket.pipe(onward).pipe(socket)
    })
    watch(onward)
    socket.on('close', () => onward.destroy())
  })
  await listen(gate)
  return {
    port: (gate.address() as AddressInfo).port,
    accepted,
    get faults() {
      return shown.length
    },
    async close() {
      const closed = new Promise((resolve) => gate.close(resolve))
      for (const socket of sockets) socket.destroy()
      await closed
      await new Promise<void>((resolve) => server.close(resolve))
    },
  }
}
