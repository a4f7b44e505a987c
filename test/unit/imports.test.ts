import { posix } from 'node:path'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'
import { locationOf, sourceFiles, walk } from './source-tree.ts'
import type { SourceFile } from './source-tree.ts'

/**
 * Each zone with the zones that it may import from. `types:` in front of a zone allows only `import type`. A zone may
 * always import from itself. Every other import is refused.
 */
const zones: Readonly<Record<string, readonly string[]>> = {
  // Shared files directly in src/core: errors, bytes, hmac …
  core: [],
  // An area imports no other area. Only core/account combines them.
  'core/otp': ['core'],
  'core/backup-codes': ['core'],
  'core/network': ['core'],
  'core/events': ['core'],
  'core/score': ['core'],
  'core/policy': ['core'],
  'core/anti-phishing': ['core'],
  'core/mail': ['core'],
  'core/sms': ['core'],
  'core/passkeys': ['core'],
  'core/token': ['core'],
  'core/record': ['core'],
  // An area defines the type of its texts. A language has the texts of all areas.
  'core/languages': ['core', 'types:core/mail', 'types:core/sms', 'types:core/backup-codes'],
  'core/account': ['core', 'core/*'],
  ports: ['types:core', 'types:core/*'],
  languages: ['core', 'core/languages'],
  qr: ['core'],
  'slow-hash': ['core', 'types:core/backup-codes'],
  service: ['core', 'core/*', 'ports', 'languages', 'slow-hash'],
  'adapters/memory': ['core', 'types:core/*', 'ports'],
  'adapters/sql': ['core', 'types:core/*', 'ports'],
  'adapters/nodemailer': ['core', 'types:core/*', 'ports'],
  'adapters/limiter-flexible': ['core', 'types:core/*', 'ports'],
  'adapters/sms-http': ['core', 'types:core/*', 'ports'],
  'adapters/simplewebauthn': ['core', 'core/passkeys', 'ports'],
  testing: ['core', 'core/*', 'ports'],
  // The root export. Adapters, languages, qr and testing have subpaths of their own.
  index: ['core', 'core/*', 'ports', 'service'],
  cli: ['core', 'core/*', 'service'],
}

/** Third-party packages and `node:` modules, file by file. `types:` allows only `import type`. */
const packages: Readonly<Record<string, readonly string[]>> = {
  'src/core/hmac.ts': ['@noble/hashes'],
  'src/core/otp/sha2.ts': ['@noble/hashes'],
  'src/core/otp/base32.ts': ['base32-encode'],
  'src/slow-hash/scrypt.ts': ['@noble/hashes'],
  'src/service/': ['@noble/ciphers'],
  'src/service/facade/read-phone.ts': ['libphonenumber-js'],
  'src/qr/': ['qrcode'],
  'src/adapters/sql/': ['kysely'],
  'src/adapters/nodemailer/': ['nodemailer'],
  'src/adapters/limiter-flexible/': ['rate-limiter-flexible'],
  'src/adapters/simplewebauthn/': ['@simplewebauthn/server'],
  'src/cli/': ['node:*'],
}

interface Import {
  readonly file: SourceFile
  readonly node: ts.Node
  readonly target: string
  readonly typeOnly: boolean
  readonly dynamic: boolean
}

const files = sourceFiles('src')
const imports = files.flatMap(importsOf)

function importsOf(file: SourceFile): Import[] {
  const found: Import[] = []
  const add = (node: ts.Node, target: ts.Node | undefined, typeOnly: boolean, dynamic: boolean): void => {
    const text = target !== undefined && ts.isStringLiteralLike(target) ? target.text : '(not a literal)'
    found.push({ file, node, target: text, typeOnly, dynamic })
  }
  walk(file.tree, (node) => {
    if (ts.isImportDeclaration(node)) {
      add(node, node.moduleSpecifier, node.importClause?.isTypeOnly === true, false)
    } else if (ts.isExportDeclaration(node) && node.moduleSpecifier) {
      add(node, node.moduleSpecifier, node.isTypeOnly, false)
    } else if (ts.isImportTypeNode(node)) {
      add(node, ts.isLiteralTypeNode(node.argument) ? node.argument.literal : undefined, true, false)
    } else if (ts.isCallExpression(node)) {
      const isRequire = ts.isIdentifier(node.expression) && node.expression.text === 'require'
      if (isRequire || node.expression.kind === ts.SyntaxKind.ImportKeyword) add(node, node.arguments[0], false, true)
    }
  })
  return found
}

function zoneOf(path: string): string {
  const [, first = '', second = ''] = path.split('/')
  if (first === 'index.ts') return 'index'
  const hasAreas = first === 'core' || first === 'adapters'
  return hasAreas && !second.endsWith('.ts') ? `${first}/${second}` : first
}

