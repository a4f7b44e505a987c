import type { Express } from 'express'
import type { Portal } from './portal.ts'
import { back, client } from './portal.ts'
import { signedIn } from './sign-in.ts'
import type { StepUpPages } from './step-up.ts'

/** The browsers that are asked for no code at sign-in. */
export function trustedRoutes(app: Express, { nl }: Portal, { refused }: StepUpPages): void {
  app.post('/security/trusted/revoke', signedIn, async (req, res) => {
    const { device } = req.body
    const r = await nl.trustedDevices.revoke({ grant: req.session.nl, device, client: client(req) })
    if (!r.ok) return refused(req, res, r)
    back(req, res, 'good', 'That browser is asked for a code again.')
  })

  app.post('/security/trusted/revoke-all', signedIn, async (req, res) => {
    const r = await nl.trustedDevices.revokeAll({ grant: req.session.nl, client: client(req) })
    if (!r.ok) return refused(req, res, r)
    back(req, res, 'good', 'Every browser is asked for a code again.')
  })
}
