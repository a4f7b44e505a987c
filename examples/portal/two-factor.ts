import type { Express, Request, Response } from 'express'
import type { Confirmed, Method } from 'nightlatch'
import { backupCodeSheet } from 'nightlatch/backup-codes'
import { loadLanguage } from 'nightlatch/languages'
import { takeCeremony } from './ceremony.ts'
import { appName } from './nightlatch.ts'
import type { Portal } from './portal.ts'
import { back, changed, client, renew, text } from './portal.ts'
import { settingUp, signedIn } from './sign-in.ts'
import type { StepUpPages } from './step-up.ts'
import { day, methods } from './words.ts'

/** The end of every set-up: the session gets the new grant, and the first factor comes with backup codes. */
export async function finishSetUp(
  req: Request,
  res: Response,
  { confirmed, told }: { readonly confirmed: Confirmed; readonly told: string },
): Promise<void> {
  const { grant, setCookie, backupCodes } = confirmed
  await renew(req)
  if (grant) req.session.nl = grant
  if (setCookie) res.append('set-cookie', setCookie)
  delete req.session.needs
  if (!backupCodes) return back(req, res, 'good', told)
  req.session.codesUnsaved = true
  res.render('codes', { codes: backupCodes, first: true })
}

/** What all factors share: the choice of one, the preferred one, backup codes, and switching off. */
export function twoFactorRoutes(app: Express, portal: Portal, { sensitive, refused }: StepUpPages): void {
  const { nl } = portal

  // If the policy requires a factor, people without one come here after the password.
  app.get('/security/set-up', settingUp, (req, res) => {
    const { needs } = req.session
    if (needs?.length === 1) return res.redirect(methods[needs[0]!].href)
    res.render('set-up', { needs: needs ?? Object.keys(methods), required: res.locals.mustEnroll })
  })

  app.post('/security/prefer', signedIn, async (req, res) => {
    const factor = text(req.body.factor)
    if (!(factor in methods)) return res.redirect('/security')
    const r = await nl.accounts.prefer({ grant: req.session.nl, factor: factor as Method, client: client(req) })
    if (!r.ok) return refused(req, res, r)
    back(req, res, 'good', `From now on you are asked for this first: ${methods[factor as Method].name}.`)
  })

  sensitive('/security/backup-codes', async (req, res) => {
    const { nl: grant, proof } = req.session
    const r = await nl.backupCodes.regenerate({ grant, proof, client: client(req) })
    if (!r.ok) return refused(req, res, r)
    changed(req, r.grant)
    req.session.codesUnsaved = true
    res.render('codes', { codes: r.codes, first: false })
  })

  sensitive('/security/backup-codes/remove', async (req, res) => {
    const { nl: grant, proof } = req.session
    const r = await nl.backupCodes.remove({ grant, proof, client: client(req) })
    if (!r.ok) return refused(req, res, r)
    delete req.session.proof
    delete req.session.codesUnsaved
    if (r.grant) req.session.nl = r.grant
    back(req, res, 'good', 'The backup codes are switched off. You can make new ones at any time.')
  })

  /** The page sends back the codes that it shows: the server has kept only their digests. */
  app.post('/security/backup-codes/sheet', signedIn, async (req, res) => {
    const language = await loadLanguage('en')
    const codes = text(req.body.codes).split(' ').slice(0, 20)
    const account = res.locals.user?.email ?? ''
    res.attachment('backup-codes.txt').type('text/plain')
    res.send(backupCodeSheet({ language, appName, account, codes, createdAt: day(Date.now()) }))
  })

  app.post('/security/backup-codes/saved', signedIn, (req, res) => {
    delete req.session.codesUnsaved
    back(req, res, 'good', 'Good. Keep your backup codes in a safe place.')
  })

  async function showTurnOff(req: Request, res: Response, told: object = {}): Promise<void> {
    const r = await nl.stepUp.start({ grant: req.session.nl, purpose: 'factors' })
    if (!r.ok) return res.redirect('/login')
    const withBackupCode = req.query.with === 'backup-code'
    res.render('turn-off', { ...r, ...told, sms: req.session.sms, withBackupCode })
  }

  async function turnOff(req: Request, res: Response, shown: { proof?: string; code?: unknown }): Promise<void> {
    const r = await nl.accounts.turnOffTwoFactor({ grant: req.session.nl, ...shown, client: client(req) })
    if (!r.ok) {
      const again = ['wrong', 'used', 'wait', 'malformed', 'expired', 'factors-off'].includes(r.reason)
      return again ? showTurnOff(req, res, r) : refused(req, res, r)
    }
    await renew(req)
    if (r.grant) req.session.nl = r.grant
    delete req.session.codesUnsaved
    delete req.session.sms
    back(req, res, 'good', 'Two-factor authentication is off. Your password alone opens this account now.')
  }

  app.get('/security/turn-off', signedIn, (req, res) => showTurnOff(req, res))

  app.post('/security/turn-off', signedIn, (req, res) => turnOff(req, res, { code: req.body.code }))

  // A passkey has no code to type. Its proof replaces the code.
  app.post('/security/turn-off/passkey', signedIn, async (req, res) => {
    const { nl: grant } = req.session
    const asked = { grant, purpose: 'factors', ceremony: takeCeremony(req), response: req.body.response } as const
    const r = await nl.stepUp.verifyPasskey({ ...asked, client: client(req) })
    if (r.ok) {
      req.session.nl = r.grant
      return turnOff(req, res, { proof: r.proof })
    }
    if (r.reason === 'signed-out') return res.redirect('/login')
    await showTurnOff(req, res, r.reason === 'wrong' ? { reason: 'wrong-passkey' } : r)
  })
}