function zoneAllows(from: string, to: string, typeOnly: boolean): boolean {
  if (from === to) return true
  return (zones[from] ?? []).some((entry) => {
    const zone = entry.replace('types:', '')
    if (entry.startsWith('types:') && !typeOnly) return false
    return zone.endsWith('/*') ? to.startsWith(zone.slice(0, -1)) : to === zone
  })
}

function packageOf(target: string): string {
  return target
    .split('/')
    .slice(0, target.startsWith('@') ? 2 : 1)
    .join('/')
}

function packageAllows(path: string, target: string, typeOnly: boolean): boolean {
  return Object.entries(packages).some(([where, names]) => {
    const here = where.endsWith('/') ? path.startsWith(where) : path === where
    if (!here) return false
    return names.some((entry) => {
      const name = entry.replace('types:', '')
      if (entry.startsWith('types:') && !typeOnly) return false
      return name === 'node:*' ? target.startsWith('node:') : packageOf(target) === name
    })
  })
}

function resolve(from: string, target: string): string {
  return posix.join(posix.dirname(from), target)
}

const isRelative = (one: Import): boolean => one.target.startsWith('.')
const shown = (one: Import): string =>
  `${locationOf(one.file, one.node)} imports ${one.typeOnly ? 'types of ' : ''}${one.target}`

describe('imports in src', () => {
  it('have a zone in the table for every folder', () => {
    const unknown = files.map(({ path }) => path).filter((path) => !(zoneOf(path) in zones))
    expect(unknown).toEqual([])
  })

  it('follow the table, end in .ts and name an existing file', () => {
    const paths = new Set(files.map(({ path }) => path))
    const wrong = imports.filter(isRelative).filter((one) => {
      const target = resolve(one.file.path, one.target)
      return !paths.has(target) || !zoneAllows(zoneOf(one.file.path), zoneOf(target), one.typeOnly)
    })
    expect(wrong.map(shown)).toEqual([])
  })

  it('of packages are only where the list allows them', () => {
    const wrong = imports.filter((one) => !isRelative(one) && !packageAllows(one.file.path, one.target, one.typeOnly))
    expect(wrong.map(shown)).toEqual([])
  })

  it('of languages are dynamic, and in one file only', () => {
    const ofLanguages = imports.filter(isRelative).filter((one) => {
      const target = resolve(one.file.path, one.target)
      return target.startsWith('src/core/languages/') && !one.typeOnly
    })
    const wrong = ofLanguages.filter(({ file, dynamic }) => !dynamic || file.path !== 'src/languages/load.ts')
    expect(ofLanguages).not.toEqual([])
    expect(wrong.map(shown)).toEqual([])
  })

  it('a use case imports no other use case', () => {
    const useCases = new Set(
      files.filter(({ tree }) => /^export const \w+: (?:Change)?UseCase</m.test(tree.text)).map(({ path }) => path),
    )
    const wrong = imports.filter((one) => {
      return isRelative(one) && useCases.has(one.file.path) && useCases.has(resolve(one.file.path, one.target))
    })
    expect(useCases.size).toBeGreaterThan(25)
    expect(wrong.map(shown)).toEqual([])
  })

  it('make no circles, including imports of types', () => {
    const edges = new Map<string, string[]>()
    for (const one of imports.filter(isRelative)) {
      edges.set(one.file.path, [...(edges.get(one.file.path) ?? []), resolve(one.file.path, one.target)])
    }
    const done = new Set<string>()
    const circles: string[] = []
    const visit = (path: string, trail: readonly string[]): void => {
      if (trail.includes(path)) circles.push([...trail.slice(trail.indexOf(path)), path].join(' → '))
      if (done.has(path) || trail.includes(path)) return
      for (const next of edges.get(path) ?? []) visit(next, [...trail, path])
      done.add(path)
    }
    for (const path of edges.keys()) visit(path, [])
    expect(circles).toEqual([])
  })
})

describe('a factor', () => {
  it('is named in few files outside its own: SMS in at most 24, with the languages counted as one', () => {
    const others = files.filter(({ path }) => !/sms/i.test(path) && !/core\/languages\/(?!en\.)\w+\.ts$/.test(path))
    const named = others.filter(({ tree }) => /\bsms\b/i.test(tree.text)).map(({ path }) => path)
    expect(named.length, named.join(', ')).toBeLessThanOrEqual(24)
  })
})

