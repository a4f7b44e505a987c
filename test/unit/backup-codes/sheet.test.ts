import { backupCodeSheet, generateBackupCodes, normalizeBackupCode } from 'nightlatch/backup-codes'
import { languages, loadLanguage } from 'nightlatch/languages'
import { describe, expect, it } from 'vitest'
import { expectHonest, expectHonestEverywhere, hostileValues } from '../hostile-values.ts'

const [english, french] = await Promise.all([loadLanguage('en'), loadLanguage('fr')])
const codes = generateBackupCodes({ entropy: new Uint8Array(32) })
const good = { language: english, appName: 'Acme', account: 'ada@example.org', codes, createdAt: '2 November 2026' }

describe('backupCodeSheet', () => {
  it('has every code on a line of its own, from which it can be read again', () => {
    const lines = backupCodeSheet(good).split('\n')
    for (const [at, code] of codes.entries()) {
      const line = lines.find((one) => one.includes(code))
      expect(line).toBe(`  [ ] ${String(at + 1).padStart(2)}.  ${code}`)
      expect(normalizeBackupCode(line!.slice(line!.indexOf('.') + 1))).toBe(normalizeBackupCode(code))
    }
    expect(lines.slice(0, 5)).toEqual([
      'Acme: backup codes',
      '==================',
      '',
      'Account: ada@example.org',
      'Created: 2 November 2026',
    ])
  })

  it('is in French if the language is', () => {
    const sheet = backupCodeSheet({ ...good, language: french, createdAt: '2 novembre 2026' })
    expect(sheet).toContain('Acme : codes de secours')
    expect(sheet).toContain('Créés le : 2 novembre 2026')
    expect(sheet).not.toMatch(/Each|Keep|Account/)
  })

  it('lets no name add a line', () => {
    const sheet = backupCodeSheet({
      ...good,
      account: 'ada\n  [ ] 11.  0000-00000-0000\u2028x\0\u202Ey',
      appName: 'A\r\nB',
    })
    expect(sheet.split(/\r\n|[\r\n\u2028\u2029]/)).toHaveLength(backupCodeSheet(good).split('\n').length)
    expect(sheet).not.toMatch(/[\0\r\u2028\u202E]/)
  })

  it.each(languages)('stays within the width of a page in %s', async (code) => {
    const sheet = backupCodeSheet({ ...good, language: await loadLanguage(code) })
    expect(Math.max(...sheet.split('\n').map((line) => line.length))).toBeLessThanOrEqual(90)
  })

  it('answers hostile values with a sheet or a NightlatchError', () => {
    expectHonestEverywhere(backupCodeSheet, good)
    for (const value of hostileValues) {
      expectHonest(() => backupCodeSheet({ ...good, language: { sheet: value } as never }))
    }
    expect(() => backupCodeSheet({ ...good, codes: new Array<string>(51).fill('x') })).toThrow(/^codes must be/)
  })
})
