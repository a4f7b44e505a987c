import {
  decodeBase32,
  encodeBase32,
  formatSecret,
  generateSecret,
  hotp,
  keyUri,
  keyWarnings,
  normalizeCode,
  parseKeyUri,
  parseMigrationUri,
  prepareSecret,
  resynchronizeTotp,
  totp,
  totpStep,
  verifyHotp,
  verifyTotp,
} from 'nightlatch/otp'
import { describe, expect, it } from 'vitest'
import { expectHonestEverywhere, hostileTexts, hostileValues } from '../hostile-values.ts'

const secret = new Uint8Array(20).fill(1)
const common = { secret, digits: 6, algorithm: 'SHA1' } as const
const timed = { ...common, now: 1e12, period: 30 }
const checked = { ...timed, code: '123456', after: 5, window: 1, drift: 0 }

describe('hostile values', () => {
  it('get an outcome or a NightlatchError from every function that takes options', () => {
    expectHonestEverywhere(totp, timed)
    expectHonestEverywhere(totpStep, { now: 1e12, period: 30 })
    expectHonestEverywhere(hotp, { ...common, counter: 1 })
    expectHonestEverywhere(verifyTotp, checked)
    expectHonestEverywhere(verifyHotp, { ...common, code: '123456', counter: 1, lookAhead: 3 })
    expectHonestEverywhere(resynchronizeTotp, { ...timed, codes: ['123456', '654321'], after: 5, search: 10 })
    expectHonestEverywhere(prepareSecret, { secret, algorithm: 'SHA256' })
    expectHonestEverywhere(generateSecret, { entropy: new Uint8Array(64), algorithm: 'SHA512' })
    expectHonestEverywhere(keyWarnings, { algorithm: 'SHA1', digits: 6, period: 30 })
    const labels = { issuer: 'Acme', account: 'alice', legacy: false }
    expectHonestEverywhere(keyUri, { ...timed, ...labels, type: 'totp' })
    expectHonestEverywhere(keyUri, { ...common, ...labels, type: 'hotp', counter: 1 })
    expectHonestEverywhere(encodeBase32 as (bytes: object) => string, {})
    expectHonestEverywhere(formatSecret as (bytes: object) => string, {})
  })

  it('typed or pasted get an outcome, and never an exception', () => {
    for (const value of hostileValues as readonly string[]) {
      expect(verifyTotp({ ...checked, code: value }).ok).toBe(false)
      expect(verifyHotp({ ...common, code: value, counter: 0 }).ok).toBe(false)
      expect(resynchronizeTotp({ ...timed, codes: [value, value] }).ok).toBe(false)
      expect([null, 'string']).toContain(normalizeCode(value) === null ? null : typeof normalizeCode(value))
      expect(typeof decodeBase32(value).ok).toBe('boolean')
      expect(parseKeyUri(value, value as never).ok).toBe(false)
      expect(parseMigrationUri(value, value as never).ok).toBe(false)
    }
    for (const text of hostileTexts) {
      for (const uri of [
        `otpauth://${text}/a?secret=${'A'.repeat(32)}`,
        `otpauth://totp/${text}?secret=${'A'.repeat(32)}`,
        `otpauth://totp/a?secret=${text}`,
        `otpauth://totp/a?secret=${'A'.repeat(32)}&issuer=${text}&digits=${text}`,
        `otpauth-migration://offline?data=${text}`,
        `otpauth-migration://offline?${text}`,
      ]) {
        expect(typeof parseKeyUri(uri).ok).toBe('boolean')
        expect(typeof parseMigrationUri(uri).ok).toBe('boolean')
      }
    }
  })
})
