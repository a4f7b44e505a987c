import type { Express } from 'express'
import type { Portal } from './portal.ts'

/** Shows what was sent, to whomever: the portal's mails never leave this machine, so everybody may look. */
export function mailboxRoutes(app: Express, { mailbox }: Portal): void {
  app.get('/mailbox', async (_req, res) => res.render('mailbox', { mails: await mailbox.list() }))

  app.get('/mailbox/:id', async (req, res, next) => {
    const mail = await mailbox.get(req.params.id)
    if (!mail) return next()
    res.render('mail', { mail })
  })

  app.get('/mailbox/:id/html', async (req, res, next) => {
    const mail = await mailbox.get(req.params.id)
    if (!mail) return next()
    // A stranger's page: it may have its own styles, and nothing else. It runs no script and loads nothing.
    res.set('Content-Security-Policy', "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; sandbox")
    res.set('X-Frame-Options', 'SAMEORIGIN')
    res.type('html').send(mail.html)
  })
}
