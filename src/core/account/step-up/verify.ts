import type { AssertionResponse } from '../../passkeys/index.ts'
import type { TokenPayloads } from '../../token/index.ts'
import type { AssertionCheck, Ceremony } from '../passkeys/ceremony.ts'
import { ceremonyFault, checkAssertion, isFullOfCeremonies, spendCeremony } from '../passkeys/ceremony.ts'
import type { CodeCheck } from '../guessing/check-code.ts'
import type { CodeRefusal, TypedCode } from '../guessing/typed-code.ts'
import { askCode, sourceAt, refuseCode, unevaluated, waitFacts } from '../guessing/typed-code.ts'
import type { FactorMatch } from '../guessing/verdict.ts'
import { creditSuccess, failedFactor } from '../guessing/verdict.ts'
import type { TaskResult } from '../record/tasks.ts'
import { hasFactor } from '../factors/live-factors.ts'
import type { Authorization, StepUpPurpose } from '../sessions/session.ts'
import { authorize, newId, referenceTo } from '../sessions/session.ts'
import type { AccountState } from '../record/state.ts'
import type { Client, Context, Decision, UseCase } from '../record/step.ts'
import { decided, done, ready } from '../record/step.ts'

type Granted = Extract<Authorization, { kind: 'grant' }>

export interface VerifyStepUp extends TypedCode {
  readonly auth: Granted
  readonly purpose: StepUpPurpose
}

interface Proven {
  readonly ok: true
  readonly proof: TokenPayloads['proof']
}

export type VerifyStepUpResult =
  | Proven
  | { readonly ok: false; readonly reason: 'signed-out' | 'not-on' | 'passkey-needed'; readonly retryAt: null }
  | CodeRefusal

/** A code gives a short-lived proof, good once, for this session and purpose. */
export const verifyStepUp: UseCase<VerifyStepUp, VerifyStepUpResult> = {
  plan(state, command, context, evidence) {
    const authorized = authorize(state, command.auth, context.now)
    if (!authorized.ok) return done({ ...authorized, retryAt: null })
    if (!hasFactor(state)) return done({ ok: false, reason: 'not-on', retryAt: null })
    // What is asked for follows from the purpose, never from what the client would rather show [LIF-9].
    if (command.purpose === 'passkey-only' || state.passkey.only) {
      return done({ ok: false, reason: 'passkey-needed', retryAt: null })
    }
    const check = ask(state, command, context, evidence)
    if (check.status === 'need') return { step: 'need', tasks: check.proofs }
    const refusal = unevaluated(check)
    return refusal === null ? ready : done(refusal, waitFacts(refusal, 'step-up'))
  },

  decide(state, command, context, evidence) {
    const { auth, client, purpose } = command
    const check = ask(state, command, context, evidence)
    if (check.status === 'matched') return prove(state, { auth, client, purpose }, check, context)
    const failed = check.status === 'wrong' ? check : { compared: [], reason: 'wrong' as const }
    const refused = refuseCode(state, client, context.now, { ...failed, flow: 'step-up' })
    return decided<VerifyStepUpResult>(refused.state, refused.refusal, refused)
  },
}

export interface VerifyStepUpPasskey {
  readonly auth: Granted
  readonly purpose: StepUpPurpose
  readonly ceremony: Ceremony
  readonly response: AssertionResponse
  readonly client: Client
}

export type VerifyStepUpPasskeyResult =
  Proven | { readonly ok: false; readonly reason: 'signed-out' | 'ceremony-ended' | 'wrong' | 'busy' }

/** A passkey gives the same proof. It must verify its user if it ever did. */
export const verifyStepUpPasskey: UseCase<VerifyStepUpPasskey, VerifyStepUpPasskeyResult> = {
  plan(state, command, context, evidence) {
    const { auth, ceremony } = command
    const authorized = authorize(state, auth, context.now)
    if (!authorized.ok) return done(authorized)
    const fault = ceremonyFault(state, ceremony, { purpose: 'step-up', request: auth.grant.session }, context)
    if (fault !== null) {
      const values = { flow: 'step-up', reason: `ceremony-${fault}` }
      return done({ ok: false, reason: 'ceremony-ended' }, [{ type: 'sequence_fail', values }])
    }
    if (isFullOfCeremonies(state, context.now)) return done({ ok: false, reason: 'busy' })
    const check = asserted(state, command, context, evidence)
    return check.status === 'need' ? { step: 'need', tasks: check.proofs } : ready
  },

  decide(state, command, context, evidence) {
    const { auth, client, purpose, ceremony, response } = command
    const check = asserted(state, command, context, evidence)
    if (check.status === 'matched') {
      const spent = spendCeremony(state, ceremony, true, context)
      return prove<VerifyStepUpPasskeyResult>(spent, { auth, client, purpose }, check, context)
    }
    const wrong = check.status === 'wrong' ? check : null
    const failed = failedFactor({
      flow: 'step-up',
      source: sourceAt(state, client),
      compared: ['passkey'],
      reason: wrong?.reason ?? 'unverified',
      authenticator: referenceTo(response.id),
    })
    return decided<VerifyStepUpPasskeyResult>(
      spendCeremony(state, ceremony, false, context),
      { ok: false, reason: 'wrong' },
      { events: [failed, ...(wrong?.events ?? [])] },
    )
  },
}

function ask(state: AccountState, command: VerifyStepUp, context: Context, evidence: readonly TaskResult[]): CodeCheck {
  return askCode(state, command, { purpose: 'step-up', id: command.auth.grant.session }, context, evidence)
}

function asserted(
  state: AccountState,
  { ceremony, response }: VerifyStepUpPasskey,
  context: Context,
  evidence: readonly TaskResult[],
): AssertionCheck {
  const passkey = state.passkey.credentials.find(({ id }) => id === response.id)
  const userVerification = passkey?.uvInitialized === true ? 'required' : 'preferred'
  return checkAssertion(state, { ceremony, response, userVerification, otherFactor: false }, context, evidence)
}

function prove<R>(
  state: AccountState,
  asked: { readonly auth: Granted; readonly client: Client; readonly purpose: StepUpPurpose },
  match: FactorMatch,
  { now, settings, entropy }: Context,
): Decision<R | Proven> {
  const { auth, client, purpose } = asked
  const source = sourceAt(state, client)
  const credited = creditSuccess(state, { flow: 'step-up', source, client, now, match, entry: null })
  const { factor } = match
  const proof: TokenPayloads['proof'] = {
    account: auth.grant.account,
    id: newId(entropy, 'proof'),
    session: auth.grant.session,
    epoch: state.epoch,
    expiresAt: now + settings.proofMs,
    purpose,
    factor,
  }
  return decided<R | Proven>(
    credited.state,
    { ok: true, proof },
    {
      events: [{ type: 'stepup_success', values: { purpose, factor } }, ...credited.events],
      messages: credited.messages,
    },
  )
}
