import type { Express } from 'express'
import type { Portal } from './portal.ts'

/** Shows what was sent, to everybody: the portal's mails and messages never leave this machine. */
export function mailboxRoutes(app: Express, { mailbox, phones }: Portal): void {
  app.get('/mailbox', async (_req, res) => {
    const [mails, texts] = await Promise.all([mailbox.list(), phones.list()])
    res.render('mailbox', { mails, texts, isDown: phones.isDown })
  })

  /** For trying out what people see when a message does not arrive. */
  app.post('/mailbox/gateway', (req, res) => {
    phones.isDown = req.body.down === '1'
    res.redirect('/mailbox')
  })

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
