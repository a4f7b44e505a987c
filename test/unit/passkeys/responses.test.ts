import { describe, expect, it } from 'vitest'
import { passkeyLimits, readAssertionResponse, readRegistrationResponse } from '../../../src/core/passkeys/index.ts'
import { ceremony, userHandle } from '../../world/passkey-ceremony.ts'
import { hostileTexts, hostileValues } from '../hostile-values.ts'

const { created, gotten } = ceremony()
const registration = created()
const assertion = gotten()
const bytes = (length: number): string => Buffer.alloc(length, 1).toString('base64url')

type Json = typeof registration | typeof assertion

const withResponse = (json: Json, fields: object): unknown => ({ ...json, response: { ...json.response, ...fields } })

describe('a registration response', () => {
  it('is read from an object or its JSON text, with only the needed fields', () => {
    const { id, response } = registration
    const { clientDataJSON, attestationObject } = response
    const expected = { id, clientDataJSON, attestationObject, transports: ['hybrid', 'internal'], discoverable: true }
    expect(readRegistrationResponse(registration)).toEqual(expected)
    expect(readRegistrationResponse(JSON.stringify(registration))).toEqual(expected)
  })

  it('keeps each known transport once', () => {
    const read = (transports: unknown): unknown =>
      readRegistrationResponse(withResponse(registration, { transports }))?.transports
    expect(read(['usb', 'nfc', 'nfc', 'cable', 7, null, {}])).toEqual(['usb', 'nfc'])
    expect(read(undefined)).toEqual([])
    expect(read(null)).toEqual([])
    expect(read([...Array(passkeyLimits.transports).fill('x'), 'usb'])).toEqual([])
    expect(read(new Array(4_000_000_000))).toEqual([])
    for (const value of ['usb', 7, {}]) expect(read(value)).toBeUndefined()
  })

  it('[PKR-14] is read alike with any extension results and unknown fields', () => {
    const results = [{}, null, { prf: { enabled: true } }, { largeBlob: 'x'.repeat(9000) }, 'text', undefined]
    for (const clientExtensionResults of results) {
      const read = readRegistrationResponse({ ...registration, clientExtensionResults, future: [1] })
      expect(read).toEqual({ ...readRegistrationResponse(registration), discoverable: null })
    }
  })

  it('says whether the passkey is discoverable, as the browser reports it', () => {
    const read = (rk: unknown): unknown =>
      readRegistrationResponse({ ...registration, clientExtensionResults: { credProps: { rk } } })?.discoverable
    expect([true, false, undefined, 'true', 1].map(read)).toEqual([true, false, null, null, null])
  })
})

describe('an assertion response', () => {
  it('is read from an object or its JSON text', () => {
    const { id, response } = assertion
    const { clientDataJSON, authenticatorData, signature } = response
    const expected = { id, clientDataJSON, authenticatorData, signature, userHandle }
    expect(readAssertionResponse(assertion)).toEqual(expected)
    expect(readAssertionResponse(JSON.stringify(assertion))).toEqual(expected)
  })

  it('may have no user handle', () => {
    for (const none of [undefined, null, '']) {
      expect(readAssertionResponse(withResponse(assertion, { userHandle: none }))?.userHandle).toBeNull()
    }
    for (const wrong of ['A', 'AB', bytes(65), 7, {}]) {
      expect(readAssertionResponse(withResponse(assertion, { userHandle: wrong }))).toBeNull()
    }
    expect(readAssertionResponse(withResponse(assertion, { userHandle: bytes(64) }))?.userHandle).toBe(bytes(64))
  })
})

const readers = [
  ['registration', readRegistrationResponse, registration, ['clientDataJSON', 'attestationObject']],
  ['assertion', readAssertionResponse, assertion, ['clientDataJSON', 'authenticatorData', 'signature']],
] as const

describe.each(readers)('every %s response', (_, read: (value: unknown) => unknown, json: Json, fields) => {
  it('[PKR-11] has an id of 1 to 1023 bytes, and the same raw id', () => {
    const longest = bytes(1023)
    expect(read({ ...json, id: longest, rawId: longest })).toMatchObject({ id: longest })
    expect(read({ ...json, id: 'AQ', rawId: undefined })).toMatchObject({ id: 'AQ' })
    for (const id of ['', bytes(1024), `${json.id}=`, 'AR', 'A+/A', 'A']) {
      expect(read({ ...json, id, rawId: id }), id.slice(0, 9)).toBeNull()
    }
    expect(read({ ...json, rawId: 'AQ' })).toBeNull()
    expect(read({ ...json, rawId: null })).toBeNull()
  })

  it('has the type public-key', () => {
    for (const type of ['password', 'PUBLIC-KEY', '', undefined, null, ['public-key']]) {
      expect(read({ ...json, type })).toBeNull()
    }
  })

  it('[PKR-19] has fields of canonical base64url, within their sizes', () => {
    const caps = { ...passkeyLimits, clientDataJSON: passkeyLimits.clientData }
    for (const name of fields) {
      expect(read(withResponse(json, { [name]: bytes(caps[name]) }))).toMatchObject({ [name]: bytes(caps[name]) })
      for (const value of [
        bytes(caps[name] + 1),
        '',
        'AR',
        'A===',
        'AQ==',
        '+/',
        ' AQ',
        undefined,
        null,
        7,
        {},
        ['AQ'],
      ]) {
        expect(read(withResponse(json, { [name]: value })), `${name} ${String(value).slice(0, 9)}`).toBeNull()
      }
    }
  })

  it('is null for any other value, and never an exception', () => {
    const fail = (): never => {
      throw new Error('looked at')
    }
    const circle: Record<string, unknown> = { ...json }
    circle.response = circle
    const revoked = Proxy.revocable({}, {})
    revoked.revoke()
    const traps: unknown[] = [
      circle,
      Object.defineProperty({ ...json }, 'response', { get: fail }),
      Object.defineProperty({ ...json }, 'id', { get: fail }),
      withResponse(json, { clientDataJSON: { toString: fail, valueOf: fail } }),
      new Proxy(json, { get: fail }),
      revoked.proxy,
      { ...json, response: 'x' },
      ' '.repeat(passkeyLimits.responseText) + JSON.stringify(json),
      '['.repeat(60_000),
      '{"a":'.repeat(10_000),
      JSON.stringify([json]),
      ...hostileTexts.map((text) => JSON.stringify(text)),
    ]
    for (const value of [...hostileValues, ...traps]) {
      expect(read(value)).toBeNull()
      for (const name of ['type', 'response']) expect(read({ ...json, [name]: value })).toBeNull()
      // Some of the texts are base64url by chance.
      if (typeof value === 'string') continue
      expect(read({ ...json, id: value })).toBeNull()
      for (const name of fields) expect(read(withResponse(json, { [name]: value }))).toBeNull()
    }
  })

  it('has its id read once, so that the checked value is the kept one', () => {
    let asked = 0
    const shifty = Object.defineProperty({ ...json }, 'id', { get: () => (asked++ === 0 ? json.id : 'x'.repeat(9999)) })
    expect(read(shifty)).toMatchObject({ id: json.id })
    expect(asked).toBe(1)
  })
})
