import type { Express } from 'express'
import { backupCodeSheet } from 'nightlatch/backup-codes'
import { qrSvg } from 'nightlatch/qr'
import { appName } from './nightlatch.ts'
import type { Portal } from './portal.ts'
import { back, client, text } from './portal.ts'
import { signedIn } from './sign-in.ts'
import type { StepUpPages } from './step-up.ts'
import { day } from './words.ts'

/** Setting up, changing and switching off the second factor. */
export function twoFactorRoutes(app: Express, portal: Portal, { sensitive, refused }: StepUpPages): void {
  const { nl, require2fa } = portal

  // Not behind `signedIn`: where policy asks for a factor, a grant good only for enrolling comes here.
  app.get('/security/totp', async (req, res) => {
    if (!req.session.nl || !(res.locals.user || require2fa)) return res.redirect('/login')
    const r = await nl.totp.list({ grant: req.session.nl })
    res.render('totp', { more: r.ok && r.devices.length > 0, required: !r.ok })
  })

  sensitive('/security/totp', async (req, res) => {
    const { nl: grant, proof } = req.session
    const r = await nl.totp.enroll({ grant, proof, label: text(req.body.label), client: client(req) })
    if (!r.ok) return refused(req, res, r)
    delete req.session.proof
    res.render('scan', { ...r, qr: await qrSvg(r.uri, { title: 'QR code for your authenticator app' }) })
  })

  app.post('/security/totp/confirm', async (req, res) => {
    const r = await nl.totp.confirm({ grant: req.session.nl, code: req.body.code, client: client(req) })
    if (r.ok) {
      if (r.grant) req.session.nl = r.grant
      if (r.deviceToken) res.cookie('nl_device', r.deviceToken, nl.cookie)
      if (!r.backupCodes) return back(req, res, 'good', 'The device is added.')
      req.session.codesUnsaved = true
      return res.render('codes', { codes: r.backupCodes, first: true })
    }
    // The key was shown once and is not shown again: a new try with the same key, or a new key.
    if (r.reason === 'wrong' || r.reason === 'malformed') return res.render('confirm', r)
    refused(req, res, r)
  })

  app.post('/security/devices/rename', signedIn, async (req, res) => {
    const { device, label } = req.body
    const r = await nl.totp.rename({ grant: req.session.nl, device, label: text(label), client: client(req) })
    if (!r.ok) return refused(req, res, r)
    back(req, res, 'good', 'The device has its new name.')
  })

  sensitive('/security/devices/remove', async (req, res) => {
    const { nl: grant, proof } = req.session
    const r = await nl.totp.remove({ grant, proof, device: req.body.device, client: client(req) })
    if (!r.ok) return refused(req, res, r)
    delete req.session.proof
    if (r.grant) req.session.nl = r.grant
    const off = 'It was the last one: two-factor authentication is off.'
    back(req, res, 'good', `The device is removed. ${r.twoFactor === 'off' ? off : ''}`)
  })

  app.get('/security/devices/resynchronize/:device', signedIn, async (req, res) => {
    const r = await nl.totp.list({ grant: req.session.nl })
    const device = r.ok ? r.devices.find(({ id }) => id === req.params.device) : undefined
    if (!device) return res.redirect('/security')
    res.render('resynchronize', { device })
  })

  sensitive('/security/devices/resynchronize', async (req, res) => {
    const { nl: grant, proof } = req.session
    const { device, first, second } = req.body
    const r = await nl.totp.resynchronize({ grant, proof, device, codes: [first, second], client: client(req) })
    if (!r.ok) return refused(req, res, r)
    delete req.session.proof
    back(req, res, 'good', `The device is in step again: its clock was off by ${Math.abs(r.drift) * 30} seconds.`)
  })

  sensitive('/security/backup-codes', async (req, res) => {
    const { nl: grant, proof } = req.session
    const r = await nl.backupCodes.regenerate({ grant, proof, client: client(req) })
    if (!r.ok) return refused(req, res, r)
    delete req.session.proof
    if (r.grant) req.session.nl = r.grant
    req.session.codesUnsaved = true
    res.render('codes', { codes: r.codes, first: false })
  })

  /** The page sends back the codes that it shows: the server has only their digests by now. */
  app.post('/security/backup-codes/sheet', signedIn, (req, res) => {
    const codes = text(req.body.codes).split(' ').slice(0, 20)
    const account = res.locals.user?.email ?? ''
    res.attachment('backup-codes.txt').type('text/plain')
    res.send(backupCodeSheet({ appName, account, codes, createdAt: day(Date.now()) }))
  })

  app.post('/security/backup-codes/saved', signedIn, (req, res) => {
    delete req.session.codesUnsaved
    back(req, res, 'good', 'Good. Your backup codes are ready for the day you need one.')
  })

  app.get('/security/turn-off', signedIn, (_req, res) => res.render('turn-off'))

  app.post('/security/turn-off', signedIn, async (req, res) => {
    const r = await nl.accounts.turnOffTwoFactor({ grant: req.session.nl, code: req.body.code, client: client(req) })
    if (!r.ok) {
      if (r.reason === 'wrong' || r.reason === 'wait' || r.reason === 'malformed') return res.render('turn-off', r)
      return refused(req, res, r)
    }
    if (r.grant) req.session.nl = r.grant
    delete req.session.codesUnsaved
    back(req, res, 'good', 'Two-factor authentication is off. Your password alone opens this account now.')
  })
}
