import type { Express } from 'express'
import { qrSvg } from 'nightlatch/qr'
import type { Portal } from './portal.ts'
import { back, changed, client, text } from './portal.ts'
import { settingUp, signedIn } from './sign-in.ts'
import type { StepUpPages } from './step-up.ts'
import { finishSetUp } from './two-factor.ts'

/** Authenticator apps: set-up in three steps, names, clocks that are off. */
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
    if (r.ok) return finishSetUp(req, res, { nl, confirmed: r, told: 'The device is added.' })
    // The key was shown once and is not shown again: a new try with the same key, or a new key.
    if (r.reason === 'wrong' || r.reason === 'malformed') return res.render('confirm', r)
    refused(req, res, r)
  })

  app.post('/security/devices/rename', signedIn, async (req, res) => {
    const { device, label } = req.body
    const r = await nl.totp.rename({
      grant: req.session.nl,
      authenticator: device,
      label: text(label),
      client: client(req),
    })
    if (!r.ok) return refused(req, res, r)
    back(req, res, 'good', 'The device has its new name.')
  })

  sensitive('/security/devices/remove', async (req, res) => {
    const { nl: grant, proof } = req.session
    const r = await nl.totp.remove({ grant, proof, authenticator: req.body.device, client: client(req) })
    if (!r.ok) return refused(req, res, r)
    changed(req, r.grant)
    const off = 'It was the last factor: two-factor authentication is off.'
    back(req, res, 'good', `The device is removed. ${r.twoFactor === 'off' ? off : ''}`)
  })

  app.get('/security/devices/resynchronize/:device', signedIn, async (req, res) => {
    const r = await nl.totp.list({ grant: req.session.nl })
    const device = r.ok ? r.authenticators.find(({ id }) => id === req.params.device) : undefined
    if (!device) return res.redirect('/security')
    res.render('resynchronize', { device })
  })

  sensitive('/security/devices/resynchronize', async (req, res) => {
    const { nl: grant, proof } = req.session
    const { device, first, second } = req.body
    const r = await nl.totp.resynchronize({
      grant,
      proof,
      authenticator: device,
      codes: [first, second],
      client: client(req),
    })
    if (!r.ok) return refused(req, res, r)
    delete req.session.proof
    back(req, res, 'good', `The device is in step again: its clock was off by ${Math.abs(r.drift) * 30} seconds.`)
  })
}
