import { webauthn } from 'nightlatch/passkeys'
import { describe, expect, it } from 'vitest'
import { openRegistration, readAssertionResponse, readRegistrationResponse } from '../../../src/core/passkeys/index.ts'
import standard from '../../vectors/webauthn.json' with { type: 'json' }

const { rpId, origin, topOrigin } = standard
const site = { rpId, rpName: 'Example', origins: [origin] }
const alone = webauthn(site)
const framed = webauthn({ ...site, topOrigins: [topOrigin] })
const text = (hex: string): string => Buffer.from(hex, 'hex').toString('base64url')

const accepted: Readonly<Record<string, string>> = {
  'none-es256': 'none',
  'packed-self-es256': 'packed',
  'none-es256-long-credential-id': 'none',
  'packed-es256': 'packed',
  'packed-rs256': 'packed',
  'packed-eddsa': 'packed',
  'fido-u2f-es256': 'fido-u2f',
}
const acceptedInFrames: Readonly<Record<string, string>> = { 'none-es256-topOrigin': 'none' }
const unnamedFrame = 'none-es256-crossOrigin'
const algorithmsNotOffered = ['packed-es384', 'packed-es512', 'packed-ed448']
const formatsNotAccepted = ['tpm-es256', 'android-key-es256', 'apple-es256']

const vectors = standard.vectors.map(({ section, registration, authentication }) => {
  const id = text(registration.credentialId)
  const created = readRegistrationResponse({
    type: 'public-key',
    id,
    response: {
      clientDataJSON: text(registration.clientDataJSON),
      attestationObject: text(registration.attestationObject),
    },
  })
  const gotten = readAssertionResponse({
    type: 'public-key',
    id,
    response: {
      clientDataJSON: text(authentication.clientDataJSON),
      authenticatorData: text(authentication.authenticatorData),
      signature: text(authentication.signature),
    },
  })
  const creation = { response: created!, challenge: text(registration.challenge) }
  const request = { response: gotten!, challenge: text(authentication.challenge) }
  return { name: section.replace('sctn-test-vectors-', ''), id, creation, request }
})
const named = (names: readonly string[]): typeof vectors => vectors.filter(({ name }) => names.includes(name))

describe('the test vectors of WebAuthn L3, section 16', () => {
  it('are all in one list of this test', () => {
    const names = [...Object.keys(accepted), ...Object.keys(acceptedInFrames), unnamedFrame]
    const all = [...names, ...algorithmsNotOffered, ...formatsNotAccepted]
    expect(vectors.map(({ name }) => name).sort()).toEqual(all.sort())
  })

  it.each(named(Object.keys(accepted)))(
    '[PKA-9, PKA-14, PKR-10] of $name are accepted',
    async ({ name, id, creation, request }) => {
      const facts = await alone.verifyRegistration(creation)
      expect(facts).toMatchObject({ id, attestation: accepted[name] })
      expect(await alone.verifyAssertion({ ...request, publicKey: facts!.publicKey })).toMatchObject({ counter: 0 })
    },
  )

  it.each(named(Object.keys(acceptedInFrames)))(
    '[PKA-14, PKR-5, PKA-3] of $name are accepted only where the top origin is configured',
    async ({ name, creation, request }) => {
      const facts = await framed.verifyRegistration(creation)
      expect(facts).toMatchObject({ attestation: acceptedInFrames[name] })
      const { publicKey } = facts!
      expect(await framed.verifyAssertion({ ...request, publicKey })).not.toBeNull()
      expect(await alone.verifyRegistration(creation)).toBeNull()
      expect(await alone.verifyAssertion({ ...request, publicKey })).toBeNull()
    },
  )

  // The standard lets the site decide about frames. Here they are accepted when the browser names the framing site.
  it.each(named([unnamedFrame]))(
    '[PKA-14, PKR-5] of $name are refused, because they do not name the framing site',
    async (vector) => {
      for (const verifier of [alone, framed]) expect(await verifier.verifyRegistration(vector.creation)).toBeNull()
    },
  )

  it.each(named(algorithmsNotOffered))(
    '[PKA-14, PKR-9] of $name are refused, because their algorithm is not offered',
    async (vector) => {
      expect(await alone.verifyRegistration(vector.creation)).toBeNull()
    },
  )

  it.each(named(formatsNotAccepted))(
    '[PKA-14, PKR-10] of $name are refused at registration only for their format, and verify at sign-in',
    async ({ creation, request }) => {
      expect(await alone.verifyRegistration(creation)).toBeNull()
      const opened = openRegistration({ ...creation, relyingParty: alone.relyingParty })
      const { publicKey } = opened!.facts
      expect(await alone.verifyAssertion({ ...request, publicKey })).toMatchObject({ counter: 0 })
    },
  )
})
