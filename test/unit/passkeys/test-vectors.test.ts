import { webauthn } from 'nightlatch/passkeys'
import { describe, expect, it } from 'vitest'
import { openRegistration, readAssertionResponse, readRegistrationResponse } from '../../../src/core/passkeys/index.ts'
import standard from '../../vectors/webauthn.json' with { type: 'json' }

const { rpId, origin, topOrigin } = standard
const site = { rpId, rpName: 'Example', origins: [origin] }
const alone = webauthn(site)
const framed = webauthn({ ...site, topOrigins: [topOrigin] })
const text = (hex: string): string => Buffer.from(hex, 'hex').toString('base64url')

const taken: Readonly<Record<string, string>> = {
  'none-es256': 'none',
  'packed-self-es256': 'packed',
  'none-es256-long-credential-id': 'none',
  'packed-es256': 'packed',
  'packed-rs256': 'packed',
  'packed-eddsa': 'packed',
  'fido-u2f-es256': 'fido-u2f',
}
const takenInFrames: Readonly<Record<string, string>> = { 'none-es256-topOrigin': 'none' }
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
  it('are each of one kind', () => {
    const names = [...Object.keys(taken), ...Object.keys(takenInFrames), unnamedFrame]
    const all = [...names, ...algorithmsNotOffered, ...formatsNotAccepted]
    expect(vectors.map(({ name }) => name).sort()).toEqual(all.sort())
  })

  it.each(named(Object.keys(taken)))(
    '[PKA-9, PKA-14, PKR-10] of $name are taken',
    async ({ name, id, creation, request }) => {
      const facts = await alone.verifyRegistration(creation)
      expect(facts).toMatchObject({ id, attestation: taken[name] })
      expect(await alone.verifyAssertion({ ...request, publicKey: facts!.publicKey })).toMatchObject({ counter: 0 })
    },
  )

  it.each(named(Object.keys(takenInFrames)))(
    '[PKA-14, PKR-5, PKA-3] of $name are taken where the top origin is configured, and nowhere else',
    async ({ name, creation, request }) => {
      const facts = await framed.verifyRegistration(creation)
      expect(facts).toMatchObject({ attestation: takenInFrames[name] })
      const { publicKey } = facts!
      expect(await framed.verifyAssertion({ ...request, publicKey })).not.toBeNull()
      expect(await alone.verifyRegistration(creation)).toBeNull()
      expect(await alone.verifyAssertion({ ...request, publicKey })).toBeNull()
    },
  )

  // The standard leaves it to the site whether it expects frames; here it does when the browser names who holds them.
  it.each(named([unnamedFrame]))(
    '[PKA-14, PKR-5] of $name are refused: nothing says whose frame it is',
    async (vector) => {
      for (const verifier of [alone, framed]) expect(await verifier.verifyRegistration(vector.creation)).toBeNull()
    },
  )

  it.each(named(algorithmsNotOffered))(
    '[PKA-14, PKR-9] of $name are refused: the algorithm is not offered',
    async (vector) => {
      expect(await alone.verifyRegistration(vector.creation)).toBeNull()
    },
  )

  it.each(named(formatsNotAccepted))(
    '[PKA-14, PKR-10] of $name are refused at registration by the format alone, and verify at sign-in',
    async ({ creation, request }) => {
      expect(await alone.verifyRegistration(creation)).toBeNull()
      const opened = openRegistration({ ...creation, relyingParty: alone.relyingParty })
      const { publicKey } = opened!.facts
      expect(await alone.verifyAssertion({ ...request, publicKey })).toMatchObject({ counter: 0 })
    },
  )
})
