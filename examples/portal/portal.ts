import type { Request, Response } from 'express'
import type { ClientInfo, Nightlatch } from 'nightlatch'
import type { Mailbox } from './host/mailbox.ts'
import type { Flash } from './host/pages.ts'
import type { User, Users } from './host/users.ts'

/** What the routes share. */
export interface Portal {
  readonly nl: Nightlatch
  readonly users: Users
  readonly mailbox: Mailbox
  /** A plain mail of the host's own. */
  sendMail(mail: { to: string; subject: string; text: string }): Promise<unknown>
  readonly require2fa: boolean
}

declare module 'express-session' {
  interface SessionData {
    /** nightlatch's grant: who is signed in, and how. */
    nl: string
    /** A sign-in that waits for its code. */
    challenge: string
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

export function back(req: Request, res: Response, kind: Flash['kind'], message: string, to = '/security'): void {
  req.session.flash = { kind, text: message }
  res.redirect(to)
}
