import type { Request, Response } from 'express'
import type { Failure, PasskeyRequest } from 'nightlatch'
import { text } from './portal.ts'
import { refusal } from './words.ts'

/** Sends the page its options. The ceremony stays in the session, to check the browser's answer. */
export function sendOptions(req: Request, res: Response, r: PasskeyRequest | Failure<string>): void {
  if (!r.ok) return void res.status(409).json({ text: refusal(r.reason) })
  req.session.ceremony = r.ceremony
  res.json(r.options)
}

/** A ceremony is good for one answer. */
export function takeCeremony(req: Request): string | undefined {
  const { ceremony } = req.session
  delete req.session.ceremony
  return ceremony
}

/** The id in an authenticator's answer. */
export function shownCredential(response: unknown): string | null {
  try {
    const { id } = JSON.parse(text(response)) as { readonly id?: unknown }
    return typeof id === 'string' && /^[\w-]{1,1400}$/.test(id) ? id : null
  } catch {
    return null
  }
}
