import type { Express, Request, Response } from 'express'
import { passwordFault } from './host/password.ts'
import type { Portal } from './portal.ts'
import { back, changed, client, text } from './portal.ts'
import { signedIn } from './sign-in.ts'
import type { StepUpPages } from './step-up.ts'

const path = '/security/password'

/** A new password. The host stores it, and tells nightlatch, which ends the other sessions. */
export function passwordRoutes(app: Express, { nl, users }: Portal, { sensitive, refused }: StepUpPages): void {
  /** The step-up comes before the form, so that no password waits in the session meanwhile. */
  async function show(req: Request, res: Response): Promise<void> {
    const asked = await nl.stepUp.start({ grant: req.session.nl, purpose: 'factors' })
    if (!asked.ok) return res.redirect('/login')
    if (asked.needs === 'reauthentication') return refused(req, res, { ok: false, reason: 'reauthenticate' })
    if (asked.needs === 'factor' && !req.session.proof) return refused(req, res, { ok: false, reason: 'step-up' })
    res.render('new-password')
  }

  sensitive(path, show)

  app.post(`${path}/save`, signedIn, async (req, res) => {
    const { user } = res.locals
    const password = text(req.body.password)
    const fault = passwordFault(password)
    if (!user || fault) return res.status(400).render('new-password', { fault })
    const { nl: grant, proof } = req.session
    const r = await nl.password.changed({ grant, proof, client: client(req) })
    delete req.session.proof
    if (!r.ok) {
      req.url = path
      req.body = {}
      return show(req, res)
    }
    await users.setPassword(user.id, password)
    changed(req, r.grant)
    back(req, res, 'good', 'Your password is changed. Every other browser is signed out.')
  })
}
