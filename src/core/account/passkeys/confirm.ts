import type { RegistrationFacts, RegistrationResponse } from '../../passkeys/index.ts'
import { credentialKey } from '../../passkeys/unique-keys.ts'
import type { Enrolled } from '../factors/enrollment.ts'
import { finishEnrollment, replacesLost, standsAlone } from '../factors/enrollment.ts'
import type { Client, Context } from '../record/context.ts'
import { referenceTo } from '../record/ids.ts'
import type { AccountState, Session } from '../record/state.ts'
import { withFactor } from '../record/state.ts'
import type { Step, UseCase } from '../record/step.ts'
import { commit, done, need } from '../record/step.ts'
import type { RegistrationTask, TaskResults } from '../record/tasks.ts'
import { resultOf } from '../record/tasks.ts'
import type { Authorization } from '../sessions/authorization.ts'
import { authorize, sessionIdOf } from '../sessions/authorization.ts'
import type { Ceremony } from './ceremony.ts'
import { ceremonyFault } from './ceremony.ts'
import { hasRoom } from './room.ts'
import type { Passkey } from './state.ts'

export interface ConfirmPasskey {
  readonly auth: Authorization
  readonly ceremony: Ceremony
  readonly response: RegistrationResponse
  readonly client: Client
}

export type ConfirmPasskeyResult =
  | Enrolled
  | {
      readonly ok: false
      readonly reason:
        | 'signed-out'
        | 'no-enrollment'
        | 'deactivate-first'
        | 'too-many-passkeys'
        | 'already-registered'
        | 'synced'
        | 'wrong'
    }

/** Step 2 verifies what the authenticator made. The passkey belongs to this account only [PKR-12]. */
export const confirmPasskey: UseCase<ConfirmPasskey, ConfirmPasskeyResult> = (state, command, context, results) => {
  const { auth, ceremony, response } = command
  const authorized = authorize(state, auth, context.now, 'passkey')
  if (!authorized.ok) return done(authorized)
  const { session } = authorized
  const refusal = refusalBefore(state, command, session, context)
  if (refusal !== null) return refusal

  const task: RegistrationTask = { kind: 'webauthn-registration', challenge: ceremony.id, response }
  const facts = resultOf(results, task)
  if (facts === undefined) return need([task])
  const dropped = passkeysToDrop(state, session)
  const length = facts === null ? 0 : facts.id.length + facts.publicKey.length
  if (facts !== null && dropped.length === 0 && !hasRoom(state, length)) {
    return done({ ok: false, reason: 'too-many-passkeys' })
  }
  if (facts === null || facts.id !== response.id) return refuse(state, command, 'wrong')
  if (facts.backupEligible && context.settings.passkeys?.synced === 'refuse') {
    return refuse(state, command, 'synced')
  }
  return register(state, { command, facts, dropped, session }, context, results)
}

/** Why the answer is not checked. */
function refusalBefore(
  state: AccountState,
  { auth, ceremony, response }: ConfirmPasskey,
  session: Session | null,
  context: Context,
): Step<ConfirmPasskeyResult> | null {
  const { settings, keyTaken } = context
  const { round } = state.passkey
  const asked = { purpose: 'register', request: sessionIdOf(auth) ?? '', round } as const
  const fault = ceremonyFault(state, ceremony, asked, context)
  if (fault !== null) {
    const values = { flow: 'passkey-registration', reason: `ceremony-${fault}` } as const
    return done({ ok: false, reason: 'no-enrollment' }, [{ type: 'sequence_fail', values }])
  }
  if (!settings.methods.includes('passkey')) return done({ ok: false, reason: 'no-enrollment' })
  const isAllowed = ceremony.switching === 1 || standsAlone(state, 'passkey', settings) || replacesLost(session)
  if (!isAllowed) return done({ ok: false, reason: 'deactivate-first' })
  // An account has no passkey twice, and none that belongs to another account.
  const isKnown = keyTaken || state.passkey.credentials.some(({ id }) => id === response.id)
  return isKnown ? done({ ok: false, reason: 'already-registered' }) : null
}

function register(
  state: AccountState,
  made: {
    readonly command: ConfirmPasskey
    readonly facts: RegistrationFacts
    readonly dropped: readonly Passkey[]
    readonly session: Session | null
  },
  context: Context,
  results: TaskResults,
): Step<ConfirmPasskeyResult> {
  const { command, facts, dropped, session } = made
  const { ceremony } = command
  const { realm } = context.settings
  const kept = state.passkey.credentials.filter((one) => !dropped.includes(one))
  const credentials = [...kept, passkeyOf(facts, command, context.now)]
  return finishEnrollment(
    {
      method: 'passkey',
      authenticator: referenceTo(facts.id),
      label: ceremony.label,
      before: state,
      // The commit raises the epoch, which ends the ceremony.
      after: withFactor(state, 'passkey', { credentials }),
      session,
      switching: ceremony.switching === 1,
      traits: { synced: facts.backupEligible, verified: facts.userVerified },
      claim: [credentialKey({ realm, id: facts.id })],
      release: dropped.map(({ id }) => credentialKey({ realm, id })),
    },
    command,
    context,
    results,
  )
}

function passkeyOf(facts: RegistrationFacts, { ceremony, response }: ConfirmPasskey, now: number): Passkey {
  const { id, publicKey, algorithm, counter, transports, backupEligible, backedUp, userVerified, aaguid } = facts
  return {
    id,
    label: ceremony.label,
    publicKey,
    algorithm,
    counter,
    transports,
    backupEligible,
    backedUp,
    uvInitialized: userVerified,
    discoverable: response.discoverable,
    aaguid,
    createdAt: now,
    lastUsedAt: null,
  }
}

/** The passkey to drop in a recovery if the list is full: the one that was used longest ago. */
function passkeysToDrop(state: AccountState, session: Session | null): readonly Passkey[] {
  if (!replacesLost(session) || hasRoom(state)) return []
  const used = ({ lastUsedAt, createdAt }: Passkey): number => lastUsedAt ?? createdAt
  return [...state.passkey.credentials].sort((a, b) => used(a) - used(b)).slice(0, 1)
}

/** A wrong answer voids every ceremony of its round [PKA-12]. */
function refuse(
  state: AccountState,
  { response }: ConfirmPasskey,
  reason: 'wrong' | 'synced',
): Step<ConfirmPasskeyResult> {
  const values = { factor: 'passkey', authenticator: referenceTo(response.id), reason } as const
  return commit(
    withFactor(state, 'passkey', { round: state.passkey.round + 1 }),
    { ok: false, reason },
    { events: [{ type: 'mfa_enroll_fail', values }] },
  )
}
