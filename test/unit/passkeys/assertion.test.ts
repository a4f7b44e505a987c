import { webauthn } from 'nightlatch/passkeys'
import { describe, expect, it } from 'vitest'
import { readAssertionResponse } from '../../../src/core/passkeys/index.ts'
import type { PasskeyAlgorithm } from '../../world/passkey-authenticator.ts'
import { ceremony, challenges, origin, site, verifyGotten } from '../../world/passkey-ceremony.ts'
import type { Ceremony } from '../../world/passkey-ceremony.ts'
import { hostileValues } from '../hostile-values.ts'

async function registered(...options: Parameters<typeof ceremony>): Promise<Ceremony> {
  const made = ceremony(...options)
  expect(await made.register()).not.toBeNull()
  return made
}

describe.each<PasskeyAlgorithm>([-7, -8, -257])('an assertion with algorithm %i', (algorithm) => {
  it('[PKA-9] is accepted with its signature', async () => {
    const { signIn } = await registered({ algorithm, counter: 7 })
    expect(await signIn()).toEqual({ counter: 8, userVerified: true, backupEligible: true, backedUp: true })
    const flags = { userVerified: false, backupEligible: true, backedUp: false }
    expect(await signIn(flags)).toEqual({ ...flags, counter: 9 })
  })

  it('[PKA-9] is refused with a signature over anything else, by another key, or of another form', async () => {
    const one = await registered({ algorithm })
    const other = await registered({ algorithm })
    const { publicKey } = (await one.register())!
    expect(await verifyGotten(one.verifier, one.gotten(), publicKey)).not.toBeNull()
    expect(await verifyGotten(one.verifier, other.gotten(), publicKey)).toBeNull()
    const forms: readonly ((bytes: Uint8Array) => Uint8Array)[] = [
      (bytes) => bytes.subarray(1),
      (bytes) => bytes.subarray(0, -1),
      (bytes) => Buffer.concat([bytes, Uint8Array.of(0)]),
      (bytes) => Buffer.concat([Uint8Array.of(0), bytes]),
      (bytes) => bytes.map(() => 0),
      () => Uint8Array.of(0x30, 6, 2, 1, 1, 2, 1, 1),
    ]
    for (const signature of forms) expect(await one.signIn({ signature })).toBeNull()
    const json = one.gotten()
    const earlier = one.gotten({ userVerified: false })
    const { authenticatorData, clientDataJSON } = earlier.response
    for (const fields of [{ authenticatorData }, { clientDataJSON: one.created().response.clientDataJSON }]) {
      const mixed = { ...json, response: { ...json.response, ...fields } }
      expect(await verifyGotten(one.verifier, mixed, publicKey)).toBeNull()
    }
    expect(clientDataJSON).toBe(json.response.clientDataJSON)
  })
})

describe('an assertion', () => {
  it('[PKA-3] is refused with another type', async () => {
    const { signIn } = await registered()
    for (const type of ['webauthn.create', 'payment.get', 'WebAuthn.get', '']) expect(await signIn({ type })).toBeNull()
  })

  it('[PKA-3] is refused with another challenge', async () => {
    const { signIn, gotten, verifier, register } = await registered()
    expect(await signIn({ challenge: challenges.create })).toBeNull()
    const { publicKey } = (await register())!
    const response = readAssertionResponse(gotten())!
    expect(await verifier.verifyAssertion({ response, publicKey, challenge: challenges.create })).toBeNull()
    expect(await verifier.verifyAssertion({ response, publicKey, challenge: challenges.get })).not.toBeNull()
  })

  it('[PKA-3] is refused from another origin', async () => {
    const { signIn } = await registered()
    for (const other of [
      'https://acme.example',
      'http://www.acme.example',
      `${origin}:8443`,
      `${origin}.evil.example`,
    ]) {
      expect(await signIn({ origin: other })).toBeNull()
    }
    expect(await signIn({ origin: site.origins[1] })).not.toBeNull()
  })

  it('[PKA-3] is refused in a frame, unless the framing site is configured', async () => {
    const framed = { crossOrigin: true, topOrigin: 'https://partner.example' }
    const { signIn } = await registered()
    expect(await signIn(framed)).toBeNull()
    expect(await signIn({ crossOrigin: true })).toBeNull()
    expect(await signIn({ topOrigin: framed.topOrigin })).toBeNull()
    const partner = await registered({}, webauthn({ ...site, topOrigins: [framed.topOrigin] }))
    expect(await partner.signIn(framed)).not.toBeNull()
    expect(await partner.signIn({ ...framed, topOrigin: 'https://evil.example' })).toBeNull()
    expect(await partner.signIn({ crossOrigin: true })).toBeNull()
  })

  it('[PKA-3] is refused for another RP ID', async () => {
    const { signIn } = await registered()
    expect(await signIn({ rpId: 'www.acme.example' })).toBeNull()
  })

  it('[PKA-3] is refused without user presence', async () => {
    const { signIn } = await registered()
    expect(await signIn({ userPresent: false })).toBeNull()
  })

  it('[PKA-6] is refused as backed up without backup eligibility', async () => {
    const { signIn } = await registered()
    expect(await signIn({ backupEligible: false, backedUp: true })).toBeNull()
  })

  it('[PKA-10] is accepted with any counter, which the verifier does not compare', async () => {
    const { signIn } = await registered({ counter: 9 })
    for (const counter of [0, 1, 9, 4_294_967_295]) expect(await signIn({ counter })).toMatchObject({ counter })
  })

  it('[PKR-14] is read alike with extension outputs that nobody requested', async () => {
    const { signIn } = await registered()
    expect(await signIn({ extensions: new Map([['appid', true]]) })).toEqual(await signIn())
  })

  it('[PKR-19] is refused with authenticator data that is cut, too long, or contains a key', async () => {
    const { signIn } = await registered()
    for (const length of [0, 1, 32, 36]) {
      expect(await signIn({ authenticatorData: (data) => data.subarray(0, length) })).toBeNull()
    }
    expect(await signIn({ authenticatorData: (data) => Buffer.concat([data, Uint8Array.of(0)]) })).toBeNull()
    // From another authenticator, so that this one does not sign with a second passkey.
    const attested = Buffer.from(ceremony().created().response.authenticatorData, 'base64url')
    expect(await signIn({ authenticatorData: () => attested })).toBeNull()
  })

  it('is refused when the stored key is no key', async () => {
    const { gotten, verifier, register } = await registered()
    const { publicKey } = (await register())!
    const longer = Buffer.concat([Buffer.from(publicKey, 'base64url'), Uint8Array.of(0)]).toString('base64url')
    for (const key of ['', 'A', 'oA', longer, publicKey.slice(4), `${publicKey}=`]) {
      expect(await verifyGotten(verifier, gotten(), key)).toBeNull()
    }
    expect(await verifyGotten(verifier, gotten(), publicKey)).not.toBeNull()
  })

  it('is refused with any hostile value as the response, one of its fields or the key', async () => {
    const { gotten, verifier, register } = await registered()
    const { publicKey } = (await register())!
    const response = readAssertionResponse(gotten())!
    const good = { response, publicKey, challenge: challenges.get }
    for (const value of hostileValues) {
      expect(await verifier.verifyAssertion({ ...good, response: value as never })).toBeNull()
      expect(await verifier.verifyAssertion({ ...good, publicKey: value as never })).toBeNull()
      for (const name of ['clientDataJSON', 'authenticatorData', 'signature'] as const) {
        const changed = { ...response, [name]: value } as typeof response
        expect(await verifier.verifyAssertion({ ...good, response: changed })).toBeNull()
      }
    }
  })
})
