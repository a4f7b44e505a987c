import { limits } from '../../limits.ts'
import type { TokenPayloads } from '../../token/index.ts'
import type { CodeCheck } from '../guessing/check-code.ts'
import { checkRecoveryCode } from '../guessing/check-code.ts'
import { sourceAt } from '../guessing/typed-code.ts'
import { chargeFailure, creditSuccess } from '../guessing/verdict.ts'
import type { TaskResult } from '../record/tasks.ts'
import type { HostPrimary } from '../../factor.ts'
import { primaryLevel } from '../../factor.ts'
import { addSession, grantOf, newSession } from '../sessions/session.ts'
import type { AccountState } from '../record/state.ts'
import type { Client, Context, UseCase } from '../record/step.ts'
import { decided, done, ready } from '../record/step.ts'

export interface RecoverSignIn {
  readonly account: string
  readonly primary: HostPrimary
  readonly code: string
  readonly client: Client
}

export type RecoverSignInResult =
  | {
      readonly status: 'enroll'
      readonly grant: TokenPayloads['grant']
      readonly needs: readonly ['passkey']
      /** ms since epoch */
      readonly until: number
    }
  /** Whatever was wrong, or has to wait: outside it reads like a wrong password. */
  | { readonly status: 'refused'; readonly reason: 'wrong-credentials' }

const refused: RecoverSignInResult = { status: 'refused', reason: 'wrong-credentials' }

/**
 * For an account that only passkeys open, when they are lost: the primary authentication and a backup code together let
 * its owner in to register a new passkey, and to do nothing else.
 */
export const recoverSignIn: UseCase<RecoverSignIn, RecoverSignInResult> = {
  plan(state, command, context, evidence) {
    // Where no passkey can be registered, a code would be spent for nothing.
    const possible = context.settings.methods.includes('passkey') && state['backup-code'].failures < limits.hardStop
    if (!state.passkey.only || !possible) {
      const values = { flow: 'recover', reason: state.passkey.only ? 'factors-off' : 'not-passkey-only' }
      return done(refused, [{ type: 'sequence_fail', values }])
    }
    const check = ask(state, command, context, evidence)
    if (check.status === 'need') return { step: 'need', tasks: check.proofs }
    if (check.status === 'wait') {
      return done(refused, [{ type: 'excess_rate_limit_exceeded', values: { flow: 'recover', sampled: 1 } }])
    }
    return check.status === 'wrong' || check.status === 'matched' ? ready : done(refused)
  },

  decide(state, command, context, evidence) {
    const { account, primary, client } = command
    const { now } = context
    const source = sourceAt(state, client)
    const attempt = { flow: 'recover', source, client, now } as const
    const check = ask(state, command, context, evidence)
    if (check.status !== 'matched') {
      const failed = check.status === 'wrong' ? check : { compared: [], reason: 'wrong' as const }
      const charged = chargeFailure(state, { ...attempt, ...failed })
      return decided<RecoverSignInResult>(charged.state, refused, charged)
    }
    const credited = creditSuccess(state, { ...attempt, match: check, entry: null })
    const limited = newSession(context, client, {
      kind: 'enroll',
      needs: ['passkey'],
      primary,
      primaryAt: now,
      factor: 'backup-code',
      ...primaryLevel(primary),
      deviceId: null,
    })
    const entered = addSession(credited.state, limited)
    const until = now + limits.enrollGrantMs
    return decided<RecoverSignInResult>(
      entered,
      { status: 'enroll', grant: grantOf(account, entered, limited), needs: ['passkey'], until },
      {
        events: [{ type: 'mfa_recover', values: { primary, until } }, ...credited.events],
        messages: credited.messages,
      },
    )
  },
}

function ask(
  state: AccountState,
  { code, client }: RecoverSignIn,
  { now, settings }: Context,
  evidence: readonly TaskResult[],
): CodeCheck {
  const request = { purpose: 'login', id: '' } as const
  const question = { code, factor: null, request, source: sourceAt(state, client), now, settings }
  return checkRecoveryCode(state, question, evidence)
}
