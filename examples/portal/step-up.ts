import type { Express, Request, Response } from 'express'
import type { Failure, Proven, StepUpPurpose } from 'nightlatch'
import { sendOptions, takeCeremony } from './ceremony.ts'
import { passwordMatches } from './host/password.ts'
import type { Portal } from './portal.ts'
import { back, client, renew, text } from './portal.ts'
import { signedIn } from './sign-in.ts'
import { refusal } from './words.ts'

type Handler = (req: Request, res: Response) => Promise<void>

export interface StepUpPages {
  /** A form whose change may need a fresh proof. After the step-up the change is made. */
  sensitive(path: string, handler: Handler, purpose?: StepUpPurpose): void
  /** Shows why nightlatch refused such a change, or asks for the step-up. */
  refused(req: Request, res: Response, failure: Failure<string>): void
}

/** Sensitive changes ask for a factor again, or for the password where there is no second factor yet. */
export function stepUpRoutes(app: Express, portal: Portal): StepUpPages {
  const { nl } = portal
  const handlers = new Map<string, { readonly handler: Handler; readonly purpose: StepUpPurpose }>()

  /** Makes the change that waited for the step-up. */
  async function resume(req: Request, res: Response): Promise<void> {
    const { pending } = req.session
    delete req.session.pending
    const waiting = handlers.get(pending?.path ?? '')
    if (!pending || !waiting) return res.redirect('/security')
    req.url = pending.path
    req.body = pending.body
    await waiting.handler(req, res)
  }

  const purposeOf = (req: Request): StepUpPurpose => handlers.get(req.session.pending?.path ?? '')?.purpose ?? 'factors'

  async function show(req: Request, res: Response, told: object = {}): Promise<void> {
    const { pending, sms, nl: grant } = req.session
    const asked = await nl.stepUp.start({ grant, purpose: purposeOf(req) })
    if (!asked.ok) return res.redirect('/login')
    const withBackupCode = req.query.with === 'backup-code'
    res.render('step-up', { ...asked, ...told, sms, doing: pending?.path, withBackupCode })
  }

  async function proven(req: Request, res: Response, r: Proven | Failure<string>): Promise<void> {
    if (!r.ok) return r.reason === 'signed-out' ? res.redirect('/login') : show(req, res, r)
    await renew(req)
    req.session.proof = r.proof
    req.session.nl = r.grant
    delete req.session.sms
    await resume(req, res)
  }

  app.get('/step-up', signedIn, async (req, res) => {
    if (!req.session.pending) return res.redirect('/security')
    await show(req, res)
  })

  app.post('/step-up', signedIn, async (req, res) => {
    const { nl: grant } = req.session
    const purpose = purposeOf(req)
    await proven(req, res, await nl.stepUp.verify({ grant, purpose, code: req.body.code, client: client(req) }))
  })

  app.post('/step-up/sms', signedIn, async (req, res) => {
    const r = await nl.stepUp.sendCode({ grant: req.session.nl, client: client(req) })
    const to = req.session.sms?.to ?? 'your phone'
    if (r.ok) req.session.sms = r
    else if (r.reason === 'signed-out') return res.redirect('/login')
    else if (r.reason === 'busy' || r.reason === 'no-number')
      req.session.flash = { kind: 'bad', text: refusal(r.reason) }
    else req.session.sms = { ...r, status: 'refused', reason: r.reason, to }
    res.redirect(req.body.at === 'turn-off' ? '/security/turn-off' : '/step-up')
  })

  app.post('/step-up/passkey/options', signedIn, async (req, res) =>
    sendOptions(req, res, await nl.stepUp.passkeyOptions({ grant: req.session.nl })),
  )

  app.post('/step-up/passkey', signedIn, async (req, res) => {
    const { nl: grant } = req.session
    const asked = { grant, purpose: purposeOf(req), ceremony: takeCeremony(req), response: req.body.response }
    const r = await nl.stepUp.verifyPasskey({ ...asked, client: client(req) })
    await proven(req, res, !r.ok && r.reason === 'wrong' ? { ...r, reason: 'wrong-passkey' } : r)
  })

  app.get('/password', signedIn, (_req, res) => res.render('password'))

  app.post('/password', signedIn, async (req, res) => {
    const u = res.locals.user
    if (!u || !(await passwordMatches(u, text(req.body.password)))) {
      const r = await nl.signIn.failed({ name: u?.email, accountId: u?.id, client: client(req) })
      return res.status(r.httpStatus).render('password', { reason: r.reason })
    }
    const r = await nl.signIn.start({ name: u.email, accountId: u.id, primary: 'password', client: client(req) })
    // While the limiter holds up passwords, a right one is answered like a wrong one.
    if (r.status === 'refused') return res.status(r.httpStatus).render('password', { reason: r.reason })
    if (r.status !== 'granted') return res.redirect('/login')
    await nl.sessions.signOut({ grant: req.session.nl, client: client(req) })
    res.append('set-cookie', r.setCookie)
    await renew(req)
    req.session.nl = r.grant
    await resume(req, res)
  })

  return {
    sensitive(path, handler, purpose = 'factors') {
      handlers.set(path, { handler, purpose })
      app.post(path, handler)
    },
    refused(req, res, { reason }) {
      if (reason === 'signed-out') return res.redirect('/login')
      const fields = Object.entries(req.body ?? {}).map(([name, value]) => [name, text(value)] as const)
      const { path } = req
      if (reason === 'deactivate-first') return res.render('switch', { path, fields })
      if (reason !== 'step-up' && reason !== 'reauthenticate') return back(req, res, 'bad', refusal(reason))
      delete req.session.sms
      req.session.pending = { path, body: Object.fromEntries(fields) }
      res.redirect(reason === 'step-up' ? '/step-up' : '/password')
    },
  }
}
