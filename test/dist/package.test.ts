import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { publint } from 'publint'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { installPacked, subpaths } from './packed.ts'
import type { Installed } from './packed.ts'

let installed: Installed

beforeAll(() => {
  installed = installPacked({ peers: true })
})

afterAll(() => installed.remove())

const namesInEsm = `
  const names = {}
  for (const path of ${JSON.stringify(subpaths)}) names[path] = Object.keys(await import(path)).sort()
  console.log(JSON.stringify(names))`
const namesInCjs = `
  const names = {}
  for (const path of ${JSON.stringify(subpaths)}) names[path] = Object.keys(require(path)).sort()
  console.log(JSON.stringify(names))`

describe('the packed package, installed alone', () => {
  it('holds the built files, pages, package.json and the license, and nothing else', () => {
    const listed = execFileSync('tar', ['-tzf', installed.tarball], { encoding: 'utf8' }).trim().split('\n')
    const others = listed.filter((name) => !/^package\/(?:dist\/.*|(?:docs\/)?[\w-]+\.md)$/.test(name)).sort()
    expect(others).toEqual(['package/LICENSE', 'package/package.json'])
  })

  it('imports every subpath in ESM and in CommonJS with the same names', () => {
    const esm = installed.run('esm', namesInEsm) as Record<string, string[]>
    const cjs = installed.run('cjs', namesInCjs) as Record<string, string[]>
    expect(cjs).toEqual(esm)
    for (const path of subpaths) expect(esm[path], path).not.toEqual([])
  })

  it('has no message from publint', async () => {
    const { messages } = await publint({ pkgDir: join(installed.folder, 'node_modules/nightlatch'), strict: true })
    expect(messages).toEqual([])
  })

  it('has types for every export condition, as attw checks', () => {
    const attw = fileURLToPath(new URL('../../node_modules/@arethetypeswrong/cli/dist/index.js', import.meta.url))
    const ask = [attw, installed.tarball, '--profile', 'node16', '--no-definitely-typed', '--format', 'json']
    const { problems } = JSON.parse(execFileSync(process.execPath, ask, { encoding: 'utf8' })) as {
      readonly problems: Readonly<Record<string, readonly { readonly resolutionKind: string }[]>>
    }
    // The list also has what the profile leaves out: resolvers that know no exports map.
    const found = Object.values(problems).flat()
    expect(found.filter(({ resolutionKind }) => resolutionKind !== 'node10')).toEqual([])
  })
})

describe('the error class', () => {
  // One error from each of three subpaths, in one format, seen by the root of the same or of the other format.
  const provoke = `
    const provoked = []
    for (const call of [() => otp.totp({}), () => network.compileRules(7), () => codes.generateBackupCodes({})]) {
      try { call() } catch (error) { provoked.push(error) }
    }`

  it('is the same over all subpaths in ESM', () => {
    const seen = installed.run(
      'esm',
      `import { NightlatchError, isNightlatchError } from 'nightlatch'
      import * as otp from 'nightlatch/otp'
      import * as network from 'nightlatch/network'
      import * as codes from 'nightlatch/backup-codes'
      ${provoke}
      console.log(JSON.stringify(provoked.map((error) => [
        error instanceof NightlatchError, isNightlatchError(error), error.code])))`,
    )
    expect(seen).toEqual(Array(3).fill([true, true, 'NL_ARGUMENT']))
  })

  it('is the same over all subpaths in CommonJS', () => {
    const seen = installed.run(
      'cjs',
      `const { NightlatchError, isNightlatchError } = require('nightlatch')
      const otp = require('nightlatch/otp')
      const network = require('nightlatch/network')
      const codes = require('nightlatch/backup-codes')
      ${provoke}
      console.log(JSON.stringify(provoked.map((error) => [
        error instanceof NightlatchError, isNightlatchError(error), error.code])))`,
    )
    expect(seen).toEqual(Array(3).fill([true, true, 'NL_ARGUMENT']))
  })

  it('is known by its brand between ESM and CommonJS', () => {
    const seen = installed.run(
      'esm',
      `import { createRequire } from 'node:module'
      import { isNightlatchError } from 'nightlatch'
      const require = createRequire(process.cwd() + '/from-here.js')
      const otp = require('nightlatch/otp')
      const network = require('nightlatch/network')
      const codes = require('nightlatch/backup-codes')
      ${provoke}
      console.log(JSON.stringify(provoked.map((error) => [isNightlatchError(error), error.code])))`,
    )
    expect(seen).toEqual(Array(3).fill([true, 'NL_ARGUMENT']))
  })
})
