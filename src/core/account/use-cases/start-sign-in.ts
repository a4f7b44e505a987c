import { limits } from '../../limits.ts'
import { graceStart, requirement } from '../../policy/index.ts'
import type { TokenPayloads } from '../../token/index.ts'
import { hasFactor, liveFactors } from '../code-check.ts'
import type { Aal, Amr, Factor, Primary } from '../factor.ts'
import { amrOf } from '../factor.ts'
import { addSession, grantOf, knownDeviceOf, newId, newSession, rememberDevice } from '../session.ts'
import type { AccountState } from '../state.ts'
import { originOf, waitUntil } from '../throttle.ts'
import type { Client, Context, Decision, UseCase } from '../use-case.ts'
import { decided, ready } from '../use-case.ts'

export interface StartSignIn {
  readonly account: string
  readonly primary: Primary
  readonly client: Client
}

export interface GrantedResult {
  readonly status: 'granted'
  readonly grant: TokenPayloads['grant']
  readonly deviceId: string
  readonly aal: Aal
  readonly amr: readonly Amr[]
  /** In the place of the backup code that was used, where the settings ask for it; shown once. */
  readonly replacementCode?: string
}

export type StartSignInResult =
  | GrantedResult
  | {
      readonly status: 'challenge'
      readonly challenge: TokenPayloads['challenge']
      readonly factors: readonly Factor[]
      readonly preferred: Factor
      readonly triesLeft: number
      readonly retryAt: number | null
    }
  | {
      readonly status: 'enroll'
      readonly grant: TokenPayloads['grant']
      readonly needs: readonly ['totp']
      /** ms since epoch */
      readonly until: number
    }
  | { readonly status: 'refused'; readonly reason: 'factors-off' }

/** The host vouches for the primary authentication; whatever it was, a factor is asked if there is one. */
export const startSignIn: UseCase<StartSignIn, StartSignInResult> = {
  plan: () => ready,
  decide(state, command, context) {
    // The clock of a policy's grace starts here, with or without a factor: removing one buys no time [ROL-7].
    const question = graceQuestion(state, context)
    const asked = { ...state, requiredAt: graceStart(question) }
    return hasFactor(state)
      ? challenge(asked, command, context)
      : admit(asked, command, context, requirement(question) === 'enroll-now')
  },
}

function graceQuestion(state: AccountState, { settings, now }: Context): Parameters<typeof requirement>[0] {
  const account = { hasFactor: hasFactor(state), graceStartedAt: state.requiredAt }
  return { policy: settings.policy, account, now }
}

function challenge(
  state: AccountState,
  { account, primary, client }: StartSignIn,
  context: Context,
): Decision<StartSignInResult> {
  const { now, settings } = context
  const knownDevice = knownDeviceOf(state, client)
  const factors = liveFactors(state)
  const payload: TokenPayloads['challenge'] = {
    account,
    id: newId(context.entropy, 'challenge'),
    epoch: state.epoch,
    expiresAt: now + settings.challengeMs,
    primary,
    primaryAt: now,
  }
  const [preferred] = factors
  return decided<StartSignInResult>(
    state,
    preferred === undefined
      ? { status: 'refused', reason: 'factors-off' }
      : {
          status: 'challenge',
          challenge: payload,
          factors,
          preferred,
          triesLeft: settings.challengeTries,
          retryAt: waitUntil(state.throttle, originOf(client, knownDevice?.id ?? null), now),
        },
    {
      events: [
        {
          type: 'mfa_challenge',
          values: { primary, challenge: payload.id, factors, knownDevice: knownDevice !== null },
        },
      ],
    },
  )
}

function admit(
  state: AccountState,
  { account, primary, client }: StartSignIn,
  context: Context,
  mustEnroll: boolean,
): Decision<StartSignInResult> {
  const { now } = context
  const session = { primary, primaryAt: now, factor: null, aal: 1, amr: amrOf(primary, null) } as const

  if (mustEnroll) {
    const limited = newSession(context, client, { ...session, kind: 'enroll', deviceId: null })
    const entered = addSession(state, limited)
    const until = now + limits.enrollGrantMs
    return decided<StartSignInResult>(
      entered,
      { status: 'enroll', grant: grantOf(account, entered, limited), needs: ['totp'], until },
      { events: [{ type: 'mfa_required', values: { primary, until } }] },
    )
  }

  const known = knownDeviceOf(state, client) !== null
  const remembered = rememberDevice(state, client, context)
  const full = newSession(context, client, { ...session, kind: 'full', deviceId: remembered.deviceId })
  const entered = addSession(remembered.state, full)
  return decided<StartSignInResult>(
    entered,
    {
      status: 'granted',
      grant: grantOf(account, entered, full),
      deviceId: remembered.deviceId,
      aal: full.aal,
      amr: full.amr,
    },
    {
      events: [
        {
          type: 'authn_login_success',
          values: { primary, aal: 1, amr: full.amr, knownDevice: known, failures: state.throttle.failures },
        },
      ],
    },
  )
}
