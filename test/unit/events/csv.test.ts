import { eventsToCsv } from 'nightlatch/events'
import { describe, expect, it } from 'vitest'
import { event, fact, minute } from './history.ts'

/** A strict reader of RFC 4180, written apart from the writer. */
function readCsv(csv: string): string[][] {
  const text = csv.replace(/^\ufeff/, '')
  const rows: string[][] = []
  let row: string[] = []
  let at = 0
  while (at < text.length) {
    const match = /^(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/.exec(text.slice(at))
    if (match === null) throw new Error(`no cell at ${at}`)
    row.push(match[1] === undefined ? match[2]! : match[1].replaceAll('""', '"'))
    if (match[3] === '\r\n') {
      rows.push(row)
      row = []
    }
    at += match[0].length
  }
  return rows
}

const header =
  'time,stream,number,type,outcome,level,actor,actorReason,call,session,ip,network,userAgent,details'.split(',')

describe('eventsToCsv', () => {
  it('[LOG-1] writes times as ISO 8601 in UTC, with event name, outcome and level', () => {
    const rows = readCsv(
      eventsToCsv([
        event('mfa_off', {
          n: 4,
          at: Date.UTC(2026, 0, 2, 3, 4, 5, 6),
          values: { factors: ['totp', 'sms'], actor: 'user' },
        }),
        fact('authn_login_fail', { id: 'f', at: minute(0), values: { known: true, name: 'hash' } }),
      ]),
    )
    expect(rows).toEqual([
      header,
      [
        '2026-01-02T03:04:05.006Z',
        'events',
        '4',
        'mfa_off',
        'success',
        'critical',
        'user',
        ...Array<string>(6).fill(''),
        'factors=totp sms',
      ],
      [
        '2026-08-04T00:00:00.000Z',
        'facts',
        '',
        'authn_login_fail',
        'failure',
        'info',
        ...Array<string>(7).fill(''),
        'known=true; name=hash',
      ],
    ])
  })

  it('writes midnight and far times as the platform does', () => {
    for (const at of [0, 1, 951_782_400_000, 1_709_164_800_000, 4_102_444_799_999, 253_402_300_799_999]) {
      const [, [time]] = readCsv(eventsToCsv([event('mfa_off', { n: 1, at })])) as [string[], string[]]
      expect(time).toBe(new Date(at).toISOString())
    }
  })

  it.each(['=HYPERLINK("http://x")', '+1', '-1', '@SUM(A1)', '\t1', '\r1', '\n1', '\0=1', '＝1', ' =1'])(
    '[LOG-10] marks a cell that begins like %j, so that it is no formula',
    (userAgent) => {
      const [, row] = readCsv(eventsToCsv([event('mfa_off', { n: 1, values: { userAgent } })]))
      expect(row?.[12]).toBe(`'${userAgent}`)
    },
  )

  it.each(['a,b', 'say "hi"', 'two\r\nlines', 'a;b', '"', ' padded '])(
    '[LOG-10] writes %j so that a reader gets it back unchanged',
    (userAgent) => {
      const text = eventsToCsv([event('mfa_off', { n: 1, values: { userAgent } })])
      expect(readCsv(text)[1]?.[12]).toBe(userAgent)
    },
  )

  it('writes an empty time for a number that is no time', () => {
    expect(readCsv(eventsToCsv([event('mfa_off', { n: 1, at: Number.NaN })]))[1]?.[0]).toBe('')
  })

  it('begins with a byte order mark, so that spreadsheets read UTF-8, unless the option bom is false', () => {
    const rows = [event('mfa_off', { n: 1, values: { userAgent: 'é' } })]
    const plain = eventsToCsv(rows, { bom: false })
    expect(plain.startsWith('time,')).toBe(true)
    for (const csv of [eventsToCsv(rows), eventsToCsv(rows, {}), eventsToCsv(rows, { bom: true })]) {
      expect(csv).toBe(`\ufeff${plain}`)
    }
    for (const options of [{ bom: 1 }, null, 'x']) expect(() => eventsToCsv(rows, options as never)).toThrow('options')
  })

  it.each([
    ["x;=cmd|' /C calc'!A0;y", "x;'=cmd|' /C calc'!A0;y"],
    ['x;"=1+1"', `x;"'=1+1"`],
    ['a\r\n=1', "a\r\n'=1"],
    ['a|-1', "a|'-1"],
    ['a\t@b', "a\t'@b"],
    ['a; ＝1', "a;' ＝1"],
  ])('[LOG-10] marks a formula within the cell %j, which another separator would cut out', (userAgent, cell) => {
    expect(readCsv(eventsToCsv([event('mfa_off', { n: 1, values: { userAgent } })]))[1]?.[12]).toBe(cell)
  })

  it('writes only the header for no events', () => {
    expect(readCsv(eventsToCsv([]))).toEqual([header])
  })
})