describe('src/core is pure', () => {
  const time = 'Date Promise performance setTimeout setInterval queueMicrotask'
  const globals = new Set(`${time} crypto process console fetch Buffer globalThis`.split(' '))

  /** Whether the identifier is a value or a type, and not the name of a member. */
  function isFree(node: ts.Identifier): boolean {
    const { parent } = node
    if (ts.isPropertyAccessExpression(parent)) return parent.name !== node
    if (ts.isQualifiedName(parent)) return parent.right !== node
    const named = parent as ts.Node & { readonly name?: ts.Node }
    const isMember = ts.isPropertyAssignment(parent) || ts.isTypeElement(parent) || ts.isClassElement(parent)
    return !(isMember && named.name === node)
  }

  function impurity(node: ts.Node): string | undefined {
    if (ts.isIdentifier(node) && globals.has(node.text) && isFree(node)) return node.text
    if (node.kind === ts.SyntaxKind.AsyncKeyword) return 'async'
    if (ts.isAwaitExpression(node)) return 'await'
    if (ts.isForOfStatement(node) && node.awaitModifier) return 'for await'
    const isRandom = ts.isPropertyAccessExpression(node) && node.getText() === 'Math.random'
    return isRandom ? 'Math.random' : undefined
  }

  const core = files.filter(({ path }) => path.startsWith('src/core/'))
  /** It asks the platform for its hashes and its base64url, which are functions of their input alone. */
  const asksPlatform = 'src/core/node-modules.ts uses globalThis'

  it('has no clock, randomness, I/O or promises', () => {
    const found: string[] = []
    for (const file of core) {
      walk(file.tree, (node) => {
        const name = impurity(node)
        if (name !== undefined) found.push(`${locationOf(file, node).replace(/:\d+$/, '')} uses ${name}`)
      })
    }
    expect(new Set(found)).toEqual(new Set([asksPlatform]))
  })

  it('has no dynamic import and no import of node:', () => {
    const wrong = imports.filter(
      (one) => one.file.path.startsWith('src/core/') && (one.dynamic || one.target.startsWith('node:')),
    )
    expect(wrong.map(shown)).toEqual([])
  })

  it('[HOTP-5, CRY-1] random bytes come from the platform, in one file of the service', () => {
    const sources = /^(?:getRandomValues|random(?:Bytes|UUID|Int|FillSync|Fill))$/
    const drawn = new Set<string>()
    const unfit: string[] = []
    for (const file of files) {
      walk(file.tree, (node) => {
        if (ts.isIdentifier(node) && sources.test(node.text)) drawn.add(file.path)
        if (impurity(node) === 'Math.random') unfit.push(locationOf(file, node))
      })
    }
    expect(unfit).toEqual([])
    expect([...drawn].filter((path) => path !== 'src/service/keys/platform-random.ts')).toEqual([])
  })
})

describe('files', () => {
  /** Files above 300 lines, each with the reason why it is one file. */
  const long: Readonly<Record<string, string>> = {
    'src/core/events/catalogue.ts': 'one list of every type with its fields, which the compiler compares',
    'src/core/languages/fr.ts': 'all texts of one language stand in one file',
  }

  it('have no vague names', () => {
    const vague = /^(?:utils?|helpers?|common|misc|shared|stuff|types)\.ts$/
    expect(files.map(({ path }) => path).filter((path) => vague.test(posix.basename(path)))).toEqual([])
  })

  it('are kebab-case', () => {
    const wrong = files
      .map(({ path }) => path)
      .filter((path) => !/^[a-z0-9-]+(?:\.[a-z]+)?$/.test(posix.basename(path)))
    expect(wrong).toEqual([])
  })

  it('have no line over 120 columns, and in tests only a title is longer', () => {
    const folders = ['src', 'examples', 'scripts', 'docs/conformance', 'test']
    const title = /^\s*(?:it|describe)(?:\.\w+)*\(/
    const tooLong = folders.flatMap(sourceFiles).flatMap(({ path, tree }) =>
      tree.text.split('\n').flatMap((line, at) => {
        const isTitle = path.startsWith('test/') && title.test(line)
        return line.length > 120 && !isTitle ? [`${path}:${at + 1}`] : []
      }),
    )
    expect(tooLong).toEqual([])
  })

  it('have a median near 100 lines, nine of ten within 300, and none above without a reason', () => {
    const lengths = files.map(({ lines }) => lines).sort((a, b) => a - b)
    const at = (share: number): number => lengths[Math.floor((lengths.length - 1) * share)] ?? 0
    expect(at(0.5)).toBeLessThanOrEqual(120)
    expect(at(0.9)).toBeLessThanOrEqual(300)
    const unexplained = files.filter(({ path, lines }) => lines > 300 && !(path in long))
    expect(unexplained.map(({ path, lines }) => `${path} has ${lines} lines`)).toEqual([])
    const stale = Object.keys(long).filter((path) => !files.some((file) => file.path === path && file.lines > 300))
    expect(stale, 'exceptions that are no longer needed').toEqual([])
  })
})
