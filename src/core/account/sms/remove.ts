import { dropMethod, finishRemoval, removalFault } from '../factors/removal.ts'
import type { Authorization } from '../sessions/session.ts'
import { authorizeChange } from '../sessions/session.ts'
import type { Client, UseCase } from '../record/step.ts'
import { done, ready } from '../record/step.ts'
import type { RemoveResult } from '../totp/remove.ts'

export interface RemoveSms {
  readonly auth: Authorization
  readonly client: Client
}

export const removeSms: UseCase<RemoveSms, RemoveResult> = {
  plan(state, { auth }, context) {
    const authorized = authorizeChange(state, auth, 'factors', context.now)
    if (!authorized.ok) return done(authorized)
    if (state.sms.number === null) return done({ ok: false, reason: 'not-found' })
    const fault = removalFault(dropMethod(state, 'sms'), context)
    return fault === null ? ready : done({ ok: false, reason: fault })
  },
  decide(state, command, context) {
    const { id: authenticator = '', masked: label = '' } = state.sms.number ?? {}
    return finishRemoval<RemoveResult>(
      dropMethod(state, 'sms'),
      { method: 'sms', authenticator, label },
      command,
      context,
    )
  },
}
