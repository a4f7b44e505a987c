import type { Express, Request, RequestHandler, Response } from 'express'
import type { SignInOutcome } from 'nightlatch'
import { publicOutcome } from 'nightlatch'
import { sendOptions, shownCredential, takeCeremony } from './ceremony.ts'
import { passwordMatches } from './host/password.ts'
import { trustedDays } from './nightlatch.ts'
import type { Portal } from './portal.ts'
import { back, client, renew, text } from './portal.ts'

export interface SignInPages {
  /** Shows the page that the outcome asks for. */
  answer(req: Request, res: Response, r: SignInOutcome): Promise<void>
}

/** Logging in: what a host has to write to put nightlatch behind its own password check. */
export function signInRoutes(app: Express, { nl, users }: Portal): SignInPages {
  async function answer(req: Request, res: Response, r: SignInOutcome): Promise<void> {
    switch (r.status) {
      case 'granted':
      case 'enroll':
        if (r.setCookie) res.append('set-cookie', r.setCookie)
        await new Promise<unknown>((resolve) => req.session.regenerate(resolve))
        req.session.nl = r.grant
        if (r.status === 'enroll') {
          req.session.needs = r.needs
          return res.redirect('/security/set-up')
        }
        if (r.trustedDevice) return back(req, res, 'good', 'You trust this browser, so you were not asked for a code.')
        return res.redirect('/')
      case 'challenge':
        if (r.challenge !== req.session.challenge) {
          await renew(req)
          delete req.session.sms
        }
        req.session.challenge = r.challenge
        req.session.asked = { factors: r.factors, preferred: r.preferred }
        if (r.sms) req.session.sms = r.sms
        return showCode(req, res, publicOutcome(r))
      case 'refused':
        res.status(r.httpStatus).render('login', { ...publicOutcome(r), unknown: unknownPasskey(req, r.reason) })
    }
  }

  function showCode(req: Request, res: Response, told: object = {}): void {
    const { asked, sms } = req.session
    res.render('code', { ...asked, ...told, sms, trustedDays, withBackupCode: req.query.with === 'backup-code' })
  }

  app.get('/login', (_req, res) => res.render('login'))

  app.post('/login', async (req, res) => {
    const email = text(req.body.email)
    res.locals.email = email
    const u = await users.byEmail(email)
    // Checked for unknown names too, so that they take as long as known ones.
    const right = await passwordMatches(u, text(req.body.password))
    if (!u || !right)
      return answer(req, res, await nl.signIn.failed({ name: email, accountId: u?.id, client: client(req) }))
    await answer(
      req,
      res,
      await nl.signIn.start({ name: email, accountId: u.id, primary: 'password', client: client(req) }),
    )
  })

  app.post('/login/passkey/options', async (req, res) => sendOptions(req, res, await nl.signIn.passkeyOptions()))

  app.post('/login/passkey', async (req, res) => {
    const { response } = req.body
    await answer(
      req,
      res,
      await nl.signIn.verifyPasskey({ ceremony: takeCeremony(req), response, client: client(req) }),
    )
  })

  app.get('/code', (req, res) => (req.session.challenge ? showCode(req, res) : res.redirect('/login')))

  app.post('/code', async (req, res) => {
    const { challenge } = req.session
    const { code, trust } = req.body
    await answer(
      req,
      res,
      await nl.signIn.verify({ challenge, code, trustDevice: trust === 'on', client: client(req) }),
    )
  })

  app.post('/code/sms', async (req, res) =>
    answer(req, res, await nl.signIn.sendCode({ challenge: req.session.challenge, client: client(req) })),
  )

  app.post('/code/passkey/options', async (req, res) =>
    sendOptions(req, res, await nl.signIn.passkeyOptions({ challenge: req.session.challenge ?? '' })),
  )

  app.post('/code/passkey', async (req, res) => {
    const { challenge = '' } = req.session
    const { response, trust } = req.body
    const asked = { challenge, ceremony: takeCeremony(req), response, trustDevice: trust === 'on' }
    await answer(req, res, await nl.signIn.verifyPasskey({ ...asked, client: client(req) }))
  })

  app.post('/logout', async (req, res) => {
    await nl.sessions.signOut({ grant: req.session.nl, client: client(req) })
    req.session.destroy(() => res.redirect('/login'))
  })

  return { answer }
}

/** Names a passkey that the account no longer has, so that the browser can remove it. It names no other. */
function unknownPasskey(req: Request, reason: string): { readonly rpId: string; readonly id: string } | null {
  const id = reason === 'unknown-passkey' ? shownCredential(req.body.response) : null
  return id === null ? null : { rpId: req.hostname, id }
}

/** Finds out who is signed in. A grant that was ended elsewhere is refused at the next request. */
export function recognize({ nl, users }: Portal): RequestHandler {
  return async (req, res, next) => {
    const session = await nl.sessions.check({ grant: req.session.nl, client: client(req) })
    if (session.ok) {
      res.locals.user = await users.get(session.accountId)
      res.locals.advice = session.advice ?? []
      // After a rotation of the key ring they come back under the new key.
      if (session.grant) req.session.nl = session.grant
      if (session.setCookie) res.append('set-cookie', session.setCookie)
    }
    res.locals.mustEnroll = !session.ok && session.reason === 'enroll'
    next()
  }
}

export const signedIn: RequestHandler = (_req, res, next) => (res.locals.user ? next() : res.redirect('/login'))

/** For people who are signed in, and for those whose grant is good only for setting up a factor. */
export const settingUp: RequestHandler = (_req, res, next) =>
  res.locals.user || res.locals.mustEnroll ? next() : res.redirect('/login')
