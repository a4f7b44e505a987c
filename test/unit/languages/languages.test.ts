import { readdirSync } from 'node:fs'
import { languages, loadLanguage } from 'nightlatch/languages'
import type { CompleteLanguage } from '../../../src/core/languages/language.ts'
import { loadTexts } from '../../../src/languages/load.ts'
import { describe, expect, it } from 'vitest'
import { hostileTexts, hostileValues } from '../hostile-values.ts'
import { root } from '../source-tree.ts'

const english = await loadTexts('en')

/** The path and type of every value in a language: `.mail.labels.when string`. */
function shapeOf(value: unknown, path = ''): readonly string[] {
  if (typeof value !== 'object' || value === null) return [`${path} ${typeof value}`]
  if (Array.isArray(value)) return [`${path} list`]
  return Object.entries(value)
    .flatMap(([name, inner]) => shapeOf(inner, `${path}.${name}`))
    .sort()
}

/** Some sentences that differ in every language. */
function sentencesOf({ mail, sms, sheet }: CompleteLanguage): readonly string[] {
  const words = { appName: 'Acme', fewCodes: 3, time: () => 'now' }
  const { notices } = mail
  return [
    notices['two-factor-off']({ template: 'two-factor-off', at: 0 }, words),
    notices['factor-failed']({ template: 'factor-failed', at: 0 }, words),
    notices['signed-out-everywhere']({ template: 'signed-out-everywhere', at: 0 }, words),
    notices['passkey-only-on']({ template: 'passkey-only-on', at: 0 }, words),
  ]
    .flatMap(({ subject, happened, ifYou, ifNotYou }) => [subject, ...happened, ifYou, ...ifNotYou])
    .concat(mail.footer('Acme'), sheet.advice, sms.login({ appName: 'Acme', code: '123456', minutes: 5 }))
}

describe('the table of languages', () => {
  it('has a line for each file of src/core/languages, and for no other', () => {
    const files = readdirSync(`${root}src/core/languages`).filter((name) => name !== 'language.ts')
    expect(languages.map((code) => `${code}.ts`).sort()).toEqual(files.sort())
  })

  it('cannot be changed', () => {
    expect(Object.isFrozen(languages)).toBe(true)
  })
})

describe.each(languages)('the language %s', (code) => {
  it('has its own code as its tag', async () => {
    expect((await loadTexts(code)).tag).toBe(code)
  })

  it('has every text that English has, and no other', async () => {
    expect(shapeOf(await loadTexts(code))).toEqual(shapeOf(english))
  })

  it('has no empty line on the sheet of backup codes', async () => {
    const { sheet } = await loadTexts(code)
    expect(sheet.advice.length).toBeGreaterThan(0)
    expect(sheet.advice.filter((line) => line.trim() === '')).toEqual([])
  })
})

it.each(languages.filter((code) => code !== 'en'))('the language %s is translated', async (code) => {
  const translated = sentencesOf(await loadTexts(code))
  expect(translated.filter((sentence) => sentencesOf(english).includes(sentence))).toEqual([])
})

describe('loadLanguage', () => {
  it.each([
    ['fr', 'fr'],
    ['fr-CA', 'fr'],
    ['FR_be', 'fr'],
    ['fr-Latn-CH', 'fr'],
    ['fr_FR.UTF-8', 'fr'],
    ['FR_ca.UTF-8', 'fr'],
    ['fr-u-ca-buddhist', 'fr'],
    ['en', 'en'],
    ['en-GB', 'en'],
    ['xx', 'en'],
    ['xx-FR', 'en'],
    ['frr', 'en'],
    ['fro', 'en'],
    ['français', 'en'],
    ['', 'en'],
    ['*', 'en'],
    ['fr\r\nX: y', 'fr'],
    ['-fr', 'en'],
    ['toString', 'en'],
    [undefined, 'en'],
  ])('answers the locale %j in %s', async (locale, tag) => {
    expect((await loadLanguage(locale)).tag).toBe(tag)
  })

  it('answers English to every text that names no language', async () => {
    for (const text of hostileTexts) expect((await loadLanguage(text)).tag).toBe('en')
  })

  it('refuses a value that is not a text', async () => {
    for (const value of hostileValues) {
      if (typeof value === 'string' || value === undefined) continue
      await expect(loadLanguage(value as string)).rejects.toMatchObject({ code: 'NL_ARGUMENT' })
    }
  })
})

it('a language that lacks a text does not compile', () => {
  const { sheet: _sheet, ...withoutSheet } = english
  const { login: _login, ...withoutLogin } = english.sms
  const { footer: _footer, ...withoutFooter } = english.mail
  const { 'factor-added': _added, ...withoutAdded } = english.mail.notices
  const { when: _when, ...withoutWhen } = english.mail.labels
  const incomplete: readonly CompleteLanguage[] = [
    // @ts-expect-error: the sheet is missing
    withoutSheet,
    // @ts-expect-error: a message is missing
    { ...english, sms: withoutLogin },
    // @ts-expect-error: the footer of mails is missing
    { ...english, mail: withoutFooter },
    // @ts-expect-error: a notice is missing
    { ...english, mail: { ...english.mail, notices: withoutAdded } },
    // @ts-expect-error: a label of mails is missing
    { ...english, mail: { ...english.mail, labels: withoutWhen } },
  ]
  for (const language of incomplete) expect(shapeOf(language)).not.toEqual(shapeOf(english))
})
