import fc from 'fast-check'
import { languages, loadLanguage } from 'nightlatch/languages'
import { describe, expect, it } from 'vitest'
import {
  generateSmsCode,
  isE164,
  maskPhone,
  matchesSmsCode,
  noSmsSends,
  parseOriginBound,
  sendAllowed,
  sendsAfterVerified,
  smsDigest,
  smsLength,
  smsPurposes,
  smsSendLimits,
  smsText,
} from 'nightlatch/sms'
import type { SmsSends } from 'nightlatch/sms'
import { readPhone } from '../../src/service/facade/read-phone.ts'

const everyLanguage = await Promise.all(languages.map((code) => loadLanguage(code)))

const hour = 3_600_000
const day = 24 * hour
const start = 1_700_000_000_000

const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 })
const phones = fc.stringMatching(/^\+[1-9]\d{1,14}$/)
const codes = fc.stringMatching(/^\d{6}$/)

describe('codes', () => {
  it('[SMS-4] have every digit at every position equally often', () => {
    const counts = Array.from({ length: 6 }, () => new Array<number>(10).fill(0))
    const entropy = new Uint8Array(32)
    const view = new DataView(entropy.buffer)
    const made = 20_000
    for (let i = 0; i < made; i++) {
      view.setUint32(0, i)
      for (const [position, digit] of [...generateSmsCode({ entropy })].entries()) counts[position]![Number(digit)]!++
    }
    // Six standard deviations; the codes are the same at each run.
    const spread = 6 * Math.sqrt(made * 0.1 * 0.9)
    for (const count of counts.flat()) expect(Math.abs(count - made / 10)).toBeLessThan(spread)
  })

  it('[SMS-7] match their digest only with everything that they are bound to', () => {
    const bound = fc.record({
      key: bytes32,
      challenge: fc.string({ minLength: 1 }),
      purpose: fc.constantFrom(...smsPurposes),
      phone: phones,
      code: codes,
    })
    fc.assert(
      fc.property(bound, bound, fc.constantFrom('key', 'challenge', 'purpose', 'phone', 'code'), (one, other, part) => {
        const digest = smsDigest(one)
        const { code, ...binding } = { ...one, [part]: other[part] }
        const isSame = String(one[part]) === String(other[part])
        expect(matchesSmsCode({ ...binding, digest, text: code })).toBe(isSame)
      }),
    )
  })
})

describe('texts', () => {
  const options = fc.record({
    language: fc.constantFrom(...everyLanguage),
    template: fc.constantFrom(...smsPurposes),
    code: codes,
    appName: fc.string({ unit: 'binary', maxLength: 80 }).map((name) => `A${name}`),
    minutes: fc.integer({ min: 1, max: 10 }),
  })

  it('[SMS-16, SMS-18] are bound to the domain with any name of the application', () => {
    fc.assert(
      fc.property(options, fc.domain(), (made, domain) => {
        const text = smsText({ ...made, domain })
        expect(text.endsWith(`\n@${domain.toLowerCase()} #${made.code}`)).toBe(true)
        expect(parseOriginBound(text)).toEqual({
          ok: true,
          host: domain.toLowerCase(),
          code: made.code,
          embeddedHost: null,
        })
        expect(parseOriginBound(smsText(made))).toMatchObject({ ok: false })
      }),
    )
  })

  it('have the length of their characters, and need as many messages as those', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 600 }), (text) => {
        const { encoding, units, segments } = smsLength(text)
        const [alone, joined] = encoding === 'GSM-7' ? [160, 153] : [70, 67]
        expect(units).toBeGreaterThanOrEqual([...text].length)
        if (units <= alone) expect(segments).toBe(1)
        else {
          expect(segments).toBeGreaterThanOrEqual(Math.ceil(units / joined))
          // At most one unit of each message stays empty.
          expect(segments).toBeLessThanOrEqual(Math.ceil(units / (joined - 1)))
        }
      }),
    )
  })
})

