import type { RegistrationResponse } from '../../passkeys/index.ts'
import { credentialKey } from '../../passkeys/unique-keys.ts'
import type { Ceremony } from './ceremony.ts'
import { ceremonyFault, isFullOfCeremonies, spendCeremony } from './ceremony.ts'
import type { Enrolled } from '../factors/enrollment.ts'
import { codesToHash, finishEnrollment, replacesLost, standsAlone } from '../factors/enrollment.ts'
import type { RegistrationTask } from '../record/tasks.ts'
import { registrationFacts, resultOf } from '../record/tasks.ts'
import type { Authorization } from '../sessions/session.ts'
import { authorize, isRecovery, referenceTo } from '../sessions/session.ts'
import type { AccountState, Passkey, Session } from '../record/state.ts'
import type { Client, Context, Decision, UseCase } from '../record/step.ts'
import { decided, done, ready } from '../record/step.ts'
import { hasRoom } from './register.ts'

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
        | 'busy'
    }

/** Step 2: what the authenticator made is verified, and belongs to this account alone [PKR-12]. */
export const confirmPasskey: UseCase<ConfirmPasskey, ConfirmPasskeyResult> = {
  plan(state, command, context, evidence) {
    const { auth, ceremony, response } = command
    const authorized = authorize(state, auth, context.now, 'passkey')
    if (!authorized.ok) return done(authorized)
    const fault = ceremonyFault(state, ceremony, requestOf(auth), context)
    if (fault !== null) {
      const values = { flow: 'passkey-registration', reason: `ceremony-${fault}` }
      return done({ ok: false, reason: 'no-enrollment' }, [{ type: 'sequence_fail', values }])
    }
    if (!context.settings.methods.includes('passkey')) return done({ ok: false, reason: 'no-enrollment' })
    if (isFullOfCeremonies(state, context.now)) return done({ ok: false, reason: 'busy' })
    const alone = standsAlone(state, 'passkey', context.settings) || replacesLost(authorized.session)
    if (ceremony.switching !== 1 && !alone) {
      return done({ ok: false, reason: 'deactivate-first' })
    }
    // An authenticator makes no second one for an account, and what another account has stays there.
    if (context.keyTaken || state.passkey.credentials.some(({ id }) => id === response.id)) {
      return done({ ok: false, reason: 'already-registered' })
    }
    const proof = proofOf(command)
    const value = resultOf(evidence, proof)
    if (value === undefined) return { step: 'need', tasks: [proof] }
    const facts = registrationFacts(value)
    const length = facts === null ? 0 : facts.id.length + facts.publicKey.length
    if (facts !== null && tooMany(state, authorized.session).length === 0 && !hasRoom(state, length)) {
      return done({ ok: false, reason: 'too-many-passkeys' })
    }
    const proofs = facts === null ? null : codesToHash(state, context, evidence)
    return proofs === null ? ready : { step: 'need', tasks: proofs }
  },

  decide(state, command, context, evidence) {
    const { auth, ceremony, response } = command
    const authorized = authorize(state, auth, context.now, 'passkey')
    const session: Session | null = authorized.ok ? authorized.session : null
    const facts = registrationFacts(resultOf(evidence, proofOf(command)))
    if (facts === null || facts.id !== response.id) return refuse(state, command, 'wrong', context)
    if (facts.backupEligible && context.settings.passkeys?.synced === 'refuse') {
      return refuse(state, command, 'synced', context)
    }
    const { id, publicKey, algorithm, counter, transports, backupEligible, backedUp, userVerified, aaguid } = facts
    const passkey: Passkey = {
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
      createdAt: context.now,
      lastUsedAt: null,
    }
    const { handle, credentials, only } = state.passkey
    const dropped = tooMany(state, session)
    const kept = credentials.filter((one) => !dropped.includes(one))
    const after = { ...state, passkey: { handle, credentials: [...kept, passkey], only } }
    return finishEnrollment<ConfirmPasskeyResult>(
      {
        method: 'passkey',
        authenticator: referenceTo(id),
        label: ceremony.label,
        before: state,
        after: spendCeremony(after, ceremony, true, context),
        session,
        switching: ceremony.switching === 1,
        passkey: { synced: backupEligible, verified: userVerified },
        claim: [credentialKey(id)],
        release: dropped.map((one) => credentialKey(one.id)),
      },
      command,
      context,
      evidence,
    )
  },
}

/** Where every passkey is lost and the list is full, the new one takes the place of the one that was used longest ago. */
function tooMany(state: AccountState, session: Session | null): readonly Passkey[] {
  if (session === null || !isRecovery(session) || hasRoom(state)) return []
  const used = ({ lastUsedAt, createdAt }: Passkey): number => lastUsedAt ?? createdAt
  return [...state.passkey.credentials].sort((a, b) => used(a) - used(b)).slice(0, 1)
}

/** The challenge is spent by a wrong answer too [PKA-12]. */
function refuse(
  state: AccountState,
  { ceremony, response }: ConfirmPasskey,
  reason: 'wrong' | 'synced',
  context: Context,
): Decision<ConfirmPasskeyResult> {
  const authenticator = referenceTo(response.id)
  return decided<ConfirmPasskeyResult>(
    spendCeremony(state, ceremony, false, context),
    { ok: false, reason },
    { events: [{ type: 'mfa_enroll_fail', values: { factor: 'passkey', authenticator, reason } }] },
  )
}

function requestOf(auth: Authorization): { readonly purpose: 'register'; readonly request: string } {
  return { purpose: 'register', request: auth.kind === 'grant' ? auth.grant.session : '' }
}

function proofOf({ ceremony, response }: ConfirmPasskey): RegistrationTask {
  return { kind: 'webauthn-registration', challenge: ceremony.id, response }
}
