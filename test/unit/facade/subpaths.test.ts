import { isNightlatchError } from 'nightlatch'
import { describe, expect, it } from 'vitest'
import tsconfig from '../../../tsconfig.json' with { type: 'json' }
import { hostileValues } from '../hostile-values.ts'
import { root } from '../source-tree.ts'

const subpaths = Object.entries(tsconfig.compilerOptions.paths).filter(([name]) => name !== 'nightlatch')

type AnyFunction = (...values: readonly unknown[]) => unknown

async function expectHonest(title: string, call: () => unknown): Promise<unknown> {
  try {
    return await call()
  } catch (error) {
    expect(isNightlatchError(error), `${title}: ${String(error)}`).toBe(true)
    return undefined
  }
}

/** Contract suites are left out: they require a test runner. */
function functionsOf(module: object): readonly (readonly [string, AnyFunction])[] {
  return Object.entries(module).filter(
    (entry): entry is [string, AnyFunction] => typeof entry[1] === 'function' && !entry[0].endsWith('Contract'),
  )
}

describe('hostile values', () => {
  it.each(subpaths)('get an outcome or a NightlatchError from every function of %s', async (_, [file]) => {
    const module = (await import(root + file!)) as object
    for (const [title, call] of functionsOf(module)) {
      for (const [index, value] of hostileValues.entries()) {
        const label = `${title}(value ${index})`
        await expectHonest(label, () => call(value))
        await expectHonest(`${label} twice`, () => call(value, value))
        await expectHonest(`${label} second`, () => call('192.0.2.1', value))
        await expectHonest(`${label} after a list`, () => call([], value))
        await expectHonest(`${label} after an object`, () => call({}, value))
        await expectHonest(`${label} in a list`, () => call([value]))
      }
    }
  })
})
