import type { TestTitle } from './titles.ts'

export interface Row {
  readonly id: string
  readonly section: string
  readonly requirement: string
  readonly source: string
  readonly level: 'must' | 'should' | 'may'
  /** Who meets it: the library alone, library and host together, the host, or a document. */
  readonly scope: 'library' | 'shared' | 'host' | 'doc'
}

/** Ids in titles that are in no row. */
export function unknownIds(rows: readonly Row[], titles: readonly TestTitle[]): string[] {
  const known = new Set(rows.map(({ id }) => id))
  return titles.flatMap(({ file, title, ids }) =>
    ids.filter((id) => !known.has(id)).map((id) => `${file}: "${title}" names ${id}, which is no row`),
  )
}

function musts(rows: readonly Row[]): Row[] {
  return rows.filter(({ level }) => level === 'must')
}

export function coverage(rows: readonly Row[], titles: readonly TestTitle[]): string {
  const covered = new Set(titles.flatMap(({ ids }) => ids))
  return `covered ${musts(rows).filter(({ id }) => covered.has(id)).length} of ${musts(rows).length} must rows`
}

function cell(text: string): string {
  return text.replace(/[|<\\]/g, (sign) => `\\${sign}`).replace(/\s+/g, ' ')
}

function testsCell(id: string, titles: readonly TestTitle[]): string {
  const own = titles.filter(({ ids }) => ids.includes(id))
  if (own.length === 0) return '—'
  const shown = own.map(
    ({ file, title }) => `${cell(title.replace(/\[[A-Z]{2,5}-\d[^\]]*\]/g, '').trim())} (\`${file}\`)`,
  )
  return [...new Set(shown)].join('<br>')
}

const head = `# Conformance

What the public norms ask of a second factor, row by row, and the tests that show it. A test that proves a row names its
id in its title; this page is written from those titles by \`npm run conformance\`, so do not edit it. A dash means that
no test bears the row yet. Levels are the strength that nightlatch gives a row; "shared" rows need the host's hand too,
"host" rows are the host's, "doc" rows are met by a document.

Sources: RFCs by number; SP 800-63B is NIST SP 800-63B-4 (2025); ASVS is OWASP ASVS 5.0.0; OWASP CS is the OWASP Cheat
Sheet Series; WebAuthn is W3C Web Authentication Level 3; Key Uri Format is Google Authenticator's description of
otpauth links. "derived" follows from another row or from a known attack.
`

export function report(rows: readonly Row[], titles: readonly TestTitle[]): string {
  const sections = [...new Set(rows.map(({ section }) => section))].map((section) => {
    const own = rows.filter((row) => row.section === section)
    const lines = own.map(({ id, requirement, source, level, scope }) => {
      const who = scope === 'library' ? level : `${level} (${scope})`
      return `| ${id} | ${cell(requirement)} | ${cell(source)} | ${who} | ${testsCell(id, titles)} |`
    })
    const table = ['| row | requirement | source | level | tests |', '| --- | --- | --- | --- | --- |', ...lines]
    return `## ${section}\n\n${coverage(own, titles)}\n\n${table.join('\n')}\n`
  })
  return [head, `**${coverage(rows, titles)}**\n`, ...sections].join('\n')
}
