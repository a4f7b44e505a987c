import { encodeBase64url } from '../../bytes.ts'
import { derive } from '../../hmac.ts'
import { limits } from '../../limits.ts'
import type { KnownCredential } from '../../passkeys/index.ts'
import { passkeyLimits } from '../../passkeys/limits.ts'
import { userHandleKey } from '../../passkeys/unique-keys.ts'
import type { EnrollRefusal } from '../factors/enrollment.ts'
import { authorizeEnrollment, replacesLost } from '../factors/enrollment.ts'
import { newId, referenceTo } from '../record/ids.ts'
import { withFactor } from '../record/state.ts'
import { commit, done } from '../record/step.ts'
import type { Authorization } from '../sessions/authorization.ts'
import { sessionIdOf, spendProof } from '../sessions/authorization.ts'
import type { Ceremony } from './ceremony.ts'
import { hasRoom } from './room.ts'
import type { ChangeUseCase } from '../sessions/changes.ts'
import { asChange } from '../sessions/changes.ts'

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

/** Step 1 prepares a ceremony for a new passkey. The user handle of the account is made with its first passkey. */
export const registerPasskey: ChangeUseCase<RegisterPasskey, RegisterPasskeyResult> = /* @__PURE__ */ asChange<
  RegisterPasskey,
  RegisterPasskeyResult
>((state, command, context) => {
  const authorized = authorizeEnrollment(state, command, 'passkey', context)
  if (!authorized.ok) return done(authorized)
  const recovers = replacesLost(authorized.session)
  if (!hasRoom(state) && !recovers) return done({ ok: false, reason: 'too-many-passkeys' })

  const { account, auth, label, switching } = command
  const { now, entropy, settings } = context
  const { credentials, handle: before } = state.passkey
  const handle = before ?? encodeBase64url(derive(entropy, 'passkey-handle', passkeyLimits.userHandle))
  const ceremony: Ceremony = {
    account,
    id: encodeBase64url(derive(entropy, 'ceremony', 32)),
    purpose: 'register',
    request: sessionIdOf(auth) ?? '',
    epoch: state.epoch,
    round: state.passkey.round,
    expiresAt: now + limits.ceremonyMs,
    label,
    // A recovery may register what was lost and change nothing else.
    switching: switching && !recovers ? 1 : 0,
  }
  const authenticator = referenceTo(newId(entropy, 'passkey'))
  return commit(
    spendProof(withFactor(state, 'passkey', { handle }), auth, now),
    { ok: true, ceremony, handle, exclude: credentials.map(({ id, transports }) => ({ id, transports })) },
    {
      events: [{ type: 'mfa_enroll_start', values: { factor: 'passkey', authenticator, label } }],
      keys: { claim: before === null ? [userHandleKey({ realm: settings.realm, handle })] : [] },
    },
  )
})
