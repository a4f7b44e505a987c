import { argumentError, requireObject } from '../../core/arguments.ts'
import { decodeBase64url } from '../../core/bytes.ts'
import { NightlatchError } from '../../core/errors.ts'
import { checkRelyingParty, openAssertion, openRegistration } from '../../core/passkeys/index.ts'
import type { AssertionFacts, RegistrationFacts } from '../../core/passkeys/index.ts'
import type { PasskeyVerifier } from '../../ports/passkeys.ts'
import { statementHolds } from './attestation.ts'
import { loadServer } from './server-package.ts'

export interface WebauthnOptions {
  /** The domain of the passkeys, `acme.example`. Pages of it and of its subdomains may use them. */
  readonly rpId: string
  /** The application's name, which authenticators show. */
  readonly rpName: string
  /** The pages that may ask for passkeys, `https://www.acme.example`. An Android app is `android:apk-key-hash:…`. */
  readonly origins: readonly string[]
  /** Pages of other origins that may show one of `origins` in a frame. Default: none. */
  readonly topOrigins?: readonly string[]
}

const optionNames: readonly string[] = ['rpId', 'rpName', 'origins', 'topOrigins']
/** [PKR-1] */
const leastChallenge = 16

function checkOptions(options: unknown): void {
  if (typeof options !== 'object' || options === null) {
    throw new NightlatchError('NL_CONFIG', 'webauthn takes { rpId, rpName, origins, … }')
  }
  const unknown = Object.keys(options).find((name) => !optionNames.includes(name))
  if (unknown !== undefined) {
    throw new NightlatchError('NL_CONFIG', `webauthn has no option ${unknown}; it has ${optionNames.join(', ')}`)
  }
}

function checkQuestion(question: { readonly challenge: unknown }): void {
  requireObject(question, 'question')
  const { challenge } = question
  const bytes = typeof challenge === 'string' ? decodeBase64url(challenge) : null
  if (bytes === null || bytes.length < leastChallenge) {
    throw argumentError('challenge', `base64url of ${leastChallenge} bytes or more`)
  }
}

/** The library throws on keys, certificates and signatures that it cannot read. These do not verify. */
async function orNull<Facts>(verify: () => Promise<Facts | null>): Promise<Facts | null> {
  try {
    return await verify()
  } catch {
    return null
  }
}

/**
 * A verifier of passkeys. Nightlatch reads what browsers send, strictly and in bounded time. `@simplewebauthn/server`
 * checks keys, certificates and signatures on the platform's own crypto. It is loaded at the first answer of a browser.
 * Nothing is fetched. Settings that the library shares with other code in the process are neither read nor changed.
 *
 * @contract effect(module loading) · verifier · throws NL_CONFIG, NL_ARGUMENT · WebAuthn L3 §7
 * @example
 * webauthn({ rpId: 'acme.example', rpName: 'Acme', origins: ['https://www.acme.example'] })
 */
export function webauthn(options: WebauthnOptions): PasskeyVerifier {
  checkOptions(options)
  const { rpId, rpName, origins, topOrigins } = options
  const relyingParty = checkRelyingParty({ id: rpId, name: rpName, origins, topOrigins })

  async function verifyRegistration(
    question: Parameters<PasskeyVerifier['verifyRegistration']>[0],
  ): Promise<RegistrationFacts | null> {
    checkQuestion(question)
    // Here, because a missing package is no answer that does not verify.
    await loadServer()
    return await orNull(async () => {
      const opened = openRegistration({ ...question, relyingParty })
      return opened !== null && (await statementHolds(opened)) ? opened.facts : null
    })
  }

  async function verifyAssertion(
    question: Parameters<PasskeyVerifier['verifyAssertion']>[0],
  ): Promise<AssertionFacts | null> {
    checkQuestion(question)
    const { verifySignature } = await loadServer()
    return await orNull(async () => {
      const opened = openAssertion({ ...question, relyingParty })
      if (opened === null) return null
      const holds = await verifySignature({
        signature: opened.signature.slice(),
        data: opened.signedBytes.slice(),
        credentialPublicKey: opened.publicKey.slice(),
      })
      return holds ? opened.facts : null
    })
  }
  return { relyingParty, verifyRegistration, verifyAssertion }
}
