import type { Express } from 'express'
import { passwordFault } from './host/password.ts'
import { normalizeEmail } from './host/users.ts'
import { appName } from './nightlatch.ts'
import type { Portal } from './portal.ts'
import { back, text } from './portal.ts'

/** Registration belongs to the host. nightlatch sees an account at its first sign-in. */
export function registerRoutes(app: Express, { users, sendMail }: Portal): void {
  app.get('/', (_req, res) => (res.locals.user ? res.redirect('/security') : res.render('welcome')))

  app.post('/register', async (req, res) => {
    const [name, email, password] = [req.body.name, req.body.email, req.body.password].map(text) as [
      string,
      string,
      string,
    ]
    const fault = faultOf({ name, email, password })
    if (fault) return res.status(400).render('welcome', { fault, name, email })
    if (!(await users.add({ name, email, password }))) {
      // The page does not tell that the address has an account. A mail tells its owner.
      await sendMail({
        to: normalizeEmail(email),
        subject: `[${appName}] You have an account already`,
        text: [
          'Hello,',
          'Somebody tried to open an account with your address. It has an account already, and nothing was changed.',
          'If it was you, log in as usual. If it was not you, there is nothing to do.\n',
        ].join('\n\n'),
      })
    }
    back(
      req,
      res,
      'good',
      'You can log in now. If the address had an account already, we sent its owner a mail.',
      '/login',
    )
  })
}

function faultOf({ name, email, password }: { name: string; email: string; password: string }): string | null {
  if (name.trim() === '' || name.length > 80) return 'Please type your name, in at most 80 characters.'
  if (!/^[^\s@]{1,64}@[a-z\d.-]{1,180}$/i.test(email.trim())) return 'That does not look like an e-mail address.'
  return passwordFault(password)
}
