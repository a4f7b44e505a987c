import type { Express } from 'express'
import { passwordMatches } from './host/password.ts'
import type { Portal } from './portal.ts'
import { client, text } from './portal.ts'
import type { SignInPages } from './sign-in.ts'

/** For an account that only passkeys open, when they are lost: a password and a backup code allow a new passkey. */
export function recoverRoutes(app: Express, { nl, users }: Portal, { answer }: SignInPages): void {
  app.get('/recover', (_req, res) => res.render('recover'))

  app.post('/recover', async (req, res) => {
    const email = text(req.body.email)
    const u = await users.byEmail(email)
    const right = await passwordMatches(u, text(req.body.password))
    const asked = { name: email, client: client(req) }
    const r =
      u && right
        ? await nl.signIn.recover({ ...asked, accountId: u.id, primary: 'password', code: req.body.code })
        : await nl.signIn.failed({ ...asked, accountId: u?.id })
    // The page says the same for each wrong value, so that nobody learns which one was right.
    if (r.status === 'refused') return res.status(r.httpStatus).render('recover', { email, reason: r.reason })
    await answer(req, res, r)
  })
}
