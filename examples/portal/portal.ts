import type { Request, Response } from 'express'
import type { Challenged, ClientInfo, Method, Nightlatch, SmsDelivery } from 'nightlatch'
import type { Mailbox } from './host/mailbox.ts'
import type { Flash } from './host/pages.ts'
import type { Phones } from './host/phones.ts'
import type { User, Users } from './host/users.ts'

/** What the routes share. */
export interface Portal {
  readonly nl: Nightlatch
  readonly users: Users
  readonly mailbox: Mailbox
  readonly phones: Phones
  /** A plain mail of the host's own. */
  sendMail(mail: { to: string; subject: string; text: string }): Promise<unknown>
  readonly require2fa: boolean
  readonly exclusive: boolean
}

declare module 'express-session' {
  interface SessionData {
    /** nightlatch's grant: who is signed in, and how. */
    nl: string
    /** A sign-in that waits for its factor. */
    challenge: string
    /** What that sign-in can be shown. */
    asked: Pick<Challenged, 'factors' | 'preferred'>
    /** The code by SMS that the person waits for, or why there is none. */
    sms: SmsDelivery
    /** A passkey that the browser was asked for. */
    ceremony: string
    /** The grant is good only for setting one of these up. */
    needs: readonly Method[]
    /** A fresh step-up, good once. */
    proof: string
    /** The form that waits for a step-up. */
    pending: { readonly path: string; readonly body: Readonly<Record<string, string>> }
    /** Backup codes were shown, and nobody said yet that they are saved. */
    codesUnsaved: boolean
    flash: Flash
  }
}

declare global {
  // eslint-disable-next-line @typescript-eslint/no-namespace -- the way Express wants it
  namespace Express {
    interface Locals {
      user?: User
      /** Let in to set a factor up, and for nothing else yet. */
      mustEnroll?: boolean
    }
  }
}

/** What nightlatch may know of a request's sender. There is no proxy in front, so `req.ip` is the socket's peer. */
export const client = (req: Request): ClientInfo => ({
  ip: req.ip,
  userAgent: req.get('user-agent'),
  device: req.cookies.nl_device,
})

/** A form may send anything, or send it twice: what is not one text is none. */
export function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

/** Gives the host's session a new id after each step that adds rights. So an id that leaked before opens nothing. */
export async function renew(req: Request): Promise<void> {
  const { cookie: _, ...kept } = req.session
  await new Promise<void>((resolve, reject) => {
    req.session.regenerate((error) => (error ? reject(error) : resolve()))
  })
  Object.assign(req.session, kept)
}

export function back(req: Request, res: Response, kind: Flash['kind'], message: string, to = '/security'): void {
  req.session.flash = { kind, text: message }
  res.redirect(to)
}

/** A sensitive change was made: its proof is used up, and a change of the factors brings a new grant. */
export function changed(req: Request, grant: string | null): void {
  delete req.session.proof
  if (grant) req.session.nl = grant
}
