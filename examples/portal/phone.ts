import type { Express, Request, Response } from 'express'
import type { Portal } from './portal.ts'
import { back, changed, client, text } from './portal.ts'
import { settingUp } from './sign-in.ts'
import type { StepUpPages } from './step-up.ts'
import { finishSetUp } from './two-factor.ts'
import { isAboutNumber, isAboutSending, refusal } from './words.ts'

/** A telephone number for codes by SMS. The first code proves it. */
export function phoneRoutes(app: Express, { nl }: Portal, { sensitive, refused }: StepUpPages): void {
  async function showForm(req: Request, res: Response, told: object = {}): Promise<void> {
    const r = await nl.sms.get({ grant: req.session.nl })
    res.render('phone', { more: r.ok && r.number !== null, required: res.locals.mustEnroll, ...told })
  }

  app.get('/security/phone', settingUp, (req, res) => showForm(req, res))

  sensitive('/security/phone', async (req, res) => {
    const { nl: grant, proof } = req.session
    const number = text(req.body.number)
    const switching = req.body.switching === '1'
    const r = await nl.sms.enroll({ grant, proof, number, switching, client: client(req) })
    if (r.ok) {
      delete req.session.proof
      req.session.sms = r
      return res.redirect('/security/phone/code')
    }
    const again = isAboutNumber(r.reason) || isAboutSending(r.reason)
    if (!again) return refused(req, res, r)
    await showForm(req, res, { number, ...r })
  })

  app.get('/security/phone/code', settingUp, (req, res) => {
    const { sms } = req.session
    if (!sms) return res.redirect('/security/phone')
    res.render('phone-code', { sms, required: res.locals.mustEnroll })
  })

  app.post('/security/phone/code', settingUp, async (req, res) => {
    const r = await nl.sms.confirm({ grant: req.session.nl, code: req.body.code, client: client(req) })
    if (r.ok) {
      delete req.session.sms
      return finishSetUp(req, res, { confirmed: r, told: 'The number is confirmed.' })
    }
    if (r.reason === 'wrong' || r.reason === 'malformed' || r.reason === 'expired') {
      return res.render('phone-code', { ...r, sms: req.session.sms, required: res.locals.mustEnroll })
    }
    if (r.reason === 'no-enrollment' || r.reason === 'too-many-tries') {
      return back(req, res, 'bad', refusal(r.reason), '/security/phone')
    }
    refused(req, res, r)
  })

  app.post('/security/phone/resend', settingUp, async (req, res) => {
    const r = await nl.sms.resend({ grant: req.session.nl, client: client(req) })
    const { to = '' } = req.session.sms ?? {}
    if (r.ok) req.session.sms = r
    else if (r.reason === 'no-enrollment') return back(req, res, 'bad', refusal(r.reason), '/security/phone')
    else if (r.reason === 'signed-out' || r.reason === 'busy') return refused(req, res, r)
    else req.session.sms = { ...r, status: 'refused', reason: r.reason, to }
    res.redirect('/security/phone/code')
  })

  sensitive('/security/phone/remove', async (req, res) => {
    const { nl: grant, proof } = req.session
    const r = await nl.sms.remove({ grant, proof, client: client(req) })
    if (!r.ok) return refused(req, res, r)
    changed(req, r.grant)
    const off = 'It was the last factor: two-factor authentication is off.'
    back(req, res, 'good', `The number is removed. ${r.twoFactor === 'off' ? off : ''}`)
  })
}
