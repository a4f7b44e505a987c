import { verifyAuthenticationResponse, verifyRegistrationResponse } from '@simplewebauthn/server'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { readCbor } from '../../src/core/passkeys/cbor.ts'
import {
  credentialKey,
  judgeAssertion,
  readAssertionResponse,
  readRegistrationResponse,
} from '../../src/core/passkeys/index.ts'
import { encodeCbor } from '../world/cbor.ts'
import type { Cbor } from '../world/cbor.ts'
import type {
  AuthenticationResponseJson,
  PasskeyAlgorithm,
  RegistrationResponseJson,
} from '../world/passkey-authenticator.ts'
import { ceremony, challenges, origin, site, verifyCreated, verifyGotten } from '../world/passkey-ceremony.ts'
import type { Ceremony } from '../world/passkey-ceremony.ts'

type Response = Readonly<Record<string, unknown>>

/** The response with one byte of one field changed. `at` is a position in it, or beyond and then wrapped. */
function changed<Json extends { readonly response: object }>(
  json: Json,
  { field, at, by }: { readonly field: string; readonly at: number; readonly by: number },
): Json {
  const bytes = Buffer.from((json.response as Response)[field] as string, 'base64url')
  bytes[at % bytes.length]! ^= by
  return { ...json, response: { ...json.response, [field]: bytes.toString('base64url') } }
}

const changeOf = (...fields: readonly string[]): fc.Arbitrary<Parameters<typeof changed>[1]> =>
  fc.record({ field: fc.constantFrom(...fields), at: fc.nat(4095), by: fc.integer({ min: 1, max: 255 }) })

const bytesText = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes).toString('base64url'))
const counters = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 0xffff_ffff }), fc.integer({ min: 0, max: 3 }))

describe.each<PasskeyAlgorithm>([-7, -8, -257])('a passkey with algorithm %i', (algorithm) => {
  let own: Ceremony
  let created: RegistrationResponseJson
  let gotten: AuthenticationResponseJson
  let publicKey: string

  beforeAll(async () => {
    own = ceremony({ algorithm, attestation: 'packed', counter: 3 })
    created = own.created()
    gotten = own.gotten()
    publicKey = (await verifyCreated(own.verifier, created))!.publicKey
    expect(await verifyGotten(own.verifier, gotten, publicKey)).not.toBeNull()
  })

  it('[PKR-10, PKR-19] is not registered when a signed byte was changed', async () => {
    await fc.assert(
      fc.asyncProperty(changeOf('clientDataJSON', 'attestationObject'), async (change) => {
        expect(await verifyCreated(own.verifier, changed(created, change))).toBeNull()
      }),
      { numRuns: 400 },
    )
  })

  it('[PKA-9, PKR-19] signs nobody in when a byte was changed', async () => {
    await fc.assert(
      fc.asyncProperty(changeOf('clientDataJSON', 'authenticatorData', 'signature'), async (change) => {
        expect(await verifyGotten(own.verifier, changed(gotten, change), publicKey)).toBeNull()
      }),
      { numRuns: 400 },
    )
  })

  it('is accepted exactly when the library accepts it by its own reading', async () => {
    const flags = fc.record({
      userPresent: fc.boolean(),
      userVerified: fc.boolean(),
      backupEligible: fc.boolean(),
      backedUp: fc.boolean(),
      counter: counters,
    })
    const library = {
      expectedOrigin: [...site.origins],
      expectedRPID: site.rpId,
      requireUserVerification: false,
    }
    const orFalse = (verified: Promise<{ readonly verified: boolean }>): Promise<boolean> =>
      verified.then((answer) => answer.verified).catch(() => false)
    await fc.assert(
      fc.asyncProperty(flags, async (traits) => {
        const assertion = own.gotten(traits)
        const facts = await verifyGotten(own.verifier, assertion, publicKey)
        const accepted = await orFalse(
          verifyAuthenticationResponse({
            ...library,
            response: assertion as never,
            expectedChallenge: challenges.get,
            credential: {
              id: assertion.id,
              publicKey: new Uint8Array(Buffer.from(publicKey, 'base64url')),
              counter: 0,
            },
          }),
        )
        expect(facts !== null).toBe(accepted)
        const { userPresent, ...others } = traits
        if (facts !== null) expect({ ...facts, userPresent }).toEqual({ ...others, userPresent: true })
      }),
      { numRuns: 40 },
    )
    const registration = { ...library, response: created as never, expectedChallenge: challenges.create }
    expect(await orFalse(verifyRegistrationResponse(registration))).toBe(true)
  })
})

