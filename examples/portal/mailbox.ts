import type { Express } from 'express'
import type { Portal } from './portal.ts'

/** Shows every mail and message to everybody, without a sign-in: they never leave this machine. */
export function mailboxRoutes(app: Express, { mailbox, phones }: Portal): void {
  app.get('/mailbox', async (_req, res) => {
    const [mails, texts] = await Promise.all([mailbox.list(), phones.list()])
    res.render('mailbox', { mails, texts, isDown: phones.isDown })
  })

  /** To try what people see when a message does not arrive. */
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
    // The mail is not a page of this site. It may have its own styles. It runs no script and loads nothing.
    res.set('Content-Security-Policy', "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; sandbox")
    res.set('X-Frame-Options', 'SAMEORIGIN')
    res.type('html').send(mail.html)
  })
}
