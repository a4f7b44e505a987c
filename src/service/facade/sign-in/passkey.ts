import { encodeBase64url } from '../../../core/bytes.ts'
import type { Ceremony } from '../../../core/account/passkeys/ceremony.ts'
import { challengeFault } from '../../../core/account/sign-in/challenge.ts'
import { liveFactors } from '../../../core/account/factors/live-factors.ts'
import { verifyPasskey } from '../../../core/account/sign-in/verify-passkey.ts'
import { limits } from '../../../core/limits.ts'
import type { KnownCredential, RequestOptions, UserVerification } from '../../../core/passkeys/index.ts'
import { readAssertionResponse } from '../../../core/passkeys/responses.ts'
import { requestOptions } from '../../../core/passkeys/ceremony-options.ts'
import { userHandleKey } from '../../../core/passkeys/unique-keys.ts'
import { accountIdOf, isAccountRecord, recordIdOf } from '../../keys/account-id.ts'
import type { ClientInfo } from '../../keys/client.ts'
import type { Kernel } from '../../loop/kernel.ts'
import type { Failure } from '../call/page-call.ts'
import { answered } from './answers.ts'
import type { SignInLimits } from '../../limits/sign-in-limits.ts'
import type { Challenged, Granted, Refused } from './outcome.ts'
import { refused } from './outcome.ts'

/** What a page asks an authenticator with. */
export interface PasskeyRequest {
  readonly ok: true
  /** Keep it in the host's session, and give it back with the answer. */
  readonly ceremony: string
  /** For `navigator.credentials.get`, through `PublicKeyCredential.parseRequestOptionsFromJSON`. */
  readonly options: RequestOptions
}

export interface PasskeySignIn {
  /**
   * What the browser needs to ask for a passkey: with a challenge as its second factor, without one as the whole sign-in,
   * for whoever owns the passkey (with `mediation: 'conditional'` from the autofill of the name's field).
   *
   * @contract effect(storage, with a challenge) · ok|not-configured|no-passkey|challenge-ended · throws NL_STORAGE_FAILED, NL_RECORD_… · WebAuthn L3 §7.2
   */
  passkeyOptions(input?: {
    readonly challenge?: unknown
  }): Promise<PasskeyRequest | Failure<'not-configured' | 'no-passkey' | 'challenge-ended'>>
  /**
   * The answer of an authenticator. With a challenge it is the second factor; alone it must have verified its user, and
   * names the account itself. Each `ceremony` is good for one answer, right or wrong.
   *
   * @contract effect(limiter, storage) · granted|challenge|refused · throws NL_STORAGE_FAILED, NL_STORAGE_UNKNOWN, NL_RECORD_… · WebAuthn L3 §7.2
   */
  verifyPasskey(input: {
    readonly ceremony: unknown
    /** The credential's `toJSON()`, or its JSON text. */
    readonly response: unknown
    readonly challenge?: unknown
    readonly trustDevice?: boolean | undefined
    readonly client?: ClientInfo | undefined
  }): Promise<Granted | Challenged | Refused>
}

export function createPasskeySignIn(kernel: Kernel, admits: SignInLimits): PasskeySignIn {
  return {
    async passkeyOptions(input = {}) {
      if (input.challenge === undefined || input.challenge === null) {
        const ceremony = { account: '', purpose: 'passwordless', request: '', epoch: 0 } as const
        return askFor(kernel, ceremony, { allow: [], userVerification: 'required' })
      }
      const challenge = kernel.open('challenge', input.challenge)
      const record = challenge === null ? null : await kernel.records.load(recordIdOf(challenge.account))
      if (challenge === null || record === null) return { ok: false, reason: 'challenge-ended' }
      const { state } = record
      const context = { now: kernel.now(), settings: kernel.settings }
      if (challengeFault(state, challenge, context) !== null) return { ok: false, reason: 'challenge-ended' }
      if (!liveFactors(state, kernel.settings).includes('passkey')) return { ok: false, reason: 'no-passkey' }
      const { account, id: request } = challenge
      const ceremony = { account, purpose: 'sign-in', request, epoch: state.epoch } as const
      return askFor(kernel, ceremony, { allow: state.passkey.credentials, userVerification: 'preferred' })
    },

    async verifyPasskey(input) {
      const ceremony = kernel.open('ceremony', input.ceremony)
      const alone = input.challenge === undefined || input.challenge === null
      const challenge = alone ? null : kernel.open('challenge', input.challenge)
      const client = kernel.client(input.client, challenge?.account ?? null)
      if (ceremony === null || (!alone && challenge === null)) return refused('challenge-ended')
      if (challenge !== null && ceremony.account !== challenge.account) return refused('challenge-ended')
      const held = await (challenge === null ? admits.passkey(client) : admits.challenge(challenge.account, client))
      if (held !== null) return held
      const response = readAssertionResponse(input.response)
      if (response === null) return refused('wrong-credentials')
      const account = challenge?.account ?? (await ownerOf(kernel, response.userHandle))
      if (account === null) {
        // Nobody's passkey: nothing is evaluated, and the history of no account can have it.
        const values = { flow: 'passkey', reason: 'unowned' }
        await kernel.fact(null, { type: 'sequence_fail', values }, client, { kind: 'stranger' })
        return refused('wrong-credentials')
      }
      const sender = challenge === null ? kernel.client(input.client, account) : client
      const answer = await kernel.run({
        accountId: account,
        useCase: verifyPasskey,
        command: { account, ceremony, response, challenge, client: sender, trust: input.trustDevice === true },
        actor: { kind: 'user' },
        client: sender,
        session: null,
      })
      return answered(kernel, answer, { text: input.challenge, client: sender })
    },
  }
}

/** Makes a challenge for an authenticator, and what the page asks it with. */
export function askFor(
  kernel: Kernel,
  asked: Pick<Ceremony, 'account' | 'purpose' | 'request' | 'epoch'>,
  {
    allow,
    userVerification,
  }: { readonly allow: readonly KnownCredential[]; readonly userVerification: UserVerification },
): PasskeyRequest | Failure<'not-configured'> {
  const { passkeys } = kernel.settings
  if (passkeys === null) return { ok: false, reason: 'not-configured' }
  const id = encodeBase64url(kernel.draw(32))
  const expiresAt = kernel.now() + limits.ceremonyMs
  const { relyingParty } = passkeys
  const known = allow.map(({ id: credential, transports }) => ({ id: credential, transports }))
  return {
    ok: true,
    ceremony: kernel.seal('ceremony', { ...asked, id, expiresAt, label: '', switching: 0 }),
    options: requestOptions({ relyingParty, challenge: id, allow: known, userVerification }),
  }
}

/** The index is a hint: the record itself is asked whether the handle is its own. */
async function ownerOf(kernel: Kernel, handle: string | null): Promise<string | null> {
  const found = handle === null ? null : await kernel.storage.find(userHandleKey(handle))
  return found !== null && isAccountRecord(found) ? accountIdOf(found) : null
}
