import { limits } from '../../limits.ts'
import type { AssertionResponse, UserVerification } from '../../passkeys/index.ts'
import { judgeAssertion } from '../../passkeys/judge-assertion.ts'
import type { DraftEvent } from '../../events/catalogue.ts'
import type { TokenPayloads } from '../../token/index.ts'
import type { PasskeyMatch } from '../guessing/verdict.ts'
import type { AssertionTask, TaskResult } from '../record/tasks.ts'
import { assertionFacts, resultOf } from '../record/tasks.ts'
import { isForgotten, referenceTo, remembered } from '../sessions/session.ts'
import type { AccountState, Passkey, SpentCeremony } from '../record/state.ts'
import type { Context } from '../record/step.ts'

export type Ceremony = TokenPayloads['ceremony']

/** What a browser is asked to do with an authenticator. */
export type CeremonyPurpose = 'register' | 'sign-in' | 'passwordless' | 'step-up'

/** Why an answer is not looked at: the challenge is over, was answered, or was for something else [PKR-2, PKA-12]. */
export function ceremonyFault(
  state: AccountState,
  ceremony: Ceremony,
  asked: { readonly purpose: CeremonyPurpose; readonly request: string },
  { now }: Context,
): 'purpose' | 'epoch' | 'expired' | 'used' | null {
  if (ceremony.purpose !== asked.purpose || ceremony.request !== asked.request) return 'purpose'
  if (ceremony.purpose !== 'passwordless' && ceremony.epoch !== state.epoch) return 'epoch'
  if (ceremony.expiresAt <= now) return 'expired'
  if (isForgotten(ceremony.expiresAt, state.forgotten.ceremonies, limits.ceremonyMs, now)) return 'expired'
  return state.spentCeremonies.some((spent) => spent.id === ceremony.id) ? 'used' : null
}

/** No room is left for one more that was answered right. */
export function isFullOfCeremonies(state: AccountState, now: number): boolean {
  return state.spentCeremonies.filter((spent) => spent.right && spent.expiresAt > now).length >= limits.spentCeremonies
}

/**
 * An answered challenge is spent, right or wrong. One that was answered wrong may be forgotten early, the oldest first:
 * whoever fills the list with wrong answers must not keep out the owner.
 */
export function spendCeremony(state: AccountState, ceremony: Ceremony, right: boolean, { now }: Context): AccountState {
  const { id, expiresAt } = ceremony
  const spent: SpentCeremony = { id, expiresAt, right, passwordless: ceremony.purpose === 'passwordless' }
  const { kept: others, forgotten } = remembered(
    state.spentCeremonies.filter((other) => other.id !== id),
    { forgotten: state.forgotten.ceremonies, room: limits.spentCeremonies - 1, now },
  )
  while (others.length >= limits.spentCeremonies) {
    const victim = others.findIndex((other) => !other.right)
    if (victim < 0) break
    others.splice(victim, 1)
  }
  return {
    ...state,
    spentCeremonies: others.length < limits.spentCeremonies ? [...others, spent] : others,
    forgotten: { ...state.forgotten, ceremonies: forgotten },
  }
}

export interface AssertionQuestion {
  readonly ceremony: Ceremony
  readonly response: AssertionResponse
  /** `required`: the passkey stands for more than possession. */
  readonly userVerification: UserVerification
  /** Another factor was shown in the same sign-in. */
  readonly otherFactor: boolean
}

export type AssertionCheck =
  | { readonly status: 'need'; readonly proofs: readonly AssertionTask[] }
  | PasskeyMatch
  | {
      readonly status: 'wrong'
      readonly reason: 'unknown-credential' | 'user-handle' | 'unverified' | AssertionFault
      /** The passkey that was presented, if the account has it. */
      readonly passkey: Passkey | null
      readonly events: readonly DraftEvent[]
    }

type AssertionFault = Extract<ReturnType<typeof judgeAssertion>, { ok: false }>['reason']

/** Whether a passkey of the account answered the challenge, and as what it counts. */
export function checkAssertion(
  state: AccountState,
  question: AssertionQuestion,
  { now, settings }: Context,
  evidence: readonly TaskResult[],
): AssertionCheck {
  const { ceremony, response } = question
  const passkey = state.passkey.credentials.find(({ id }) => id === response.id) ?? null
  const wrong = (
    reason: Extract<AssertionCheck, { status: 'wrong' }>['reason'],
    events: readonly DraftEvent[] = [],
  ): AssertionCheck => ({ status: 'wrong', reason, passkey, events })
  if (passkey === null) return wrong('unknown-credential')
  if (response.userHandle !== null && response.userHandle !== state.passkey.handle) return wrong('user-handle')

  const proof: AssertionTask = {
    kind: 'webauthn-assertion',
    challenge: ceremony.id,
    publicKey: passkey.publicKey,
    response,
  }
  const value = resultOf(evidence, proof)
  if (value === undefined) return { status: 'need', proofs: [proof] }
  const facts = assertionFacts(value)
  if (facts === null || settings.passkeys === null) return wrong('unverified')

  const { counterRegression, synced } = settings.passkeys
  const { userVerification, otherFactor } = question
  const verdict = judgeAssertion({ stored: passkey, facts, userVerification, otherFactor, counterRegression, synced })
  const regressed = verdict.ok ? verdict.counterRegressed : verdict.reason === 'counter'
  const authenticator = referenceTo(passkey.id)
  const values = { authenticator, stored: passkey.counter, given: facts.counter, refused: !verdict.ok }
  const events: readonly DraftEvent[] = regressed ? [{ type: 'passkey_counter', values }] : []
  if (!verdict.ok) return wrong(verdict.reason, events)
  return {
    status: 'matched',
    factor: 'passkey',
    passkey: { ...passkey, ...verdict.next, lastUsedAt: now },
    verified: verdict.verified,
    events,
  }
}
