// An application for Hono that has a login, before nightlatch is added. `hono.ts` is the same one with it.
import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import { csrf } from 'hono/csrf'
import { createMiddleware } from 'hono/factory'
import type { Sessions } from './hono-session.ts'
import { sessions } from './hono-session.ts'
import { forms, page } from './pages.ts'
import { passwordMatches, users } from './users.ts'

type Site = Sessions<{ user: string }> & { Variables: { accountId: string } }

const app = new Hono<Site>()
app.use(csrf())
app.use(sessions({ secure: process.env.NODE_ENV === 'production' }))
app.use(async (c, next) => {
  c.header('cache-control', 'no-store')
  await next()
})

app.get('/login', (c) => c.html(page('Log in', { forms: [forms.login] })))

app.post('/login', async (c) => {
  const { email, password } = await c.req.parseBody()
  const user = await users.byEmail(email)
  const right = await passwordMatches(user, password)
  if (!user || !right) {
    return c.html(page('Log in', { notes: ['wrong-credentials'], forms: [forms.login] }), 401)
  }
  c.var.renewSession().user = user.id
  return c.redirect('/')
})

const signedIn = createMiddleware<Site>(async (c, next) => {
  if (!c.var.session.user) return c.redirect('/login')
  c.set('accountId', c.var.session.user)
  return next()
})

app.get('/', signedIn, (c) => c.html(page(`Hello ${c.var.accountId}`, { forms: [forms.logout] })))

app.post('/logout', async (c) => {
  c.var.renewSession()
  return c.redirect('/login')
})

serve({ fetch: app.fetch, hostname: 'localhost', port: Number(process.env.PORT ?? 3000) }, console.log)
