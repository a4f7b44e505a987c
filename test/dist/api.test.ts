import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { apiReports } from '../../scripts/api-report.ts'
import { root } from '../../scripts/root.ts'

/** Types that a report names and no subpath exports, each with the reason why nobody needs its name. */
const unnamed: Readonly<Record<string, string>> = {
  Sha1Key: 'a prepared secret, which is opaque',
  Sha2Key: 'a prepared secret, which is opaque',
  Kinds: 'worked out from FieldKind, which is exported',
}

const reports = apiReports()

describe('the public surface', () => {
  it.each(reports.map(({ subpath, path, text }) => [subpath, path, text] as const))(
    'of %s is what %s says; npm run api writes it',
    (_, path, text) => {
      expect(existsSync(root + path) ? readFileSync(root + path, 'utf8') : '').toBe(text)
    },
  )

  it('names no type that nobody can import', () => {
    const exported = new Set(reports.flatMap((report) => report.exported))
    const found = reports.flatMap(({ subpath, unexported }) =>
      unexported.filter((name) => !exported.has(name)).map((name) => `${subpath}: ${name}`),
    )
    expect(found.filter((one) => !(one.split(': ')[1]! in unnamed))).toEqual([])
    const stale = Object.keys(unnamed).filter((name) => !found.some((one) => one.endsWith(`: ${name}`)))
    expect(stale, 'exceptions that are no longer needed').toEqual([])
  })

  it('of the root names nothing of the core, the loop or the outbox writer', () => {
    const { text = '' } = reports.find(({ subpath }) => subpath === 'nightlatch') ?? {}
    expect(text).not.toMatch(
      /Kernel|AccountState|TokenPayloads|UseCase|MailTemplate|DraftMessage|NoticeValues|RefusalOf/,
    )
    expect(text).toMatch(/export interface OutboxControl \{/)
  })
})
