import { readFileSync } from 'node:fs'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'
import { root, sourceFiles, walk } from './source-tree.ts'

const text = readFileSync(`${root}SECURITY.md`, 'utf8')
const files = sourceFiles('src')

function literals(pattern: RegExp): string[] {
  const found = new Set<string>()
  for (const { tree } of files) {
    walk(tree, (node) => {
      if (ts.isStringLiteralLike(node) && pattern.test(node.text)) found.add(node.text)
    })
  }
  return [...found].sort()
}

const named = (pattern: RegExp): string[] =>
  [...new Set(text.match(pattern) ?? [])].map((one) => one.slice(1, -1)).sort()

describe('SECURITY.md', () => {
  it('[CRY-14] lists every crypto module that the sources import, and no other', () => {
    expect(named(/`@noble\/[a-z]+\/[a-z0-9.-]+`/g)).toEqual(literals(/^@noble\//))
  })

  it('lists every label that separates one purpose from another, and no other', () => {
    expect(named(/`nightlatch\/[a-z-]+\/v\d+`/g)).toEqual(literals(/^nightlatch\/[a-z-]+\/v\d+$/))
  })
})

it('[CRY-12] no source uses MD5, and only one-time passwords use SHA-1', () => {
  expect(literals(/^(?:md5|sha-?1)$/)).toEqual([])
  expect(literals(/^@noble\/hashes\/legacy/)).toEqual([])
  const users = files.filter(({ tree }) => {
    let uses = false
    walk(tree, (node) => {
      if (ts.isImportDeclaration(node) && node.moduleSpecifier.getText().includes('sha1')) uses = true
    })
    return uses
  })
  expect(users.filter(({ path }) => !path.startsWith('src/core/otp/'))).toEqual([])
})
