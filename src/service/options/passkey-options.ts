import type { Settings } from '../../core/account/record/settings.ts'
import { checkRelyingParty } from '../../core/passkeys/relying-party.ts'
import type { PasskeyVerifier } from '../../ports/passkeys.ts'
import { checkedAt, oneOf, optionError, requireMethod, requirePart } from './option-rules.ts'

export interface PasskeyOptions {
  /** From `webauthn()` of `nightlatch/passkeys`. */
  readonly verifier: PasskeyVerifier
  /** If a passkey's counter did not grow: `refuse` (default) the sign-in, or only `report` it [PKA-10]. */
  readonly counterRegression?: 'refuse' | 'report'
  /** Whether passkeys that are synced between devices may be registered. Default: `accept` [PKA-8]. */
  readonly synced?: 'accept' | 'refuse'
}

export function checkPasskeys(options: PasskeyOptions | undefined): Settings['passkeys'] {
  if (options === undefined) return null
  const names = { verifier: true, counterRegression: true, synced: true } as const
  const { verifier, counterRegression = 'refuse', synced = 'accept' } = requirePart(options, 'passkeys', names)
  requireMethod(verifier, 'passkeys.verifier', 'verifyRegistration')
  requireMethod(verifier, 'passkeys.verifier', 'verifyAssertion')
  const { relyingParty } = verifier
  if (typeof relyingParty !== 'object' || relyingParty === null) {
    throw optionError('passkeys.verifier', 'what webauthn() returns, with its relyingParty')
  }
  return {
    relyingParty: checkedAt('passkeys.verifier: ', () => checkRelyingParty(relyingParty)),
    counterRegression: oneOf(counterRegression, 'passkeys.counterRegression', ['refuse', 'report']),
    synced: oneOf(synced, 'passkeys.synced', ['accept', 'refuse']),
  }
}
