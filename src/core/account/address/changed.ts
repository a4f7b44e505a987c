import { isMailAddress, isSameMailbox, maskMailAddress } from '../../mail-address.ts'
import { hasFactor } from '../factors/live-factors.ts'
import type { Client } from '../record/context.ts'
import { addressAndBrowser, notice } from '../record/messages.ts'
import type { UseCase } from '../record/step.ts'
import { commit, done } from '../record/step.ts'
import type { Authorization, SensitiveRefusal } from '../sessions/authorization.ts'
import { authorize, authorizeChange, spendProof } from '../sessions/authorization.ts'

export interface ChangeAddress {
  readonly auth: Authorization
  /** As the host or a form gives them. */
  readonly before: string
  readonly after: string
  readonly client: Client
}

export type ChangeAddressResult =
  { readonly ok: true } | { readonly ok: false; readonly reason: SensitiveRefusal | 'malformed' | 'unchanged' }

/**
 * The host changed the mail address of an account. The old address is told too: if a thief changed it, nobody else gets
 * to know. It is part of the commit, because the host may have forgotten it when the mail is sent [NOT-6].
 */
export const changeAddress: UseCase<ChangeAddress, ChangeAddressResult> = (state, command, { now }) => {
  const { auth, before, after, client } = command
  // Without a factor there is nothing to prove with.
  const authorized = hasFactor(state) ? authorizeChange(state, auth, 'factors', now) : authorize(state, auth, now)
  if (!authorized.ok) return done(authorized)
  if (!isMailAddress(before) || !isMailAddress(after)) return done({ ok: false, reason: 'malformed' })
  if (isSameMailbox(before, after)) return done({ ok: false, reason: 'unchanged' })
  const masked = { before: maskMailAddress(before), after: maskMailAddress(after) }
  const happened = { ...masked, at: now, ...addressAndBrowser(client) }
  return commit(
    spendProof(state, auth, now),
    { ok: true },
    {
      events: [{ type: 'user_updated', values: { attribute: 'mail', ...masked } }],
      messages: [
        notice({ template: 'address-replaced', ...happened }, now, [before]),
        notice({ template: 'address-changed', ...happened }, now),
      ],
    },
  )
}
