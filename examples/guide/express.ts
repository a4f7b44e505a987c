// The application of `express-before.ts` with nightlatch.
import { csrfSync } from 'csrf-sync'
import type { NextFunction, Request, Response } from 'express'
import express from 'express'
import session from 'express-session'
import type { ClientInfo, SignInOutcome } from 'nightlatch'
import { qrSvg } from 'nightlatch/qr'
import { nl } from './nightlatch.ts'
import type { Content } from './pages.ts'
import { forms, page } from './pages.ts'
import { passwordMatches, users } from './users.ts'

declare module 'express-session' {
  interface SessionData {
    grant: string | null
    challenge: string
    proof: string
  }
}

const { csrfSynchronisedProtection, generateToken } = csrfSync({ getTokenFromRequest: (req) => req.body?.token })
const secure = process.env.NODE_ENV === 'production'
const app = express()
app.use(express.urlencoded({ extended: false }))
app.use(
  session({
    secret: process.env.SESSION_SECRET ?? '',
    resave: false,
    saveUninitialized: false,
    cookie: { httpOnly: true, sameSite: 'lax', secure },
  }),
)
app.use(csrfSynchronisedProtection)

function show(req: Request, res: Response, title: string, content: Content): void {
  res.set('cache-control', 'no-store').send(page(title, { ...content, token: generateToken(req) }))
}

const client = (req: Request): ClientInfo => ({
  ip: req.ip,
  userAgent: req.get('user-agent'),
  cookies: req.get('cookie'),
})

function answer(req: Request, res: Response, outcome: SignInOutcome): void {
  if (outcome.status === 'refused') {
    return show(req, res.status(outcome.httpStatus), 'Log in', { notes: [outcome.reason], forms: [forms.login] })
  }
  if (outcome.status === 'challenge') {
    req.session.challenge = outcome.challenge
    return show(req, res, 'Your code', { notes: [outcome.reason], forms: [forms.code] })
  }
  if (outcome.setCookie) res.append('set-cookie', outcome.setCookie)
  req.session.regenerate(() => {
    req.session.grant = outcome.grant
    res.redirect(outcome.status === 'enroll' ? '/security/totp' : '/')
  })
}

app.get('/login', (req, res) => show(req, res, 'Log in', { forms: [forms.login] }))

app.post('/login', async (req, res) => {
  const { email, password } = req.body
  const user = await users.byEmail(email)
  const right = await passwordMatches(user, password)
  if (!user || !right) {
    return answer(req, res, await nl.signIn.failed({ name: email, accountId: user?.id, client: client(req) }))
  }
  answer(req, res, await nl.signIn.start({ name: email, accountId: user.id, primary: 'password', client: client(req) }))
})

app.post('/code', async (req, res) => {
  const { challenge } = req.session
  answer(req, res, await nl.signIn.verify({ challenge, code: req.body.code, client: client(req) }))
})

async function signedIn(req: Request, res: Response, next: NextFunction): Promise<void> {
  const check = await nl.sessions.check({ grant: req.session.grant, client: client(req) })
  if (!check.ok) return res.redirect(check.reason === 'enroll' ? '/security/totp' : '/login')
  if (check.grant) req.session.grant = check.grant
  if (check.setCookie) res.append('set-cookie', check.setCookie)
  res.locals.accountId = check.accountId
  next()
}

app.get('/', signedIn, (req, res) => show(req, res, `Hello ${res.locals.accountId}`, { forms: [forms.logout] }))

app.post('/logout', async (req, res) => {
  await nl.sessions.signOut({ grant: req.session.grant, client: client(req) })
  req.session.destroy(() => res.redirect('/login'))
})

function refuse(req: Request, res: Response, reason: string): void {
  if (reason === 'signed-out' || reason === 'reauthenticate') return res.redirect('/login')
  const form = reason === 'step-up' ? forms.stepUp : forms.newApp
  show(req, res.status(403), 'Security', { notes: [reason], forms: [form] })
}

app.get('/security/totp', (req, res) => show(req, res, 'New app', { forms: [forms.newApp] }))

app.post('/security/totp', async (req, res) => {
  const { grant, proof } = req.session
  const started = await nl.totp.enroll({ grant, proof, label: req.body.label, client: client(req) })
  if (!started.ok) return refuse(req, res, started.reason)
  show(req, res, 'Scan', { notes: [started.key], picture: await qrSvg(started.uri), forms: [forms.confirmApp] })
})

app.post('/security/totp/confirm', async (req, res) => {
  const confirmed = await nl.totp.confirm({ grant: req.session.grant, code: req.body.code, client: client(req) })
  if (confirmed.ok) {
    req.session.grant = confirmed.grant // this ended every other session
    if (confirmed.setCookie) res.append('set-cookie', confirmed.setCookie)
    return show(req, res, 'Backup codes', { notes: confirmed.backupCodes ?? [] })
  }
  if (confirmed.reason === 'signed-out') return refuse(req, res, confirmed.reason)
  show(req, res.status(400), 'Scan', { notes: [confirmed.reason], forms: [forms.confirmApp] })
})

app.post('/security/step-up', async (req, res) => {
  const { grant } = req.session
  const up = await nl.stepUp.verify({ grant, purpose: 'factors', code: req.body.code, client: client(req) })
  if (!up.ok) return show(req, res.status(403), 'Your code', { notes: [up.reason], forms: [forms.stepUp] })
  req.session.proof = up.proof
  res.redirect('/security')
})

app.get('/security', signedIn, async (req, res) => {
  const { grant } = req.session
  const [apps, codes, logins] = await Promise.all([
    nl.totp.list({ grant }),
    nl.backupCodes.status({ grant }),
    nl.history.logins({ grant }),
  ])
  const notes = [
    ...(apps.ok ? apps.authenticators.map(({ label }) => `App: ${label}`) : []),
    codes.ok && `Backup codes left: ${codes.left}`,
    ...(logins.ok ? logins.logins.map(({ at, status }) => `${new Date(at).toISOString()} ${status}`) : []),
  ]
  show(req, res, 'Security', { notes, forms: [forms.newApp, forms.newCodes, forms.off, forms.logout] })
})

app.post('/security/backup-codes', async (req, res) => {
  const { grant, proof } = req.session
  const made = await nl.backupCodes.regenerate({ grant, proof, client: client(req) })
  if (!made.ok) return refuse(req, res, made.reason)
  req.session.grant = made.grant
  show(req, res, 'Backup codes', { notes: made.codes })
})

app.post('/security/off', async (req, res) => {
  const { grant } = req.session
  const off = await nl.accounts.turnOffTwoFactor({ grant, code: req.body.code, client: client(req) })
  if (!off.ok) return refuse(req, res, off.reason)
  req.session.grant = off.grant
  res.redirect('/security')
})

const server = app.listen(Number(process.env.PORT ?? 3000), 'localhost', () => console.log(server.address()))