describe('a response of a browser', () => {
  const { verifier, created, gotten } = ceremony()
  const json = fc.oneof(
    fc.anything(),
    fc.json(),
    fc.record(
      {
        id: fc.oneof(bytesText, fc.string()),
        rawId: fc.oneof(bytesText, fc.string()),
        type: fc.constantFrom('public-key', 'x'),
        response: fc.oneof(
          fc.anything(),
          fc.record({
            clientDataJSON: bytesText,
            attestationObject: bytesText,
            authenticatorData: bytesText,
            signature: bytesText,
            userHandle: bytesText,
            transports: fc.anything(),
          }),
        ),
      },
      { requiredKeys: ['type'] },
    ),
  )

  it('is refused without an exception when it is garbage', async () => {
    await fc.assert(
      fc.asyncProperty(json, bytesText, async (value, publicKey) => {
        expect(await verifyCreated(verifier, value)).toBeNull()
        expect(await verifyGotten(verifier, value, publicKey)).toBeNull()
      }),
      { numRuns: 600 },
    )
  })

  it('is refused without an exception when one field is garbage', async () => {
    const registration = readRegistrationResponse(created())!
    const assertion = readAssertionResponse(gotten())!
    const text = fc.oneof(bytesText, fc.string(), fc.json())
    await fc.assert(
      fc.asyncProperty(text, text, async (value, publicKey) => {
        for (const name of ['id', 'clientDataJSON', 'attestationObject']) {
          const question = { response: { ...registration, [name]: value }, challenge: challenges.create }
          expect(await verifier.verifyRegistration(question)).toBeNull()
        }
        const question = { response: assertion, challenge: challenges.get, publicKey }
        expect(await verifier.verifyAssertion(question)).toBeNull()
      }),
      { numRuns: 300 },
    )
  })

  it('[PKR-14] is accepted with any extension outputs', async () => {
    const extensions = fc.dictionary(
      fc.string(),
      fc.oneof(fc.boolean(), fc.integer({ min: -1e6, max: 1e6 }), fc.string()),
    )
    await fc.assert(
      fc.asyncProperty(extensions, async (outputs) => {
        const words = { extensions: new Map(Object.entries<Cbor>(outputs)) }
        expect(await verifyCreated(verifier, created(words))).not.toBeNull()
      }),
      { numRuns: 50 },
    )
  })

  it('[PKR-4] is refused from an origin that is not in the list', async () => {
    const near = fc.tuple(fc.nat(origin.length), fc.string({ minLength: 1, maxLength: 3 }))
    const others = near
      .map(([at, text]) => origin.slice(0, at) + text + origin.slice(at))
      .filter((other) => !(site.origins as readonly string[]).includes(other))
    await fc.assert(
      fc.asyncProperty(others, async (other) => {
        expect(await verifyCreated(verifier, created({ origin: other }))).toBeNull()
      }),
      { numRuns: 100 },
    )
  })
})

describe('CBOR', () => {
  const { value } = fc.letrec<{ value: Cbor }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      fc.integer({ min: -0xffff_ffff, max: 0xffff_ffff }),
      fc.string({ unit: 'grapheme' }),
      fc.boolean(),
      fc.constant(null),
      fc.uint8Array(),
      fc.array(tie('value'), { maxLength: 30 }),
      fc
        .uniqueArray(fc.tuple(fc.oneof(fc.integer({ min: -300, max: 300 }), fc.string()), tie('value')), {
          selector: ([key]) => key,
        })
        .map((pairs) => new Map(pairs)),
    ),
  }))

  it('[PKR-19] is read as it was written', () => {
    fc.assert(
      fc.property(value, (written) => {
        const bytes = new Uint8Array(encodeCbor(written))
        expect(readCbor(bytes)).toEqual({ value: written, end: bytes.length })
        expect(readCbor(bytes.slice(0, -1))).toBeNull()
      }),
    )
  })

  it('[PKR-19] is read from any bytes without an exception, and never beyond their end', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(250), (bytes, at) => {
        const read = readCbor(bytes, at)
        if (read !== null) expect(read.end).toBeLessThanOrEqual(bytes.length)
      }),
      { numRuns: 2000 },
    )
  })
})

it('every assertion gets a verdict, which grants no more than the assertion shows', () => {
  const question = fc.record({
    stored: fc.record({
      counter: counters,
      backupEligible: fc.boolean(),
      backedUp: fc.boolean(),
      uvInitialized: fc.boolean(),
    }),
    facts: fc.record({
      counter: counters,
      userVerified: fc.boolean(),
      backupEligible: fc.boolean(),
      backedUp: fc.boolean(),
    }),
    userVerification: fc.constantFrom<'required' | 'preferred'>('required', 'preferred'),
    otherFactor: fc.boolean(),
    counterRegression: fc.constantFrom<'refuse' | 'report' | undefined>('refuse', 'report', undefined),
    synced: fc.constantFrom<'accept' | 'refuse' | undefined>('accept', 'refuse', undefined),
  })
  fc.assert(
    fc.property(question, (asked) => {
      const { stored, facts } = asked
      const verdict = judgeAssertion(asked)
      if (!verdict.ok) return
      const { next } = verdict
      expect(verdict.verified).toBe(facts.userVerified && stored.uvInitialized)
      expect(next.counter).toBe(Math.max(stored.counter, facts.counter))
      expect(next.uvInitialized).toBe(stored.uvInitialized || (facts.userVerified && asked.otherFactor))
      expect(verdict.counterRegressed && asked.counterRegression !== 'report').toBe(false)
      expect(facts.backupEligible).toBe(stored.backupEligible)
      // The same assertion again is a regression, unless its counter stays at zero.
      const again = judgeAssertion({ ...asked, stored: { ...stored, ...next }, counterRegression: 'refuse' })
      expect(again.ok).toBe(facts.counter === 0 && next.counter === 0)
    }),
    { numRuns: 2000 },
  )
})

it('every credential id has a unique key of its own in each realm', () => {
  const realm = fc.constantFrom('main', 'other')
  fc.assert(
    fc.property(bytesText, bytesText, realm, realm, (one, other, here, there) => {
      const same = one === other && here === there
      expect(credentialKey({ realm: here, id: one }) === credentialKey({ realm: there, id: other })).toBe(same)
    }),
  )
})
