import type { Express, Request, Response } from 'express'
import type { Failure } from 'nightlatch'
import { passwordMatches } from './host/password.ts'
import type { Portal } from './portal.ts'
import { back, client, text } from './portal.ts'
import { signedIn } from './sign-in.ts'
import { refusal } from './words.ts'

type Handler = (req: Request, res: Response) => Promise<void>

export interface StepUpPages {
  /** A form whose change may need a fresh code first. It is carried out once the code was right. */
  sensitive(path: string, handler: Handler): void
  /** What to show when nightlatch refused such a change. */
  refused(req: Request, res: Response, failure: Failure<string>): void
}

/** Sensitive changes ask for a code again, or for the password where there is no second factor yet. */
export function stepUpRoutes(app: Express, portal: Portal): StepUpPages {
  const { nl } = portal
  const handlers = new Map<string, Handler>()

  /** Goes on with what the person was doing. */
  async function resume(req: Request, res: Response): Promise<void> {
    const { pending } = req.session
    delete req.session.pending
    const handler = handlers.get(pending?.path ?? '')
    if (!pending || !handler) return res.redirect('/security')
    req.body = pending.body
    await handler(req, res)
  }

  app.get('/step-up', signedIn, (req, res) => {
    if (!req.session.pending) return res.redirect('/security')
    res.render('step-up', { doing: req.session.pending.path })
  })

  app.post('/step-up', signedIn, async (req, res) => {
    const doing = req.session.pending?.path
    const r = await nl.stepUp.verify({
      grant: req.session.nl,
      purpose: 'factors',
      code: req.body.code,
      client: client(req),
    })
    if (!r.ok) return r.reason === 'signed-out' ? res.redirect('/login') : res.render('step-up', { doing, ...r })
    req.session.proof = r.proof
    await resume(req, res)
  })

  app.get('/password', signedIn, (_req, res) => res.render('password'))

  app.post('/password', signedIn, async (req, res) => {
    const u = res.locals.user
    if (!u || !(await passwordMatches(u, text(req.body.password)))) {
      const r = await nl.signIn.failed({ name: u?.email, accountId: u?.id, client: client(req) })
      return res.status(r.httpStatus).render('password', { reason: r.reason })
    }
    const r = await nl.signIn.start({ name: u.email, accountId: u.id, primary: 'password', client: client(req) })
    // While passwords have to wait, a right one is answered like a wrong one.
    if (r.status === 'refused') return res.status(r.httpStatus).render('password', { reason: r.reason })
    if (r.status !== 'granted') return res.redirect('/login')
    await nl.signIn.ended({ grant: req.session.nl, client: client(req) })
    res.cookie('nl_device', r.deviceToken, nl.cookie)
    req.session.nl = r.grant
    await resume(req, res)
  })

  return {
    sensitive(path, handler) {
      handlers.set(path, handler)
      app.post(path, handler)
    },
    refused(req, res, failure) {
      const { reason } = failure
      if (reason === 'signed-out') return res.redirect('/login')
      if (reason !== 'step-up' && reason !== 'reauthenticate') return back(req, res, 'bad', refusal(reason))
      const fields = Object.entries(req.body ?? {}).map(([name, value]) => [name, text(value)] as const)
      req.session.pending = { path: req.path, body: Object.fromEntries(fields) }
      res.redirect(reason === 'step-up' ? '/step-up' : '/password')
    },
  }
}
