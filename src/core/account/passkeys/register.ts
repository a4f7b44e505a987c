import { encodeBase64url } from '../../bytes.ts'
import { derive } from '../../hmac.ts'
import { limits } from '../../limits.ts'
import type { KnownCredential } from '../../passkeys/index.ts'
import { passkeyLimits } from '../../passkeys/limits.ts'
import { userHandleKey } from '../../passkeys/unique-keys.ts'
import type { Ceremony } from './ceremony.ts'
import type { EnrollRefusal } from '../factors/enrollment.ts'
import { authorizeEnrollment } from '../factors/enrollment.ts'
import type { Authorization } from '../sessions/session.ts'
import { isRecovery, newId, referenceTo, spendProof } from '../sessions/session.ts'
import type { AccountState } from '../record/state.ts'
import type { UseCase } from '../record/step.ts'
import { decided, done, ready } from '../record/step.ts'

export interface RegisterPasskey {
  readonly account: string
  readonly auth: Authorization
  readonly label: string
  readonly switching: boolean
}

export type RegisterPasskeyResult =
  | {
      readonly ok: true
      readonly ceremony: Ceremony
      /** base64url */
      readonly handle: string
      readonly exclude: readonly KnownCredential[]
    }
  | { readonly ok: false; readonly reason: EnrollRefusal | 'too-many-passkeys' }

/** Step 1: what an authenticator is to make. The account's user handle is made with its first passkey. */
export const registerPasskey: UseCase<RegisterPasskey, RegisterPasskeyResult> = {
  plan(state, command, context) {
    const authorized = authorizeEnrollment(state, command, 'passkey', context)
    if (!authorized.ok) return done(authorized)
    return hasRoom(state) || recovers(state, command.auth) ? ready : done({ ok: false, reason: 'too-many-passkeys' })
  },
  decide(state, { account, auth, label, switching }, { now, entropy }) {
    const handle = state.passkey.handle ?? encodeBase64url(derive(entropy, 'passkey-handle', passkeyLimits.userHandle))
    const ceremony: Ceremony = {
      account,
      id: encodeBase64url(derive(entropy, 'ceremony', 32)),
      purpose: 'register',
      request: auth.kind === 'grant' ? auth.grant.session : '',
      epoch: state.epoch,
      expiresAt: now + limits.ceremonyMs,
      label,
      // Whoever was let in by a backup code may register what was lost, and change nothing else.
      switching: switching && !recovers(state, auth) ? 1 : 0,
    }
    const authenticator = referenceTo(newId(entropy, 'passkey'))
    return decided<RegisterPasskeyResult>(
      spendProof({ ...state, passkey: { ...state.passkey, handle } }, auth, now),
      {
        ok: true,
        ceremony,
        handle,
        exclude: state.passkey.credentials.map(({ id, transports }) => ({ id, transports })),
      },
      {
        events: [{ type: 'mfa_enroll_start', values: { factor: 'passkey', authenticator, label } }],
        keys: { claim: state.passkey.handle === null ? [userHandleKey(handle)] : [] },
      },
    )
  },
}

function recovers(state: AccountState, auth: Authorization): boolean {
  const session = auth.kind === 'grant' ? state.sessions.find(({ id }) => id === auth.grant.session) : undefined
  return session !== undefined && isRecovery(session)
}

/** Ids and keys differ much in length, and a record has only so much room. */
export function hasRoom({ passkey: passkeys }: AccountState, more = 0): boolean {
  const { credentials } = passkeys
  const length = credentials.reduce((sum, { id, publicKey }) => sum + id.length + publicKey.length, more)
  return credentials.length < limits.passkeys && length < limits.passkeysLength
}
