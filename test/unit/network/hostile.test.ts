import * as network from 'nightlatch/network'
import { describe, expect, it } from 'vitest'
import { expectHonest, expectHonestEverywhere, hostileValues } from '../hostile-values.ts'

const texts: readonly unknown[] = [
  ...hostileValues,
  ...['1', ':', '.', '/', '-', '1.', 'f:', '::', '10.0.0.0/8-', '\u0661', '\0'].map((piece) => piece.repeat(10_240)),
  ...['10.0.0.0/', '::/', '-', '1-', '10.0.0.1-10.0.0.0', '::ffff:0:0/0', '::ffff:0:0/95', '0.0.0.0-::'],
]

describe('hostile values', () => {
  it.each(Object.keys(network).filter((name) => name !== 'ALLOW_EVERYTHING'))(
    'are answered by %s with a value or a NightlatchError',
    (name) => {
      const call = network[name as keyof typeof network] as (...args: unknown[]) => unknown
      for (const value of texts) {
        expectHonest(() => call(value))
        expectHonest(() => call([value]))
        expectHonest(() => call(['10.0.0.0/8'], value))
        expectHonest(() => call('10.0.0.0/8', value))
        expectHonest(() => call({ text: value }))
        expectHonest(() => call([{ text: value }]))
        expectHonest(() => call({ family: value, words: [1] }))
        expectHonest(() => call({ family: 4, words: value }))
        expectHonest(() => call({ family: 4, words: [value] }))
        expectHonest(() => call({ family: 6, words: [0, 0, 0, value] }))
      }
    },
  )

  it('get an outcome and no exception wherever a person types', () => {
    const matcher = network.compileRules(['10.0.0.0/8', '2001:db8::/32', '2001:db8::1'])
    for (const value of texts) {
      expect(network.parseAddress(value)).toMatchObject({ ok: false, reason: 'malformed' })
      expect(network.parseRule(value)).toMatchObject({ ok: false })
      expect(network.checkRules([value as string])).toMatchObject({ ok: false, errors: [{ index: 0 }] })
      expect(matcher.check(value)).toBe('malformed')
      expect(matcher.covers(value as string)).toBe('malformed')
    }
  })

  it('are refused as an address', () => {
    const matcher = network.compileRules([])
    expectHonestEverywhere(matcher.checkAddress, { family: 4, words: [1] })
    for (const words of [[-1], [2 ** 32], [0.5], [NaN], [], [1, 2], ['1'], '1']) {
      expect(() => network.formatAddress({ family: 4, words } as never)).toThrow('address must be')
    }
  })
})
