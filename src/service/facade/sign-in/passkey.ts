import { challengeFault } from '../../../core/account/sign-in/challenge.ts'
import { roundOf } from '../../../core/account/sign-in/challenge-entries.ts'
import { liveFactors } from '../../../core/account/factors/live-factors.ts'
import type { VerifyPasskeyResult } from '../../../core/account/sign-in/verify-passkey.ts'
import { verifyPasskey } from '../../../core/account/sign-in/verify-passkey.ts'
import { limits } from '../../../core/limits.ts'
import { readAssertionResponse } from '../../../core/passkeys/responses.ts'
import { userHandleKey } from '../../../core/passkeys/unique-keys.ts'
import type { TokenPayloads } from '../../../core/token/index.ts'
import type { LimiterCharge } from '../../../ports/limiter.ts'
import { accountIdOf, isAccountRecord, recordIdOf } from '../../keys/account-id.ts'
import type { SignInLimits } from '../../limits/sign-in-limits.ts'
import type { Kernel } from '../../loop/kernel.ts'
import type { Answer } from '../../loop/transact.ts'
import { askPasskey } from '../call/ask-passkey.ts'
import { answered } from './answers.ts'
import { refused } from './outcome.ts'
import type { PasskeyCalls } from './sign-in.ts'

export function createPasskeyCalls(kernel: Kernel, signInLimits: SignInLimits): PasskeyCalls {
  return {
    async passkeyOptions(input = {}) {
      if (input.challenge === undefined || input.challenge === null) {
        const ceremony = { account: '', purpose: 'passwordless', request: '', round: 0, epoch: 0 } as const
        return askPasskey(kernel, ceremony, { allow: [], userVerification: 'required' })
      }
      const challenge = kernel.open('challenge', input.challenge)
      const record = challenge === null ? null : await kernel.records.load(recordIdOf(challenge.account))
      if (challenge === null || record === null) return { ok: false, reason: 'challenge-ended' }
      const { state } = record
      const context = { now: kernel.now(), settings: kernel.settings }
      if (challengeFault(state, challenge, context) !== null) return { ok: false, reason: 'challenge-ended' }
      if (!liveFactors(state, kernel.settings).includes('passkey')) return { ok: false, reason: 'no-passkey' }
      const { account, id: request } = challenge
      const round = roundOf(state, challenge)
      const ceremony = { account, purpose: 'sign-in', request, round, epoch: state.epoch } as const
      return askPasskey(kernel, ceremony, { allow: state.passkey.credentials, userVerification: 'preferred' })
    },

    async verifyPasskey(input) {
      const ceremony = kernel.open('ceremony', input.ceremony)
      const alone = input.challenge === undefined || input.challenge === null
      const challenge = alone ? null : kernel.open('challenge', input.challenge)
      const client = kernel.client(input.client, challenge?.account ?? null)
      if (ceremony === null || (!alone && challenge === null)) return refused('challenge-ended')
      if (challenge !== null && ceremony.account !== challenge.account) return refused('challenge-ended')
      const limited = await (challenge === null
        ? signInLimits.passkey(client)
        : signInLimits.challenge(challenge.account, client))
      if (limited !== null) return refused('too-many-attempts', limited.retryAt)
      const response = readAssertionResponse(input.response)
      if (response === null) return refused('wrong-credentials')
      const account = challenge?.account ?? (await ownerOf(kernel, response.userHandle))
      if (account === null) {
        // No account owns this passkey: nothing is evaluated, and no account's history can have a row of it.
        const values = { flow: 'passkey', reason: 'unowned' } as const
        kernel.recordFact(null, { type: 'sequence_fail', values }, client, { kind: 'stranger' })
        return refused('wrong-credentials')
      }
      const sender = challenge === null ? kernel.client(input.client, account) : client
      const once = challenge === null ? [await onceFor(kernel, ceremony)] : []
      if (once.length > 0 && (await kernel.limiting.charge(once, 'passkey')) !== null) return refused('challenge-ended')
      const answer = await kernel.run({
        accountId: account,
        useCase: verifyPasskey,
        command: { account, ceremony, response, challenge, client: sender, trust: input.trustDevice === true },
        actor: { kind: 'user' },
        client: sender,
        session: null,
        token: challenge,
        strong: true,
      })
      if (!isWrong(answer)) kernel.limiting.giveBack(once)
      const outcome = answered(kernel, answer, { text: input.challenge, client: sender })
      if (outcome.status === 'granted' && challenge !== null) signInLimits.completed(challenge)
      return outcome
    },
  }
}

/**
 * A wrong answer of a passkey alone is in no record, so that nobody fills a list with it. The limiter remembers it as
 * long as it can. To try the same ceremony again shows nothing new [PKA-12].
 */
async function onceFor(kernel: Kernel, { id }: TokenPayloads['ceremony']): Promise<LimiterCharge> {
  const hash = await kernel.nameHash()
  return { key: hash('ceremony', id), limit: 1, windowMs: limits.ceremonyMs + limits.clocksApartMs }
}

function isWrong(answer: Answer<VerifyPasskeyResult>): boolean {
  if (answer.status !== 'result' || answer.result.status !== 'refused') return false
  return answer.result.reason === 'wrong-credentials' || answer.result.reason === 'user-verification'
}

/** The index is a hint only: the use case checks that the record has the handle. */
async function ownerOf(kernel: Kernel, handle: string | null): Promise<string | null> {
  const { realm } = kernel.settings
  const found = handle === null ? null : await kernel.storage.find(userHandleKey({ realm, handle }))
  return found !== null && isAccountRecord(found) ? accountIdOf(found) : null
}
