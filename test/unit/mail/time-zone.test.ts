import { describe, expect, it } from 'vitest'
import { timeWriter } from '../../../src/core/mail/time.ts'

const noon = Date.UTC(2026, 6, 15, 12)
const written = (timeZone: string): string => timeWriter({ tag: 'en', locale: 'en', timeZone })(noon)

/** New names of zones, and the old ones that link to them. */
const renamed = [
  ['Europe/Kyiv', 'Europe/Kiev'],
  ['Asia/Kolkata', 'Asia/Calcutta'],
  ['Asia/Ho_Chi_Minh', 'Asia/Saigon'],
  ['Asia/Kathmandu', 'Asia/Katmandu'],
  ['Asia/Yangon', 'Asia/Rangoon'],
  ['America/Argentina/Buenos_Aires', 'America/Buenos_Aires'],
  ['America/New_York', 'US/Eastern'],
  ['America/Nuuk', 'America/Godthab'],
  ['Atlantic/Faroe', 'Atlantic/Faeroe'],
  ['Pacific/Chuuk', 'Pacific/Truk'],
  ['Europe/London', 'GB'],
  ['Asia/Tokyo', 'Japan'],
] as const

describe('the zone of a time in a mail', () => {
  it('has the name that the host wrote, for every zone that the platform knows', () => {
    const zones = Intl.supportedValuesOf('timeZone').filter((zone) => zone !== 'UTC')
    expect(zones.length).toBeGreaterThan(400)
    for (const zone of zones) expect(written(zone).endsWith(` (${zone})`), zone).toBe(true)
  })

  it.each(renamed)('keeps %s and %s apart, and both show the same time', (now, before) => {
    expect(written(now)).toMatch(new RegExp(` \\(${now}\\)$`))
    expect(written(before)).toMatch(new RegExp(` \\(${before}\\)$`))
    const time = (text: string): string => text.split(' (')[0]!
    expect(time(written(now))).toBe(time(written(before)))
  })

  it('is UTC, and is said to be, if the zone is UTC or nobody knows it', () => {
    for (const zone of ['UTC', 'Etc/UTC', 'Mars/Olympus', 'Europe/Kyiv ', '', '+25:00', 'x'.repeat(1000), '\ud800']) {
      expect(written(zone), zone).toBe('July 15, 2026 at 12:00 PM UTC')
    }
  })
})
