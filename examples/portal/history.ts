import type { Express } from 'express'
import type { Portal } from './portal.ts'
import { text } from './portal.ts'
import { signedIn } from './sign-in.ts'

/** The login history: one row per login, all events, the check for changes, and the download. */
export function historyRoutes(app: Express, portal: Portal): void {
  const { nl } = portal

  app.get('/history', signedIn, async (req, res) => {
    const grant = req.session.nl
    const [r, checked] = await Promise.all([nl.history.logins({ grant }), nl.history.verify({ grant })])
    if (!r.ok) return res.redirect('/login')
    res.render('history', { logins: r.logins, genuine: r.genuine, checked })
  })

  app.get('/history/events', signedIn, async (req, res) => {
    const grant = req.session.nl
    const after = text(req.query.after)
    const [events, facts] = await Promise.all([
      nl.history.list({ grant, limit: 50, ...(after ? { after } : {}) }),
      nl.history.facts({ grant, limit: 50 }),
    ])
    if (!events.ok || !facts.ok) return res.redirect('/login')
    res.render('events', { events: events.events, next: events.next, facts: after ? [] : facts.facts })
  })

  app.get('/history.csv', signedIn, async (req, res) => {
    const r = await nl.history.csv({ grant: req.session.nl })
    if (!r.ok) return res.redirect('/login')
    res.attachment('login-history.csv').type('text/csv').send(r.csv)
  })
}
