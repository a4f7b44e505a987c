import type { Request, Response } from 'express'
import type { Advice, Challenged, ClientInfo, Method, Nightlatch, SmsDelivery } from 'nightlatch'
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
    /** The factors that this sign-in accepts. */
    asked: Pick<Challenged, 'factors' | 'preferred'>
    /** The code by SMS that is on its way, or why none was sent. */
    sms: SmsDelivery
    /** What the browser's answer with a passkey is checked against. */
    ceremony: string
    /** The grant is good only for setting one of these up. */
    needs: readonly Method[]
    /** A fresh step-up, good once. */
    proof: string
    /** The form that waits for a step-up. */
    pending: { readonly path: string; readonly body: Readonly<Record<string, string>> }
    /** Backup codes were shown, and the person has not confirmed yet that they are saved. */
    codesUnsaved: boolean
    flash: Flash
  }
}

declare global {
  // eslint-disable-next-line @typescript-eslint/no-namespace -- the way Express wants it
  namespace Express {
    interface Locals {
      user?: User
      /** The grant is good only for setting up a factor. */
      mustEnroll?: boolean
      /** What nightlatch advises whoever is signed in to do. */
      advice?: readonly Advice[]
    }
  }
}

/** Where a request comes from. There is no proxy in front, so `req.ip` is the peer of the socket. */
export const client = (req: Request): ClientInfo => ({
  ip: req.ip,
  userAgent: req.get('user-agent'),
  cookies: req.get('cookie'),
})

/** A request may hold a field twice, or not as text. Then the field counts as empty. */
export function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

/** Gives the session a new id after a sign-in or a step-up, so that an id that leaked before is useless. */
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

/** After a sensitive change: its proof is used up, and a change of the factors comes with a new grant. */
export function changed(req: Request, grant: string | null): void {
  delete req.session.proof
  if (grant) req.session.nl = grant
}
