import type { Express } from 'express'
import { qrSvg } from 'nightlatch/qr'
import type { Portal } from './portal.ts'
import { back, changed, client, text } from './portal.ts'
import { settingUp, signedIn } from './sign-in.ts'
import type { StepUpPages } from './step-up.ts'
import { finishSetUp } from './two-factor.ts'

/** Authenticator apps: add in three steps, rename, remove, resynchronize. */
export function authenticatorRoutes(app: Express, { nl }: Portal, { sensitive, refused }: StepUpPages): void {
  app.get('/security/totp', settingUp, async (req, res) => {
    const r = await nl.totp.list({ grant: req.session.nl })
    res.render('totp', { more: r.ok && r.authenticators.length > 0, required: res.locals.mustEnroll })
  })

  sensitive('/security/totp', async (req, res) => {
    const { nl: grant, proof } = req.session
    const { label, switching } = req.body
    const asked = { grant, proof, label: text(label), switching: switching === '1' }
    const r = await nl.totp.enroll({ ...asked, client: client(req) })
    if (!r.ok) return refused(req, res, r)
    delete req.session.proof
    const factors = await nl.accounts.factors({ grant })
    const first = !factors.ok || factors.enrolled.length === 0
    res.render('scan', { ...r, first, qr: await qrSvg(r.uri, { title: 'QR code for your authenticator app' }) })
  })

  app.post('/security/totp/confirm', settingUp, async (req, res) => {
    const r = await nl.totp.confirm({ grant: req.session.nl, code: req.body.code, client: client(req) })
    if (r.ok) return finishSetUp(req, res, { confirmed: r, told: 'The app is added.' })
    // No page shows the key again: the person tries another code of the same key, or starts again with a new key.
    if (r.reason === 'wrong' || r.reason === 'malformed') return res.render('confirm', r)
    refused(req, res, r)
  })

  app.post('/security/authenticators/rename', signedIn, async (req, res) => {
    const { authenticator, label } = req.body
    const r = await nl.totp.rename({ grant: req.session.nl, authenticator, label: text(label), client: client(req) })
    if (!r.ok) return refused(req, res, r)
    back(req, res, 'good', 'The app has its new name.')
  })

  sensitive('/security/authenticators/remove', async (req, res) => {
    const { nl: grant, proof } = req.session
    const { authenticator } = req.body
    const r = await nl.totp.remove({ grant, proof, authenticator, client: client(req) })
    if (!r.ok) return refused(req, res, r)
    changed(req, r.grant)
    const off = 'It was the last factor: two-factor authentication is off.'
    back(req, res, 'good', `The app is removed. ${r.twoFactor === 'off' ? off : ''}`)
  })

  app.get('/security/authenticators/resynchronize/:authenticator', signedIn, async (req, res) => {
    const r = await nl.totp.list({ grant: req.session.nl })
    const authenticator = r.ok ? r.authenticators.find(({ id }) => id === req.params.authenticator) : undefined
    if (!authenticator) return res.redirect('/security')
    res.render('resynchronize', { authenticator })
  })

  sensitive('/security/authenticators/resynchronize', async (req, res) => {
    const { nl: grant, proof } = req.session
    const { authenticator, first, second } = req.body
    const r = await nl.totp.resynchronize({ grant, proof, authenticator, codes: [first, second], client: client(req) })
    if (!r.ok) return refused(req, res, r)
    delete req.session.proof
    const off = Math.abs(r.drift) * 30
    back(req, res, 'good', `The codes of the app are accepted again. Its clock is off by ${off} seconds.`)
  })
}
