// The application of `hono-before.ts` with nightlatch.
import { serve } from '@hono/node-server'
import { getConnInfo } from '@hono/node-server/conninfo'
import type { Context } from 'hono'
import { Hono } from 'hono'
import { csrf } from 'hono/csrf'
import { createMiddleware } from 'hono/factory'
import type { ClientInfo, SignInOutcome } from 'nightlatch'
import { qrSvg } from 'nightlatch/qr'
import type { Sessions } from './hono-session.ts'
import { sessions } from './hono-session.ts'
import { nl } from './nightlatch.ts'
import { forms, page } from './pages.ts'
import { passwordMatches, users } from './users.ts'

type Site = Sessions<{ grant: string | null; challenge: string; proof: string }> & { Variables: { accountId: string } }

const app = new Hono<Site>()
app.use(csrf())
app.use(sessions({ secure: process.env.NODE_ENV === 'production' }))
app.use(async (c, next) => {
  c.header('cache-control', 'no-store')
  await next()
})

const client = (c: Context<Site>): ClientInfo => ({
  ip: getConnInfo(c).remote.address,
  userAgent: c.req.header('user-agent'),
  cookies: c.req.header('cookie'),
})

function answer(c: Context<Site>, outcome: SignInOutcome): Response | Promise<Response> {
  if (outcome.status === 'refused') {
    return c.html(page('Log in', { notes: [outcome.reason], forms: [forms.login] }), outcome.httpStatus)
  }
  if (outcome.status === 'challenge') {
    c.var.session.challenge = outcome.challenge
    return c.html(page('Your code', { notes: [outcome.reason], forms: [forms.code] }))
  }
  if (outcome.setCookie) c.header('set-cookie', outcome.setCookie, { append: true })
  c.var.renewSession().grant = outcome.grant
  return c.redirect(outcome.status === 'enroll' ? '/security/totp' : '/')
}

app.get('/login', (c) => c.html(page('Log in', { forms: [forms.login] })))

app.post('/login', async (c) => {
  const { email, password } = await c.req.parseBody()
  const user = await users.byEmail(email)
  const right = await passwordMatches(user, password)
  if (!user || !right) {
    return answer(c, await nl.signIn.failed({ name: email, accountId: user?.id, client: client(c) }))
  }
  return answer(c, await nl.signIn.start({ name: email, accountId: user.id, primary: 'password', client: client(c) }))
})

app.post('/code', async (c) => {
  const { code } = await c.req.parseBody()
  return answer(c, await nl.signIn.verify({ challenge: c.var.session.challenge, code, client: client(c) }))
})

const signedIn = createMiddleware<Site>(async (c, next) => {
  const check = await nl.sessions.check({ grant: c.var.session.grant, client: client(c) })
  if (!check.ok) return c.redirect(check.reason === 'enroll' ? '/security/totp' : '/login')
  if (check.grant) c.var.session.grant = check.grant
  if (check.setCookie) c.header('set-cookie', check.setCookie, { append: true })
  c.set('accountId', check.accountId)
  return next()
})

app.get('/', signedIn, (c) => c.html(page(`Hello ${c.var.accountId}`, { forms: [forms.logout] })))

app.post('/logout', async (c) => {
  await nl.sessions.signOut({ grant: c.var.session.grant, client: client(c) })
  c.var.renewSession()
  return c.redirect('/login')
})

function refuse(c: Context<Site>, reason: string): Response | Promise<Response> {
  if (reason === 'signed-out' || reason === 'reauthenticate') return c.redirect('/login')
  const form = reason === 'step-up' ? forms.stepUp : forms.newApp
  return c.html(page('Security', { notes: [reason], forms: [form] }), 403)
}

app.get('/security/totp', (c) => c.html(page('New app', { forms: [forms.newApp] })))

app.post('/security/totp', async (c) => {
  const { grant, proof } = c.var.session
  const { label } = await c.req.parseBody()
  const started = await nl.totp.enroll({ grant, proof, label: String(label), client: client(c) })
  if (!started.ok) return refuse(c, started.reason)
  const picture = await qrSvg(started.uri)
  return c.html(page('Scan', { notes: [started.key], picture, forms: [forms.confirmApp] }))
})

app.post('/security/totp/confirm', async (c) => {
  const { code } = await c.req.parseBody()
  const confirmed = await nl.totp.confirm({ grant: c.var.session.grant, code, client: client(c) })
  if (confirmed.ok) {
    c.var.session.grant = confirmed.grant // this ended every other session
    if (confirmed.setCookie) c.header('set-cookie', confirmed.setCookie, { append: true })
    return c.html(page('Backup codes', { notes: confirmed.backupCodes ?? [] }))
  }
  if (confirmed.reason === 'signed-out') return refuse(c, confirmed.reason)
  return c.html(page('Scan', { notes: [confirmed.reason], forms: [forms.confirmApp] }), 400)
})

app.post('/security/step-up', async (c) => {
  const { grant } = c.var.session
  const { code } = await c.req.parseBody()
  const up = await nl.stepUp.verify({ grant, purpose: 'factors', code, client: client(c) })
  if (!up.ok) return c.html(page('Your code', { notes: [up.reason], forms: [forms.stepUp] }), 403)
  c.var.session.proof = up.proof
  return c.redirect('/security')
})

app.get('/security', signedIn, async (c) => {
  const { grant } = c.var.session
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
  return c.html(page('Security', { notes, forms: [forms.newApp, forms.newCodes, forms.off, forms.logout] }))
})

app.post('/security/backup-codes', async (c) => {
  const { grant, proof } = c.var.session
  const made = await nl.backupCodes.regenerate({ grant, proof, client: client(c) })
  if (!made.ok) return refuse(c, made.reason)
  c.var.session.grant = made.grant
  return c.html(page('Backup codes', { notes: made.codes }))
})

app.post('/security/off', async (c) => {
  const { code } = await c.req.parseBody()
  const off = await nl.accounts.turnOffTwoFactor({ grant: c.var.session.grant, code, client: client(c) })
  if (!off.ok) return refuse(c, off.reason)
  c.var.session.grant = off.grant
  return c.redirect('/security')
})

serve({ fetch: app.fetch, hostname: 'localhost', port: Number(process.env.PORT ?? 3000) }, console.log)
