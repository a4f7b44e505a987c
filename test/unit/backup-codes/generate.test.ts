import { generateBackupCodes, maxBackupCodes, normalizeBackupCode } from 'nightlatch/backup-codes'
import type { BackupCodeProfile } from 'nightlatch/backup-codes'
import { describe, expect, it } from 'vitest'
import vectors from '../../vectors/backup-codes.json' with { type: 'json' }
import { expectHonestEverywhere, hostileValues } from '../hostile-values.ts'

const entropy = Uint8Array.from(Buffer.from(vectors.entropy, 'hex'))

describe('generateBackupCodes', () => {
  it('makes ten codes of 13 characters in groups by default', () => {
    const codes = generateBackupCodes({ entropy })
    expect(codes).toHaveLength(10)
    for (const code of codes)
      expect(code).toMatch(/^[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{4}$/)
  })

  it('makes codes of six digits on request', () => {
    for (const code of generateBackupCodes({ entropy, profile: 'numeric-6' })) expect(code).toMatch(/^\d{6}$/)
  })

  it.each(vectors.sets)('agrees with an independent computation for $profile', ({ profile, codes }) => {
    expect(generateBackupCodes({ entropy, profile: profile as BackupCodeProfile })).toEqual(codes)
  })

  it.each([1, maxBackupCodes])('makes a set of %i', (count) => {
    expect(new Set(generateBackupCodes({ entropy, count }))).toHaveProperty('size', count)
  })

  it.each([0, -1, 1.5, NaN, 51, 2 ** 53, '10', null])('refuses a count of %s', (count) => {
    expect(() => generateBackupCodes({ entropy, count: count as number })).toThrow(/^count must be/)
  })

  it.each([0, 16, 31])('[BC-1] refuses %i bytes of entropy', (length) => {
    expect(() => generateBackupCodes({ entropy: new Uint8Array(length) })).toThrow(
      /^entropy must have 32 bytes or more/,
    )
  })

  it('gives the same set for the same entropy, and another set for other entropy', () => {
    const other = Uint8Array.from(entropy).fill(255, 31)
    expect(generateBackupCodes({ entropy })).toEqual(generateBackupCodes({ entropy: Buffer.from(entropy) }))
    const both = [...generateBackupCodes({ entropy }), ...generateBackupCodes({ entropy: other })]
    expect(new Set(both).size).toBe(20)
  })

  it('does not change the entropy', () => {
    const mine = Uint8Array.from(entropy)
    generateBackupCodes({ entropy: mine })
    expect(mine).toEqual(entropy)
  })

  it('answers hostile values with codes or a NightlatchError', () => {
    expectHonestEverywhere(generateBackupCodes, { entropy, count: 3, profile: 'numeric-6' })
    for (const value of hostileValues) expect(normalizeBackupCode(value)).toBeNull()
  })
})

/** Pearson's χ² of counts that should all be equal. */
function chiSquared(counts: readonly number[]): number {
  const expected = counts.reduce((sum, count) => sum + count, 0) / counts.length
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0)
}

// The bounds are the values that chance exceeds once in a million; the input is fixed, so no run differs from another.
// A bare remainder of a byte by ten would give a χ² above 300 on this sample.
describe.each([
  { profile: 'crockford-13', alphabet: '0123456789ABCDEFGHJKMNPQRSTVWXYZ', bound: 83 },
  { profile: 'numeric-6', alphabet: '0123456789', bound: 45 },
] as const)('[BC-1] a large sample of $profile', ({ profile, alphabet, bound }) => {
  const codes = Array.from({ length: 3_500 }, (_, set) => {
    const own = new Uint8Array(32)
    new DataView(own.buffer).setUint32(0, set)
    return generateBackupCodes({ entropy: own, count: maxBackupCodes, profile }).map((code) => code.replaceAll('-', ''))
  }).flat()
  const length = codes[0]!.length
  const counts = Array.from({ length }, (_, position) => {
    const counted = new Map(Array.from(alphabet, (character) => [character, 0]))
    for (const code of codes) counted.set(code[position]!, counted.get(code[position]!)! + 1)
    return [...counted.values()]
  })

  it('shows no bias over all positions', () => {
    const total = Array.from(alphabet, (_, at) => counts.reduce((sum, position) => sum + position[at]!, 0))
    expect(chiSquared(total)).toBeLessThan(bound)
  })

  it('shows no bias at any position', () => {
    for (const position of counts) expect(chiSquared(position)).toBeLessThan(bound)
  })

  it('shows no bias between neighboring characters', () => {
    const pairs = new Map<string, number>()
    for (const code of codes) pairs.set(code.slice(1, 3), (pairs.get(code.slice(1, 3)) ?? 0) + 1)
    const cells = alphabet.length ** 2
    const counted = [...pairs.values(), ...new Array<number>(cells - pairs.size).fill(0)]
    // Normal approximation of χ² with cells − 1 degrees of freedom, five standard deviations up.
    expect(chiSquared(counted)).toBeLessThan(cells - 1 + 5 * Math.sqrt(2 * (cells - 1)))
  })
})
