import type { DraftEvent } from '../../events/catalogue.ts'
import type { Aal, Amr } from '../../factor.ts'
import type { TokenPayloads } from '../../token/index.ts'
import { endRow } from '../guessing/throttle.ts'
import type { Advice } from '../password/advice.ts'
import { adviceFor } from '../password/advice.ts'
import type { Client, Context } from '../record/context.ts'
import { addressAndBrowser, notice } from '../record/messages.ts'
import type { AccountState, Session } from '../record/state.ts'
import type { Change, Step } from '../record/step.ts'
import { commit } from '../record/step.ts'
import type { Trusted } from '../sessions/device-trust.ts'
import { trustDevice } from '../sessions/device-trust.ts'
import { grantOf } from '../sessions/epoch.ts'
import { knownDeviceOf, rememberDevice } from '../sessions/known-devices.ts'
import { addSession, newSession } from '../sessions/session.ts'

/** A completed sign-in. */
export interface GrantedResult {
  readonly status: 'granted'
  readonly grant: TokenPayloads['grant']
  readonly deviceId: string
  /** The text for the device's token. Null if the device is not trusted. */
  readonly trust: string | null
  readonly aal: Aal
  readonly amr: readonly Amr[]
  /** No factor was needed, because the device is trusted. */
  readonly trusted: boolean
  /** The code that replaces the used backup code, if the settings ask for it. It is shown once. */
  readonly replacementCode?: string
  readonly advice: readonly Advice[]
}

export interface CompletedSignIn {
  readonly account: string
  readonly client: Client
  readonly session: Pick<Session, 'primary' | 'primaryAt' | 'factor' | 'aal' | 'amr'>
  /** Failures before this sign-in. */
  readonly failures: number
  readonly challenge?: string
  /** The name of the authenticator that was shown, in the history. */
  readonly authenticator?: string
  /** The owner asks for this browser to be trusted. */
  readonly trust: boolean
  /** Gives trust that was used a new text. */
  readonly rotated?: (state: AccountState) => Trusted
  readonly replacementCode?: string
  /** The events and messages of accepting the factor. */
  readonly accepted?: Pick<Change, 'events' | 'messages'>
}

/** Completes a sign-in: with a session, a known device and an event. */
export function completeSignIn(state: AccountState, signIn: CompletedSignIn, context: Context): Step<GrantedResult> {
  const { account, client, replacementCode, accepted } = signIn
  const remembered = rememberDevice(state, client, context)
  const { deviceId } = remembered
  const rotated = signIn.rotated?.(remembered.state) ?? null
  const trust = rotated ?? (signIn.trust ? trustDevice(remembered.state, deviceId, context) : null)
  const trusted = rotated !== null
  const session = newSession(context, client, { ...signIn.session, kind: 'full', deviceId, trusted })
  // A device that is only trusted has shown nothing that a thief could not have copied.
  const ended = trusted ? state.throttle : { ...endRow(state.throttle), failures: 0 }
  const entered = addSession({ ...(trust?.state ?? remembered.state), throttle: ended }, session, context)
  const outcome: GrantedResult = {
    status: 'granted',
    grant: grantOf(account, entered, session),
    deviceId,
    trust: trust?.secret ?? null,
    aal: session.aal,
    amr: session.amr,
    trusted,
    advice: adviceFor(entered, session),
    ...(replacementCode === undefined ? {} : { replacementCode }),
  }
  const isTrustNew = trust !== null && !trusted
  const told = { template: 'device-trusted', at: context.now, ...addressAndBrowser(client) } as const
  const success = successEvent(signIn, session, knownDeviceOf(state, client) !== null)
  return commit(entered, outcome, {
    events: [success, ...(trust?.events ?? []), ...(accepted?.events ?? [])],
    messages: [...(accepted?.messages ?? []), ...(isTrustNew ? [notice(told, context.now)] : [])],
  })
}

function successEvent(
  { failures, challenge, authenticator }: CompletedSignIn,
  { primary, factor, aal, amr, trusted }: Session,
  knownDevice: boolean,
): DraftEvent {
  return {
    type: 'authn_login_success',
    values: {
      primary,
      ...(challenge === undefined ? {} : { challenge }),
      ...(factor === null ? {} : { factor }),
      ...(authenticator === undefined ? {} : { authenticator }),
      aal,
      amr,
      knownDevice,
      failures,
      ...(trusted ? { trusted } : {}),
    },
  }
}
