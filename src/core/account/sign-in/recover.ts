import type { HostPrimary } from '../../factor.ts'
import type { BackupCodeMatch } from '../backup-codes/state.ts'
import { canRecover } from '../backup-codes/state.ts'
import type { CodeMatch } from '../factors/factor-types.ts'
import { checkRecoveryCode } from '../guessing/check-code.ts'
import { refill } from '../guessing/refill.ts'
import { sourceOf } from '../guessing/source.ts'
import { questionOf, waitFacts } from '../guessing/typed-code.ts'
import { chargeUsed } from '../guessing/used-code.ts'
import { chargeFailure, creditSuccess } from '../guessing/verdict.ts'
import type { Client, Context } from '../record/context.ts'
import type { AccountState } from '../record/state.ts'
import type { Step, UseCase } from '../record/step.ts'
import { commit, done, need } from '../record/step.ts'
import type { MustEnrollResult } from './must-enroll.ts'
import { openEnrollSession } from './must-enroll.ts'

export interface RecoverSignIn {
  readonly account: string
  readonly primary: HostPrimary
  readonly code: string
  readonly client: Client
}

export type RecoverSignInResult =
  | MustEnrollResult<'passkey'>
  /** For every cause the answer reads like that for a wrong password. */
  | { readonly status: 'refused'; readonly reason: 'wrong-credentials' }

const refused: RecoverSignInResult = { status: 'refused', reason: 'wrong-credentials' }

/**
 * Recovers a passkey-only account whose passkeys are lost. The primary authentication and a backup code together let
 * the owner register a new passkey, and do nothing else.
 */
export const recoverSignIn: UseCase<RecoverSignIn, RecoverSignInResult> = (state, command, context, results) => {
  const { code, client, primary } = command
  const { now, settings } = context
  const { set } = state['backup-code']
  // If no passkey can be registered, no code is spent. A code that is weaker recovers nothing [BC-3].
  const isPossible = settings.methods.includes('passkey') && set !== null && canRecover(set)
  if (!state.passkey.only || !isPossible) {
    const values = { flow: 'recover', reason: state.passkey.only ? 'factors-off' : 'not-passkey-only' } as const
    return done(refused, [{ type: 'sequence_fail', values }])
  }
  const request = { purpose: 'login', id: '' } as const
  const source = sourceOf(state, client)
  const check = checkRecoveryCode(state, questionOf({ code, factor: null }, { request, source }, context), results)
  if (check.status === 'need') return need(check.tasks)
  if (check.status === 'wait') return done(refused, waitFacts('recover'))
  if (check.status === 'matched') return accept(state, command, check, context)
  const attempt = { flow: 'recover', source, client, now, primary } as const
  const charged =
    check.status === 'wrong'
      ? chargeFailure(state, { ...attempt, ...check })
      : check.status === 'used'
        ? chargeUsed(state, { ...attempt, used: check })
        : null
  return charged === null ? done(refused) : commit(charged.state, refused, charged)
}

function accept(
  state: AccountState,
  { account, primary, client }: RecoverSignIn,
  match: CodeMatch | BackupCodeMatch,
  context: Context,
): Step<RecoverSignInResult> {
  const source = sourceOf(state, client)
  const accepted = creditSuccess(state, { match, source, client, now: context.now, entry: null })
  const entry = { account, client, needs: ['passkey'], primary, factor: 'backup-code' } as const
  // Password and backup code together prove the owner.
  const { state: opened, outcome } = openEnrollSession(refill(accepted.state), entry, context)
  const values = { primary, until: outcome.until }
  return commit(opened, outcome, {
    events: [{ type: 'mfa_recover', values }, ...accepted.events],
    messages: accepted.messages,
  })
}
