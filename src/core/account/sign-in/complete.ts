import type { DraftEvent } from '../../events/catalogue.ts'
import type { TokenPayloads } from '../../token/index.ts'
import type { Trusted } from '../sessions/device-trust.ts'
import { trustDevice } from '../sessions/device-trust.ts'
import type { Aal, Amr } from '../../factor.ts'
import { addSession, grantOf, knownDeviceOf, newSession, rememberDevice } from '../sessions/session.ts'
import type { AccountState, Session } from '../record/state.ts'
import type { Client, Context, Decision } from '../record/step.ts'
import { decided } from '../record/step.ts'

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
  /** How the history names the device that was shown. */
  readonly authenticator?: string
  /** The owner asks for this browser to be trusted. */
  readonly trust: boolean
  /** Trust that was used, and is rotated. */
  readonly rotated?: (state: AccountState) => Trusted
  readonly replacementCode?: string
  readonly written?: Pick<Decision<unknown>, 'events' | 'messages'>
}

/** Lets somebody in: a session, a known device, and the row of the history that says how. */
export function completeSignIn<R>(
  state: AccountState,
  admission: CompletedSignIn,
  context: Context,
): Decision<R | GrantedResult> {
  const { account, client, failures, challenge, authenticator: device, replacementCode, written } = admission
  const knownDevice = knownDeviceOf(state, client) !== null
  const remembered = rememberDevice(state, client, context)
  const { deviceId } = remembered
  const rotated = admission.rotated?.(remembered.state) ?? null
  const trust = rotated ?? (admission.trust ? trustDevice(remembered.state, deviceId, context) : null)
  const trusted = rotated !== null
  const session = newSession(context, client, { ...admission.session, kind: 'full', deviceId, trusted })
  const entered = addSession(trust?.state ?? remembered.state, session)
  const { primary, factor, aal, amr } = session
  const success: DraftEvent = {
    type: 'authn_login_success',
    values: {
      primary,
      ...(challenge === undefined ? {} : { challenge }),
      ...(factor === null ? {} : { factor }),
      ...(device === undefined ? {} : { authenticator: device }),
      aal,
      amr,
      knownDevice,
      failures,
      ...(trusted ? { trusted } : {}),
    },
  }
  const result: GrantedResult = {
    status: 'granted',
    grant: grantOf(account, entered, session),
    deviceId,
    trust: trust?.secret ?? null,
    aal,
    amr,
    trusted,
    ...(replacementCode === undefined ? {} : { replacementCode }),
  }
  return decided<R | GrantedResult>(entered, result, {
    events: [success, ...(trust?.events ?? []), ...(written?.events ?? [])],
    messages: written?.messages ?? [],
  })
}
