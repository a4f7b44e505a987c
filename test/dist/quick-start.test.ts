import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../../', import.meta.url))

describe('examples/quick-start.ts', () => {
  it('goes from nothing to a sign-in with a code and its history, over the built package', () => {
    const printed = execFileSync(process.execPath, ['--import', 'tsx', 'examples/quick-start.ts', '--demo'], {
      cwd: root,
      encoding: 'utf8',
      env: { ...process.env, TSX_TSCONFIG_PATH: 'examples/tsconfig.json' },
    })
    expect(printed).toMatch(/type the key: (?:[A-Z2-7]{4} ){7}[A-Z2-7]{4}\n/)
    expect(printed.match(/^ {2}[0-9A-Z]{4}-[0-9A-Z]{5}-[0-9A-Z]{4}$/gm)).toHaveLength(10)
    expect(printed).toContain('Signed in with pwd, otp, mfa')
    expect(printed).toMatch(/6 {2}\S+ {2}authn_login_success/)
  })

  it('stays under 40 lines', () => {
    expect(readFileSync(`${root}examples/quick-start.ts`, 'utf8').trimEnd().split('\n').length).toBeLessThan(40)
  })
})
