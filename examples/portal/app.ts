import { join } from 'node:path'
import type { ErrorRequestHandler, Express } from 'express'
import express from 'express'
import session from 'express-session'
import { showFlash, usePages } from './host/pages.ts'
import { oneName, protect } from './host/protect.ts'
import { authenticatorRoutes } from './authenticators.ts'
import { historyRoutes } from './history.ts'
import { mailboxRoutes } from './mailbox.ts'
import { passkeyRoutes } from './passkeys.ts'
import { passwordRoutes } from './password.ts'
import { phoneRoutes } from './phone.ts'
import type { Portal } from './portal.ts'
import { recoverRoutes } from './recover.ts'
import { registerRoutes } from './register.ts'
import { securityRoutes } from './security.ts'
import { recognize, signInRoutes } from './sign-in.ts'
import { stepUpRoutes } from './step-up.ts'
import { trustedRoutes } from './trusted.ts'
import { twoFactorRoutes } from './two-factor.ts'

export interface AppOptions {
  /** The address of this site, and others that lead to it. */
  readonly origins: readonly [string, ...string[]]
  readonly sessionSecret: string
  readonly sessionStore: session.Store
}

export function createApp(portal: Portal, { origins, sessionSecret, sessionStore }: AppOptions): Express {
  const app = express()
  app.disable('x-powered-by')
  app.disable('etag')
  usePages(app)
  app.use(protect(origins))
  app.use(oneName(origins[0]))
  app.use(express.static(join(import.meta.dirname, 'public'), { cacheControl: false }))
  app.use(express.urlencoded({ extended: false, limit: '16kb', parameterLimit: 20 }))
  app.use((req, _res, next) => {
    req.body ??= {}
    next()
  })
  app.use(
    session({
      name: 'portal_session',
      secret: sessionSecret,
      store: sessionStore,
      resave: false,
      saveUninitialized: false,
      // `secure: true` where the site is served by https. This one is on loopback.
      cookie: { httpOnly: true, sameSite: 'lax', secure: false },
    }),
  )
  app.use(showFlash)
  app.use(recognize(portal))

  registerRoutes(app, portal)
  const signIn = signInRoutes(app, portal)
  recoverRoutes(app, portal, signIn)
  const stepUp = stepUpRoutes(app, portal)
  securityRoutes(app, portal, stepUp)
  twoFactorRoutes(app, portal, stepUp)
  authenticatorRoutes(app, portal, stepUp)
  passkeyRoutes(app, portal, stepUp)
  phoneRoutes(app, portal, stepUp)
  passwordRoutes(app, portal, stepUp)
  trustedRoutes(app, portal, stepUp)
  historyRoutes(app, portal)
  mailboxRoutes(app, portal)

  app.use((_req, res) => res.status(404).render('message', { title: 'There is no such page', text: '' }))
  app.use(lastResort)
  return app
}

/** The error goes to the log. The page does not show it. */
const lastResort: ErrorRequestHandler = (error: unknown, req, res, _next) => {
  const status = (error as { status?: unknown }).status
  const isTheirs = typeof status === 'number' && status >= 400 && status < 500
  if (!isTheirs) console.error(`${req.method} ${req.path}:`, error)
  const title = isTheirs ? 'That request was not understood' : 'Something went wrong on our side'
  res.status(isTheirs ? status : 500).render('message', { title, text: 'Nothing was changed. Please try again.' })
}
