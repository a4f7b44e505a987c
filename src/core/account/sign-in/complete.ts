import type { DraftEvent } from '../../events/catalogue.ts'
import type { Aal, Amr } from '../../factor.ts'
import type { TokenPayloads } from '../../token/index.ts'
import type { Client, Context } from '../record/context.ts'
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
  /** For the device's token; null if the device is not trusted. */
  readonly trust: string | null
  readonly aal: Aal
  readonly amr: readonly Amr[]
  /** The factor was skipped: the device is trusted. */
  readonly trusted: boolean
  /** In the place of the backup code that was used, where the settings ask for it; shown once. */
  readonly replacementCode?: string
}

export interface CompletedSignIn {
  readonly account: string
  readonly client: Client
  readonly session: Pick<Session, 'primary' | 'primaryAt' | 'factor' | 'aal' | 'amr'>
  /** Failures before this sign-in. */
  readonly failures: number
  readonly challenge?: string
  /** How the history names the authenticator that was shown. */
  readonly authenticator?: string
  /** The owner asks for this browser to be trusted. */
  readonly trust: boolean
  /** Trust that was used, and gets a new text. */
  readonly rotated?: (state: AccountState) => Trusted
  readonly replacementCode?: string
  /** What accepting the factor wrote. */
  readonly accepted?: Pick<Change, 'events' | 'messages'>
}

/** Lets somebody in: a session, a known device, and the event that says how. */
export function completeSignIn(state: AccountState, signIn: CompletedSignIn, context: Context): Step<GrantedResult> {
  const { account, client, replacementCode, accepted } = signIn
  const remembered = rememberDevice(state, client, context)
  const { deviceId } = remembered
  const rotated = signIn.rotated?.(remembered.state) ?? null
  const trust = rotated ?? (signIn.trust ? trustDevice(remembered.state, deviceId, context) : null)
  const trusted = rotated !== null
  const session = newSession(context, client, { ...signIn.session, kind: 'full', deviceId, trusted })
  const entered = addSession(trust?.state ?? remembered.state, session)
  const outcome: GrantedResult = {
    status: 'granted',
    grant: grantOf(account, entered, session),
    deviceId,
    trust: trust?.secret ?? null,
    aal: session.aal,
    amr: session.amr,
    trusted,
    ...(replacementCode === undefined ? {} : { replacementCode }),
  }
  const success = successEvent(signIn, session, knownDeviceOf(state, client) !== null)
  return commit(entered, outcome, {
    events: [success, ...(trust?.events ?? []), ...(accepted?.events ?? [])],
    messages: accepted?.messages ?? [],
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
