import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { installPacked } from './packed.ts'
import type { Installed } from './packed.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const repository = /^https:\/\/github\.com\/nightlatch\/nightlatch\/(?:blob|tree)\/main\/([^#]+)/

let installed: Installed
let packed: ReadonlySet<string>

beforeAll(() => {
  installed = installPacked({ peers: false })
  const listed = execFileSync('tar', ['-tzf', installed.tarball], { encoding: 'utf8' }).trim().split('\n')
  packed = new Set(listed.map((path) => path.replace('package/', '')))
})

afterAll(() => installed.remove())

const linksOf = (page: string): string[] => {
  const text = readFileSync(`${installed.folder}/node_modules/nightlatch/${page}`, 'utf8')
  // In the line itself, or in a list at the end of the page.
  const found = text.matchAll(/\]\(([^()\s]+)\)|^\[[^\]]+\]: (\S+)$/gm)
  return [...found].map(([, inLine, listed]) => inLine ?? listed ?? '')
}
const pages = (): string[] => [...packed].filter((path) => path.endsWith('.md'))
const isRelative = (link: string): boolean => !/^(?:[a-z]+:|#)/.test(link)

describe('the pages in the package', () => {
  it('are all pages of docs, and what everybody looks for beside them', () => {
    const docs = readdirSync(`${root}docs`).filter((name) => name.endsWith('.md'))
    const expected = [...docs.map((name) => `docs/${name}`), 'README.md', 'CHANGELOG.md', 'SECURITY.md']
    expect(pages().sort()).toEqual(expected.sort())
  })

  it('link to each other, or to an address that does not depend on where they are read', () => {
    const broken = pages().flatMap((page) =>
      linksOf(page)
        .filter(isRelative)
        .filter((link) => !packed.has(posix.join(posix.dirname(page), link.replace(/#.*/, ''))))
        .map((link) => `${page}: ${link}`),
    )
    expect(broken).toEqual([])
  })

  it('show no relative link on the page of the registry, which has nothing but the README', () => {
    expect(linksOf('README.md').filter(isRelative)).toEqual([])
  })

  it('name only files of the repository that exist', () => {
    const named = pages().flatMap((page) => linksOf(page).map((link) => [page, repository.exec(link)?.[1]] as const))
    const known = named.filter(([, path]) => path !== undefined)
    expect(known.filter(([, path]) => !existsSync(root + (path ?? '')))).toEqual([])
    expect(known).not.toEqual([])
  })
})
