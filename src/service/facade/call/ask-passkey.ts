import { encodeBase64url } from '../../../core/bytes.ts'
import type { Ceremony } from '../../../core/account/passkeys/ceremony.ts'
import { limits } from '../../../core/limits.ts'
import type { KnownCredential, PasskeyRequestOptions, UserVerification } from '../../../core/passkeys/index.ts'
import { requestOptions } from '../../../core/passkeys/ceremony-options.ts'
import type { Kernel } from '../../loop/kernel.ts'
import type { Failure } from './page-call.ts'

/** What a page needs to ask an authenticator. */
export interface PasskeyRequest {
  readonly ok: true
  /** Keep it in the host's session, and give it back with the answer. */
  readonly ceremony: string
  /** For `navigator.credentials.get`, through `PublicKeyCredential.parseRequestOptionsFromJSON`. */
  readonly options: PasskeyRequestOptions
}

/** Makes a ceremony for an authenticator, and the options that the page shows to the browser. */
export function askPasskey(
  kernel: Kernel,
  asked: Pick<Ceremony, 'account' | 'purpose' | 'request' | 'round' | 'epoch'>,
  {
    allow,
    userVerification,
  }: { readonly allow: readonly KnownCredential[]; readonly userVerification: UserVerification },
): PasskeyRequest | Failure<'not-configured'> {
  const { passkeys } = kernel.settings
  if (passkeys === null) return { ok: false, reason: 'not-configured' }
  const id = encodeBase64url(kernel.random(32))
  const expiresAt = kernel.now() + limits.ceremonyMs
  const { relyingParty } = passkeys
  const known = allow.map(({ id: credential, transports }) => ({ id: credential, transports }))
  return {
    ok: true,
    ceremony: kernel.seal('ceremony', { ...asked, id, expiresAt, label: '', switching: 0 }),
    options: requestOptions({ relyingParty, challenge: id, allow: known, userVerification }),
  }
}
