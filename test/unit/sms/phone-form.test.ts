import { describe, expect, it } from 'vitest'
import { checkCountries, countryAllowed, isE164, maskPhone } from 'nightlatch/sms'
import { expectHonest, hostileValues } from '../hostile-values.ts'

describe('isE164', () => {
  it.each(['+36301234567', '+12', '+123456789012345'])('[SMS-10] accepts %s', (text) => {
    expect(isE164(text)).toBe(true)
  })

  it.each([
    '+0301234567',
    '+1234567890123456',
    '+1',
    '+',
    '36301234567',
    '+36 30 123 4567',
    '+36-30-1234567',
    '+36301234567\n',
    ' +36301234567',
    '+３６301234567',
    '++36301234567',
    '+36301234567x1',
    'tel:+36301234567',
    '',
  ])('[SMS-10] refuses %j', (text) => {
    expect(isE164(text)).toBe(false)
  })

  it('answers true or false for any value', () => {
    for (const value of hostileValues) expect(isE164(value)).toBe(false)
  })
})

describe('maskPhone', () => {
  it.each([
    ['+36301234567', '+36 •••••• 67'],
    ['+12025550143', '+1 •••••• 43'],
    ['+79123456789', '+7 •••••• 89'],
    ['+35312345678', '+353 •••••• 78'],
    ['+4915123456789', '+49 •••••• 89'],
    ['+29012345', '+290 ••••••'],
    ['+12', '+1 ••••••'],
  ])('[SMS-11] shows %s as %s', (phone, masked) => {
    expect(maskPhone(phone)).toBe(masked)
  })

  it('throws for a value that is no number, and does not repeat it', () => {
    for (const value of hostileValues) expectHonest(() => maskPhone(value as string))
    expect(() => maskPhone('0630 123 4567')).toThrow(/^phone must be a number in E\.164 form$/)
  })
})

describe('countryAllowed', () => {
  it('[SMS-21] allows the listed countries only, and none if none is listed', () => {
    expect(countryAllowed('HU', ['HU'])).toBe(true)
    expect(countryAllowed('RU', ['HU'])).toBe(false)
    expect(countryAllowed('HU', [])).toBe(false)
    expect(countryAllowed('', ['HU'])).toBe(false)
    expect(countryAllowed('hu', ['HU'])).toBe(false)
  })
})

describe('countryAllowed with any other value', () => {
  it('allows nothing', () => {
    for (const value of hostileValues) {
      expect(countryAllowed(value as string, ['HU'])).toBe(false)
      expect(countryAllowed('HU', value as string[])).toBe(false)
    }
  })
})

describe('checkCountries', () => {
  it('writes codes in capitals, each once', () => {
    expect(checkCountries(['hu', 'AT', 'HU'])).toEqual(['HU', 'AT'])
    expect(checkCountries([])).toEqual([])
  })

  it.each([['HUN'], ['+36'], ['36'], [''], [' HU'], ['ſſ']])('refuses %j', (country) => {
    expect(() => checkCountries([country])).toThrow('countries must be')
  })

  it('throws only NightlatchErrors', () => {
    for (const value of hostileValues) {
      expectHonest(() => checkCountries(value as string[]))
      expectHonest(() => checkCountries([value as string]))
    }
  })
})
