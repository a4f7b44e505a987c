import type { Express } from 'express'
import type { Portal } from './portal.ts'
import { back, client } from './portal.ts'
import { signedIn } from './sign-in.ts'
import type { StepUpPages } from './step-up.ts'
import { count } from './words.ts'

/** The security page with its gauge, and the sessions on it. */
export function securityRoutes(app: Express, portal: Portal, { refused }: StepUpPages): void {
  const { nl, require2fa, exclusive } = portal

  app.get('/security', signedIn, async (req, res) => {
    const grant = req.session.nl
    const [score, factors, totp, phone, passkeys, codes, trusted, sessions, history] = await Promise.all([
      nl.score.get({ grant }),
      nl.accounts.factors({ grant }),
      nl.totp.list({ grant }),
      nl.sms.get({ grant }),
      nl.passkeys.list({ grant }),
      nl.backupCodes.status({ grant }),
      nl.trustedDevices.list({ grant, client: client(req) }),
      nl.sessions.list({ grant }),
      nl.history.logins({ grant }),
    ])
    const lists = factors.ok && totp.ok && phone.ok && passkeys.ok && codes.ok && trusted.ok
    if (!score.ok || !lists || !sessions.ok || !history.ok) return res.redirect('/login')
    res.render('security', {
      score,
      factors,
      codes,
      require2fa,
      exclusive,
      passkeys: passkeys.passkeys,
      authenticators: totp.authenticators,
      phone: phone.number,
      trusted: trusted.devices,
      sessions: sessions.sessions,
      logins: history.logins.slice(0, 4),
      codesUnsaved: req.session.codesUnsaved,
      advice: res.locals.advice ?? [],
    })
  })

  app.post('/security/sessions/end', signedIn, async (req, res) => {
    const r = await nl.sessions.end({ grant: req.session.nl, session: req.body.session, client: client(req) })
    if (!r.ok) return refused(req, res, r)
    back(req, res, 'good', 'That session is signed out.')
  })

  app.post('/security/sessions/end-all', signedIn, async (req, res) => {
    const r = await nl.sessions.endAll({ grant: req.session.nl, client: client(req) })
    if (!r.ok) return refused(req, res, r)
    if (r.grant) req.session.nl = r.grant
    const others = r.ended === 0 ? 'There was no other session.' : `${count(r.ended, 'other session')} signed out.`
    back(req, res, 'good', `${others} Only this browser is signed in.`)
  })
}
