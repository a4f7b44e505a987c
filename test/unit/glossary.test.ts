import { existsSync, readFileSync } from 'node:fs'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'
import { readPublicSurface } from './public-surface.ts'
import { root, sourceFiles, walk } from './source-tree.ts'

const text = readFileSync(`${root}docs/glossary.md`, 'utf8')
const terms = [...text.matchAll(/^## (.+)$/gm)].map(([, term = '']) => term)
const code = [...text.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name)

/** The words that the style section of CONTRIBUTING.md allows. */
function vocabulary(): readonly string[] {
  const contributing = readFileSync(`${root}CONTRIBUTING.md`, 'utf8').replace(/\s+/g, ' ')
  const [, listed = ''] = /One word for one thing: ([^.]+)\./.exec(contributing) ?? []
  return listed.split(', ').filter(Boolean)
}

/** Every type of the sources, and `Type.member` for each member of an interface. */
function declaredTypes(): ReadonlySet<string> {
  const names = new Set<string>()
  for (const { tree } of sourceFiles('src')) {
    walk(tree, (node) => {
      if (ts.isTypeAliasDeclaration(node)) names.add(node.name.text)
      if (!ts.isInterfaceDeclaration(node)) return
      names.add(node.name.text)
      for (const { name } of node.members) if (name) names.add(`${node.name.text}.${name.getText(tree)}`)
    })
  }
  return names
}

describe('docs/glossary.md', () => {
  it('has every word that CONTRIBUTING.md allows for a thing', () => {
    const words = vocabulary()
    expect(words.length).toBeGreaterThan(20)
    expect(words.filter((word) => !terms.includes(word))).toEqual([])
  })

  it('is in the order of the alphabet, each word once', () => {
    const sorted = [...new Set(terms)].sort((a, b) => a.localeCompare(b, 'en'))
    expect(terms).toEqual(sorted)
  })

  it('names types, calls and files that exist', () => {
    const types = declaredTypes()
    const calls = new Set(readPublicSurface().calls.map(({ name }) => name))
    const unknown = code.filter((name) => {
      if (name.startsWith('src/')) return !existsSync(root + name)
      if (/^[A-Z]\w+(?:\.\w+)?$/.test(name)) return !types.has(name)
      return /^\w+\.\w+$/.test(name) && !calls.has(name)
    })
    expect(code.length).toBeGreaterThan(terms.length)
    expect(unknown).toEqual([])
  })
})
