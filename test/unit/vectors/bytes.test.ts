import { backupCodeHashInput } from 'nightlatch/backup-codes'
import { describe, expect, it } from 'vitest'
import { referenceTo } from '../../../src/core/account/record/ids.ts'
import { decodeBase64url, encodeBase64url, frame } from '../../../src/core/bytes.ts'
import { derive, hmacSha256, sha256, subKey } from '../../../src/core/hmac.ts'
import { credentialKey, userHandleKey } from '../../../src/core/passkeys/index.ts'
import * as golden from '../../vectors/formats.ts'
import * as reference from '../../vectors/reference.ts'

const { hex, unhex } = reference

describe('golden bytes', () => {
  it('frame parts by length', () => {
    for (const { parts, framed } of golden.frames) {
      expect(hex(reference.frame(...parts))).toBe(framed)
      expect(hex(frame(...parts))).toBe(framed)
    }
    expect(hex(frame(unhex('00ff'), 'a'))).toBe('00000002' + '00ff' + '0000000161')
  })

  it('write and read base64url strictly', () => {
    for (const { bytes, text } of golden.base64urlTexts) {
      expect(reference.base64url(unhex(bytes))).toBe(text)
      expect(encodeBase64url(unhex(bytes))).toBe(text)
      expect(hex(decodeBase64url(text)!)).toBe(bytes)
    }
    // A second text for the same bytes would be a second spelling of one token.
    for (const text of ['Z', 'Zh', 'Zm9', 'Zg==', 'Zg=', 'Z g', '+/+/', 'Zm9v\n', 'Zmé', 'Zg\0', '\ud800AAA']) {
      expect(decodeBase64url(text)).toBeNull()
    }
  })

  it('hash and authenticate as the platform does', () => {
    const message = unhex('00112233')
    expect(hex(sha256(message))).toBe(hex(reference.sha256(message)))
    for (const length of [32, 64, 65, 131]) {
      const key = new Uint8Array(length).fill(length)
      expect(hex(hmacSha256(key, message))).toBe(hex(reference.hmac(key, message)))
    }
  })

  it('[CRY-10] give every purpose a sub-key of its own', () => {
    const key = unhex(golden.keyBytes)
    const made = Object.entries(golden.subKeys).map(([purpose, expected]) => {
      const label = `nightlatch/${purpose}/v1`
      expect(hex(reference.hkdf(key, label, 32))).toBe(expected)
      expect(hex(subKey(key, label))).toBe(expected)
      return expected
    })
    expect(new Set(made).size).toBe(4)
  })

  it('expand entropy by label', () => {
    const entropy = unhex(golden.keyBytes)
    for (const { label, length, info, bytes } of golden.derivations) {
      expect(hex(reference.frame('nightlatch/derive/v1', label))).toBe(info)
      expect(hex(reference.hkdf(entropy, unhex(info), length))).toBe(bytes)
      expect(hex(derive(entropy, label, length))).toBe(bytes)
    }
  })

  it('give a session a reference that hides its id', () => {
    const { session, framed, text } = golden.sessionReference
    expect(hex(reference.frame('nightlatch/session-reference/v1', session))).toBe(framed)
    expect(reference.base64url(reference.sha256(unhex(framed)).subarray(0, 12))).toBe(text)
    expect(referenceTo(session)).toBe(text)
  })

  it('make the unique keys of a passkey and of a user handle', () => {
    const { realm } = golden
    const { credential, userHandle } = golden.passkeyKeys
    const { handle } = userHandle
    expect(hex(reference.frame('nightlatch/passkey-credential/v1', realm, credential.id))).toBe(credential.framed)
    expect(`passkey:${reference.base64url(reference.sha256(unhex(credential.framed)))}`).toBe(credential.key)
    expect(credentialKey({ realm, id: credential.id })).toBe(credential.key)
    expect(hex(reference.frame('nightlatch/passkey-user/v1', realm, handle))).toBe(userHandle.framed)
    expect(`passkey-user:${reference.base64url(reference.sha256(unhex(userHandle.framed)))}`).toBe(userHandle.key)
    expect(userHandleKey({ realm, handle })).toBe(userHandle.key)
    expect(credentialKey({ realm, id: handle }).slice(8)).not.toBe(userHandle.key.slice(13))
  })

  it('frame the hash input of a backup code', () => {
    const { typed, profile, canonical, framed } = golden.backupCodeInput
    expect(hex(reference.frame('nightlatch/backup-code/v1', profile, canonical))).toBe(framed)
    expect(hex(backupCodeHashInput(typed, profile))).toBe(framed)
  })
})
