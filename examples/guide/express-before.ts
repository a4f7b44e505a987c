// An application for Express 5 that has a login, before nightlatch is added. `express.ts` is the same one with it.
import { csrfSync } from 'csrf-sync'
import type { NextFunction, Request, Response } from 'express'
import express from 'express'
import session from 'express-session'
import type { Content } from './pages.ts'
import { forms, page } from './pages.ts'
import { passwordMatches, users } from './users.ts'

declare module 'express-session' {
  interface SessionData {
    user: string
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

app.get('/login', (req, res) => show(req, res, 'Log in', { forms: [forms.login] }))

app.post('/login', async (req, res) => {
  const { email, password } = req.body
  const user = await users.byEmail(email)
  const right = await passwordMatches(user, password)
  if (!user || !right) {
    return show(req, res.status(401), 'Log in', { notes: ['wrong-credentials'], forms: [forms.login] })
  }
  req.session.regenerate(() => {
    req.session.user = user.id
    res.redirect('/')
  })
})

function signedIn(req: Request, res: Response, next: NextFunction): void {
  if (!req.session.user) return res.redirect('/login')
  res.locals.accountId = req.session.user
  next()
}

app.get('/', signedIn, (req, res) => show(req, res, `Hello ${res.locals.accountId}`, { forms: [forms.logout] }))

app.post('/logout', (req, res) => {
  req.session.destroy(() => res.redirect('/login'))
})

const server = app.listen(Number(process.env.PORT ?? 3000), 'localhost', () => console.log(server.address()))
