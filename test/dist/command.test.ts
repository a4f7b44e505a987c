import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, statSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { installPacked } from './packed.ts'
import type { Installed } from './packed.ts'

let installed: Installed

beforeAll(() => {
  installed = installPacked({ peers: false })
})

afterAll(() => installed.remove())

/** What the command does with these words, as its caller sees it. Its output is a pipe. */
function nightlatch(...words: string[]): { readonly code: number | null; readonly out: string; readonly err: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [installed.command, ...words], { encoding: 'utf8' })
  return { code: status, out: stdout, err: stderr }
}

const key = /^nlk1\.[\w-]{43}\n$/
const usage = /^nightlatch: two-factor sign-in .*\n\n {2}nightlatch keygen .*\n {2}nightlatch help .*\n$/

describe('the command, as it is packed', () => {
  it('is a script that Node runs, under the name by which npx finds it', () => {
    expect(readFileSync(installed.command, 'utf8').split('\n')[0]).toBe('#!/usr/bin/env node')
    const link = join(installed.folder, 'node_modules/.bin/nightlatch')
    mkdirSync(dirname(link), { recursive: true })
    symlinkSync(installed.command, link)
    // npm makes the file executable when it links it.
    execFileSync('chmod', ['+x', installed.command])
    expect(statSync(link).mode & 0o111).not.toBe(0)
    expect(execFileSync(link, ['keygen'], { encoding: 'utf8' })).toMatch(key)
  })

  it('keygen prints a new key each time and nothing else, and the key ring takes it', () => {
    const keys = [nightlatch('keygen'), nightlatch('keygen')]
    for (const { code, out, err } of keys) {
      expect([code, err]).toEqual([0, ''])
      expect(out).toMatch(key)
    }
    expect(keys[0]?.out).not.toBe(keys[1]?.out)
    const ring = `import { keyring } from 'nightlatch'
      const texts = ${JSON.stringify(keys.map(({ out }) => out.trim()))}
      console.log(JSON.stringify(keyring(texts).keyIds.length))`
    expect(installed.run('esm', ring)).toBe(2)
  })

  it('keygen prints the key alone into a file through a shell', () => {
    const file = join(installed.folder, 'key.txt')
    execFileSync('sh', ['-c', `"$0" "$1" keygen > "$2"`, process.execPath, installed.command, file])
    expect(readFileSync(file, 'utf8')).toMatch(key)
  })

  it.each([['--help'], ['-h'], ['help'], []])('%s prints the usage and succeeds', (...words) => {
    const { code, out, err } = nightlatch(...words)
    expect([code, err]).toEqual([0, ''])
    expect(out).toMatch(usage)
  })

  it.each([
    [['keygne'], 'there is no such command'],
    [['--version'], 'there is no such command'],
    [[''], 'there is no such command'],
    [['constructor'], 'there is no such command'],
    [['keygen', '2'], 'keygen takes nothing behind it'],
    [['keygen', '--help'], 'keygen takes nothing behind it'],
  ])('%j fails, says why with the usage on the error output, and prints nothing', (words, fault) => {
    const { code, out, err } = nightlatch(...words)
    expect([code, out]).toEqual([1, ''])
    const [first, , ...rest] = err.split('\n')
    expect(first).toBe(`nightlatch: ${fault}`)
    expect(rest.join('\n')).toMatch(usage)
  })

  it('does not repeat an unknown word, which may be a key', () => {
    const secret = `nlk1.${'A'.repeat(43)}`
    expect(nightlatch(secret).err).not.toContain(secret)
  })
})
