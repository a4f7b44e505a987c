import type { DraftEvent } from '../../events/catalogue.ts'
import type { AssertionResponse, UserVerification } from '../../passkeys/index.ts'
import { judgeAssertion } from '../../passkeys/judge-assertion.ts'
import type { Context } from '../record/context.ts'
import { referenceTo } from '../record/ids.ts'
import type { AccountState } from '../record/state.ts'
import type { AssertionTask, TaskResults } from '../record/tasks.ts'
import { resultOf } from '../record/tasks.ts'
import type { Ceremony } from './ceremony.ts'
import type { PasskeyMatch } from './state.ts'

export interface AssertionQuestion {
  readonly ceremony: Ceremony
  readonly response: AssertionResponse
  /** `required`: the passkey must show more than possession. */
  readonly userVerification: UserVerification
  /** Another factor was shown in the same sign-in. */
  readonly otherFactor: boolean
}

export type AssertionCheck =
  { readonly status: 'need'; readonly tasks: readonly AssertionTask[] } | PasskeyMatch | WrongAssertion

export interface WrongAssertion {
  readonly status: 'wrong'
  readonly reason: 'unknown-credential' | 'user-handle' | 'unverified' | AssertionFault
  readonly events: readonly DraftEvent[]
}

type AssertionFault = Extract<ReturnType<typeof judgeAssertion>, { ok: false }>['reason']

/** Checks whether a passkey of the account signed the challenge, and what that shows. */
export function checkAssertion(
  state: AccountState,
  question: AssertionQuestion,
  { now, settings }: Context,
  results: TaskResults,
): AssertionCheck {
  const { ceremony, response } = question
  const { credentials, handle } = state.passkey
  const passkey = credentials.find(({ id }) => id === response.id)
  if (passkey === undefined) return wrong('unknown-credential')
  if (response.userHandle !== null && response.userHandle !== handle) return wrong('user-handle')

  const { publicKey } = passkey
  const task: AssertionTask = { kind: 'webauthn-assertion', challenge: ceremony.id, publicKey, response }
  const facts = resultOf(results, task)
  if (facts === undefined) return { status: 'need', tasks: [task] }
  if (facts === null || settings.passkeys === null) return wrong('unverified')

  const { counterRegression, synced } = settings.passkeys
  const { userVerification, otherFactor } = question
  const verdict = judgeAssertion({ stored: passkey, facts, userVerification, otherFactor, counterRegression, synced })
  const isRegressed = verdict.ok ? verdict.counterRegressed : verdict.reason === 'counter'
  const counters = { stored: passkey.counter, given: facts.counter, refused: !verdict.ok }
  const values = { authenticator: referenceTo(passkey.id), ...counters }
  const events: readonly DraftEvent[] = isRegressed ? [{ type: 'passkey_counter', values }] : []
  if (!verdict.ok) return wrong(verdict.reason, events)
  return {
    status: 'matched',
    factor: 'passkey',
    passkey: { ...passkey, ...verdict.next, lastUsedAt: now },
    verified: verdict.verified,
    events,
  }
}

function wrong(reason: WrongAssertion['reason'], events: readonly DraftEvent[] = []): WrongAssertion {
  return { status: 'wrong', reason, events }
}
