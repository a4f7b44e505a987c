import type { Express, Request, Response } from 'express'
import { takeCeremony } from './ceremony.ts'
import type { Portal } from './portal.ts'
import { back, changed, client, text } from './portal.ts'
import { settingUp, signedIn } from './sign-in.ts'
import type { StepUpPages } from './step-up.ts'
import { finishSetUp } from './two-factor.ts'

/**
 * Whether the grant is good only for this set-up: the first factor where one is required, or a new passkey in a
 * recovery.
 */
function enteredFor(req: Request, res: Response): { readonly required: boolean; readonly recovering: boolean } {
  const required = res.locals.mustEnroll ?? false
  return { required, recovering: required && req.session.needs?.length === 1 }
}

/** Passkeys: add, rename, remove, and let only them open the account. */
export function passkeyRoutes(app: Express, { nl }: Portal, { sensitive, refused }: StepUpPages): void {
  app.get('/security/passkeys/new', settingUp, async (req, res) => {
    const r = await nl.passkeys.list({ grant: req.session.nl })
    const more = r.ok && r.passkeys.length > 0
    res.render('passkey', { more, ...enteredFor(req, res) })
  })

  sensitive('/security/passkeys', async (req, res) => {
    const { nl: grant, proof } = req.session
    const { label, switching } = req.body
    const asked = { grant, proof, label: text(label), switching: switching === '1' }
    const r = await nl.passkeys.register({ ...asked, client: client(req) })
    if (!r.ok) return refused(req, res, r)
    delete req.session.proof
    req.session.ceremony = r.ceremony
    res.render('passkey-create', { options: JSON.stringify(r.options) })
  })

  app.post('/security/passkeys/confirm', settingUp, async (req, res) => {
    const { nl: grant } = req.session
    const { response } = req.body
    const r = await nl.passkeys.confirm({ grant, ceremony: takeCeremony(req), response, client: client(req) })
    if (r.ok) return finishSetUp(req, res, { confirmed: r, told: 'The passkey is added.' })
    if (!res.locals.mustEnroll || r.reason === 'signed-out') {
      return refused(req, res, r.reason === 'wrong' ? { ...r, reason: 'wrong-passkey' } : r)
    }
    const reason = r.reason === 'wrong' ? 'wrong-passkey' : r.reason
    res.render('passkey', { reason, ...enteredFor(req, res) })
  })

  app.post('/security/passkeys/rename', signedIn, async (req, res) => {
    const { passkey, label } = req.body
    const r = await nl.passkeys.rename({ grant: req.session.nl, passkey, label: text(label), client: client(req) })
    if (!r.ok) return refused(req, res, r)
    back(req, res, 'good', 'The passkey has its new name.')
  })

  sensitive('/security/passkeys/remove', async (req, res) => {
    const { nl: grant, proof } = req.session
    const r = await nl.passkeys.remove({ grant, proof, passkey: req.body.passkey, client: client(req) })
    if (!r.ok) return refused(req, res, r)
    changed(req, r.grant)
    const off = 'It was the last factor: two-factor authentication is off.'
    back(req, res, 'good', `The passkey is removed. ${r.twoFactor === 'off' ? off : ''}`)
  })

  sensitive('/security/passkeys/only', async (req, res) => {
    const { nl: grant, proof } = req.session
    const r = await nl.passkeys.setOnly({ grant, proof, on: true, client: client(req) })
    if (!r.ok) return refused(req, res, r)
    changed(req, r.grant)
    back(req, res, 'good', 'Only passkeys open this account now. The password and the codes no longer work.')
  })

  sensitive(
    '/security/passkeys/not-only',
    async (req, res) => {
      const { nl: grant, proof } = req.session
      const r = await nl.passkeys.setOnly({ grant, proof, on: false, client: client(req) })
      if (!r.ok) return refused(req, res, r)
      changed(req, r.grant)
      back(req, res, 'good', 'The password opens this account again, together with a second factor.')
    },
    // Only a passkey proves this, even if the account has other factors.
    'passkey-only',
  )
}