describe('sends', () => {
  const steps = fc.array(fc.tuple(fc.integer({ min: 0, max: 3 * hour }), fc.boolean()), { maxLength: 120 })

  it('[SMS-23] never exceed the limit of an hour or a day, also when codes are verified in between', () => {
    fc.assert(
      fc.property(steps, (all) => {
        let state: SmsSends = noSmsSends
        let now = start
        const sent: number[] = []
        for (const [later, verified] of all) {
          now += later
          const answer = sendAllowed({ state, now })
          if (answer.ok) {
            sent.push(now)
            state = answer.state
          }
          if (verified) state = sendsAfterVerified(state)
          expect(sent.filter((at) => now - at < hour).length).toBeLessThanOrEqual(smsSendLimits.hourly)
          expect(sent.filter((at) => now - at < day).length).toBeLessThanOrEqual(smsSendLimits.daily)
          expect(state.at.length).toBeLessThanOrEqual(smsSendLimits.daily)
        }
      }),
    )
  })

  it('are allowed at the time that a refusal gives, and not before', () => {
    fc.assert(
      fc.property(steps, (all) => {
        let state: SmsSends = noSmsSends
        let now = start
        for (const [later] of all) {
          now += Math.floor(later / 60)
          const answer = sendAllowed({ state, now })
          if (!answer.ok) {
            expect(answer.retryAt).toBeGreaterThan(now)
            expect(sendAllowed({ state, now: answer.retryAt })).toMatchObject({ ok: true })
            expect(sendAllowed({ state, now: answer.retryAt - 1 })).toMatchObject({ ok: false })
            continue
          }
          state = answer.state
          if (answer.resendAt > now) {
            expect(sendAllowed({ state, now: answer.resendAt - 1 })).toMatchObject({ ok: false })
          }
        }
      }),
    )
  })

  it('are refused for two days at most under any clock, and are kept in order', () => {
    const times = fc.array(fc.integer({ min: start - 3 * day, max: start + 3 * day }), { maxLength: 60 })
    fc.assert(
      fc.property(times, fc.nat({ max: 2000 }), (at, row) => {
        const answer = sendAllowed({ state: { at, row }, now: start })
        if (!answer.ok) expect(answer.retryAt).toBeLessThan(start + 2 * day)
        else {
          expect(answer.state.at).toEqual([...answer.state.at].sort((a, b) => a - b))
          expect(answer.state.at.length).toBeLessThanOrEqual(smsSendLimits.daily)
        }
      }),
    )
  })
})

describe('numbers', () => {
  it('[SMS-11] show no more than their calling code and two digits', () => {
    fc.assert(
      fc.property(phones, (phone) => {
        const masked = maskPhone(phone)
        const [head = '', ...digits] = masked.split(/[ •]+/)
        expect(phone.startsWith(head)).toBe(true)
        expect(head.length).toBeLessThanOrEqual(4)
        expect(digits.join('').length).toBeLessThanOrEqual(2)
        expect(phone.endsWith(digits.join(''))).toBe(true)
      }),
    )
  })

  const known = ['+36301234567', '+33612345678', '+12025550143', '+447400123456', '+5491112345678', '+390612345678']
  const between = fc.constantFrom('', ' ', '-', '.', '/', '\u00a0', '\u2011', '(', ')', '\u200e')
  const spelled = fc
    .tuple(
      fc.constantFrom(...known),
      fc.array(between, { minLength: 16, maxLength: 16 }),
      fc.constantFrom('+', '00', '＋'),
    )
    .map(([phone, gaps, plus]) => ({
      phone,
      text: plus + [...phone.slice(1)].map((digit, index) => digit + gaps[index]!).join(''),
    }))

  it('[SMS-10] are the same number in every spelling', async () => {
    await fc.assert(
      fc.asyncProperty(spelled, async ({ phone, text }) => {
        expect(await readPhone(text)).toMatchObject({ ok: true, e164: phone })
        expect(await readPhone(text, 'HU')).toMatchObject({ ok: true, e164: phone })
      }),
    )
  })

  it('[SMS-10] are E.164, or refused with a reason, for any typed text', async () => {
    const typed = fc.oneof(fc.string({ unit: 'binary' }), fc.stringMatching(/^[+\d ()./٠٣٩-]{0,24}$/))
    const countries = fc.constantFrom(undefined, 'HU', 'US', 'FR', 'AR', 'IT')
    await fc.assert(
      fc.asyncProperty(typed, countries, async (text, country) => {
        const read = await readPhone(text, country)
        if (!read.ok) return
        expect(isE164(read.e164)).toBe(true)
        // The stored form is read as itself.
        expect(await readPhone(read.e164)).toEqual(read)
      }),
      { numRuns: 1000 },
    )
  })
})
