import { describe, expect, it } from 'vitest'
import { checkRelyingParty, creationOptions, requestOptions } from '../../../src/core/passkeys/index.ts'
import { expectHonestEverywhere } from '../hostile-values.ts'

const relyingParty = checkRelyingParty({ id: 'acme.example', name: 'Acme', origins: ['https://acme.example'] })
const user = { handle: 'AQID', name: 'ada@acme.example', displayName: 'Ada' }
const known = [
  { id: 'AAAA', transports: ['internal', 'hybrid'] },
  { id: 'BBBB', transports: [] },
]
const creation = { relyingParty, challenge: 'AQEB', user, exclude: known }
const request = { relyingParty, challenge: 'AQEB', allow: known, userVerification: 'preferred' as const }
const argument = expect.objectContaining({ code: 'NL_ARGUMENT' })

describe('creation options', () => {
  it('[PKR-9, PKR-10, PKR-16, PKR-17] offer three algorithms, request no attestation, and exclude known passkeys', () => {
    expect(creationOptions(creation)).toEqual({
      rp: { id: 'acme.example', name: 'Acme' },
      user: { id: 'AQID', name: 'ada@acme.example', displayName: 'Ada' },
      challenge: 'AQEB',
      pubKeyCredParams: [
        { type: 'public-key', alg: -8 },
        { type: 'public-key', alg: -7 },
        { type: 'public-key', alg: -257 },
      ],
      timeout: 300_000,
      excludeCredentials: [
        { type: 'public-key', id: 'AAAA', transports: ['internal', 'hybrid'] },
        { type: 'public-key', id: 'BBBB' },
      ],
      authenticatorSelection: { residentKey: 'preferred', requireResidentKey: false, userVerification: 'preferred' },
      attestation: 'none',
      extensions: { credProps: true },
    })
  })

  it('[PKR-17] require a resident key only on request, and have a timeout of 5 to 10 minutes', () => {
    const required = creationOptions({ ...creation, residentKey: 'required', userVerification: 'required' })
    expect(required.authenticatorSelection).toEqual({
      residentKey: 'required',
      requireResidentKey: true,
      userVerification: 'required',
    })
    expect(creationOptions({ ...creation, timeoutMs: 600_000 }).timeout).toBe(600_000)
    for (const timeoutMs of [0, 299_999, 600_001, NaN, 3e5 + 0.5]) {
      expect(() => creationOptions({ ...creation, timeoutMs })).toThrow(argument)
      expect(() => requestOptions({ ...request, timeoutMs })).toThrow(argument)
    }
  })

  it('[PKR-15] accept a user handle of 1 to 64 bytes', () => {
    const withHandle = (handle: string): unknown => creationOptions({ ...creation, user: { ...user, handle } })
    expect(withHandle(Buffer.alloc(64).toString('base64url'))).toBeDefined()
    for (const handle of ['', 'A', 'AR', 'ada@acme.example', Buffer.alloc(65).toString('base64url')]) {
      expect(() => withHandle(handle)).toThrow(argument)
    }
  })

  it('are plain JSON', () => {
    const options = creationOptions(creation)
    expect(JSON.parse(JSON.stringify(options))).toEqual(options)
  })
})

describe('request options', () => {
  it('name the allowed passkeys, or none when any may answer', () => {
    expect(requestOptions(request)).toEqual({
      challenge: 'AQEB',
      timeout: 300_000,
      rpId: 'acme.example',
      allowCredentials: [
        { type: 'public-key', id: 'AAAA', transports: ['internal', 'hybrid'] },
        { type: 'public-key', id: 'BBBB' },
      ],
      userVerification: 'preferred',
    })
    expect(requestOptions({ ...request, allow: [] }).allowCredentials).toEqual([])
  })
})

it('creationOptions and requestOptions throw NL_ARGUMENT for wrong arguments', () => {
  for (const call of [creationOptions, requestOptions]) {
    for (const fields of [{ challenge: 7 }, { userVerification: 'discouraged' }, { exclude: 'x', allow: 'x' }]) {
      expect(() => call({ ...creation, ...request, ...fields } as never)).toThrow(argument)
    }
  }
  expect(() => creationOptions({ ...creation, residentKey: 'discouraged' as never })).toThrow(argument)
  const { relyingParty: _, exclude: __, ...texts } = creation
  expectHonestEverywhere((options) => creationOptions({ relyingParty, exclude: [], ...options }), texts)
})
