import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { root } from './source-tree.ts'

const pages = [...readdirSync(root), ...readdirSync(`${root}docs`).map((name) => `docs/${name}`)].filter((name) =>
  name.endsWith('.md'),
)

/** The anchor that a heading gets on the usual hosts. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replace(/\s/g, '-')
}

function anchorsIn(path: string): string[] {
  const lines = readFileSync(root + path, 'utf8').split('\n')
  return lines.filter((line) => /^#{1,6} /.test(line)).map((line) => anchorOf(line.replace(/^#+ /, '')))
}

/** An absolute link to a file of this repository, as pages need it that are read elsewhere. */
const ownFile = /^https:\/\/github\.com\/nightlatch\/nightlatch\/(?:blob|tree)\/main\/(.+)$/

/** Where a page links to, in the line itself or in a list at its end. */
function targetsIn(text: string): string[] {
  const found = text.matchAll(/\]\(([^()\s]+)\)|^\[[^\]]+\]: (\S+)$/gm)
  return [...found].map(([, inLine, listed]) => inLine ?? listed ?? '')
}

describe.each(pages)('%s', (page) => {
  const text = readFileSync(root + page, 'utf8')

  it('links to files and headings that exist', () => {
    const targets = targetsIn(text)
    const broken = targets.filter((target) => {
      const own = ownFile.exec(target)?.[1]
      if (own === undefined && /^[a-z]+:/.test(target)) return false
      const [path = '', anchor] = (own ?? target).split('#')
      const file = own === undefined ? (path === '' ? page : join(dirname(page), path)) : path
      if (!existsSync(root + file)) return true
      return anchor !== undefined && file.endsWith('.md') && !anchorsIn(file).includes(anchor)
    })
    expect(broken).toEqual([])
  })

  it('lists the address of each link that is named, and no other', () => {
    const named = [...text.matchAll(/\]\[([^\]]+)\]/g)].map(([, label = '']) => label)
    const listed = [...text.matchAll(/^\[([^\]]+)\]: /gm)].map(([, label = '']) => label)
    expect(listed.sort()).toEqual([...new Set(named)].sort())
  })

  it('names scripts that package.json has', () => {
    const { scripts } = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as { scripts: Record<string, string> }
    const named = [...text.matchAll(/\bnpm run ([a-z]+)/g)].map((found) => found[1] ?? '')
    expect(named.filter((name) => !(name in scripts))).toEqual([])
  })
})

describe.each(['README.md', 'docs/guide.md'])('%s', (page) => {
  it('links from the package only to what is in it, or to the whole address', () => {
    const targets = targetsIn(readFileSync(root + page, 'utf8'))
    const inPackage = page === 'README.md' ? /^(?:https:|#)/ : /^(?:https:|#|[\w-]+\.md)/
    expect(targets.filter((target) => !inPackage.test(target))).toEqual([])
  })
})

describe('docs/sms.md', () => {
  const text = readFileSync(`${root}docs/sms.md`, 'utf8').replace(/\s+/g, ' ')

  it('[SMS-20] says that origin binding only stops autofill on other pages, and claims no protection from phishing', () => {
    expect(text).toContain(
      'keeps a _browser_ from filling the code in anywhere else, and nothing more: ' +
        'it stops neither a person who types the code into another page nor a swapped SIM',
    )
    expect(text).not.toMatch(/phishing-resistant|prevents phishing|stops phishing/i)
  })
})
