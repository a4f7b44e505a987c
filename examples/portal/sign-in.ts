import type { Express, Request, RequestHandler, Response } from 'express'
import type { SignInOutcome } from 'nightlatch'
import { publicOutcome } from 'nightlatch'
import { passwordMatches } from './host/password.ts'
import type { Portal } from './portal.ts'
import { client, text } from './portal.ts'

/** Logging in: what a host has to write to put nightlatch behind its own password check. */
export function signInRoutes(app: Express, { nl, users }: Portal): void {
  function answer(req: Request, res: Response, r: SignInOutcome): void {
    if (r.status === 'granted' || r.status === 'enroll') {
      if (r.deviceToken) res.cookie('nl_device', r.deviceToken, nl.cookie)
      return void req.session.regenerate(() => {
        req.session.nl = r.grant
        res.redirect(r.status === 'enroll' ? '/security/totp' : '/')
      })
    }
    if (r.status === 'challenge') {
      req.session.challenge = r.challenge
      return res.render('code', r)
    }
    res.status(r.httpStatus).render('login', publicOutcome(r))
  }

  app.get('/login', (_req, res) => res.render('login'))

  app.post('/login', async (req, res) => {
    const email = text(req.body.email)
    res.locals.email = email
    const u = await users.byEmail(email)
    // Asked first, so that a name that is nobody's takes as long.
    const right = await passwordMatches(u, text(req.body.password))
    if (!u || !right)
      return answer(req, res, await nl.signIn.failed({ name: email, accountId: u?.id, client: client(req) }))
    answer(req, res, await nl.signIn.start({ name: email, accountId: u.id, primary: 'password', client: client(req) }))
  })

  app.get('/code', (req, res) => (req.session.challenge ? res.render('code') : res.redirect('/login')))

  app.post('/code', async (req, res) =>
    answer(
      req,
      res,
      await nl.signIn.verify({ challenge: req.session.challenge, code: req.body.code, client: client(req) }),
    ),
  )

  app.post('/logout', async (req, res) => {
    await nl.signIn.ended({ grant: req.session.nl, client: client(req) })
    req.session.destroy(() => res.redirect('/login'))
  })
}

/** Finds out who is there. A grant ended elsewhere counts no more with the next click. */
export function recognize({ nl, users }: Portal): RequestHandler {
  return async (req, res, next) => {
    const session = await nl.sessions.check({ grant: req.session.nl })
    if (session.ok) res.locals.user = await users.get(session.accountId)
    next()
  }
}

export const signedIn: RequestHandler = (_req, res, next) => (res.locals.user ? next() : res.redirect('/login'))
