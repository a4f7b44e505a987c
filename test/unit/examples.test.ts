import ts from 'typescript'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import tsconfig from '../../tsconfig.json' with { type: 'json' }
import type { Nightlatch } from 'nightlatch'
import { exampleNames } from '../world/example-names.ts'
import type { ExampleNames } from '../world/example-names.ts'
import { exampleScene } from '../world/example-scene.ts'
import { keyText } from '../world/world.ts'
import { readPublicSurface } from './public-surface.ts'
import type { PublicCall } from './public-surface.ts'
import { root } from './source-tree.ts'

const { calls, exports, options, program } = readPublicSurface()
const anybody = exampleNames(await exampleScene('anything'))
const names = Object.keys(anybody)
const examples = calls.flatMap((call) => call.examples.map((code) => ({ ...call, code })))

type Example = Pick<PublicCall, 'name' | 'location'> & { readonly code: string }

function identifiersIn(code: string): ReadonlySet<string> {
  const found = new Set<string>()
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) found.add(node.text)
    ts.forEachChild(node, visit)
  }
  visit(ts.createSourceFile('example.ts', code, ts.ScriptTarget.Latest, true))
  return found
}

/** The names of the package that an example uses, by subpath. */
function importsOf(code: string): ReadonlyMap<string, readonly string[]> {
  const used = new Map<string, readonly string[]>()
  for (const name of identifiersIn(code)) {
    const subpath = exports.get(name)
    if (subpath !== undefined) used.set(subpath, [...(used.get(subpath) ?? []), name])
  }
  return used
}

/** The example as the body of a function that gets all its names. The inner block allows it to declare them again. */
function moduleOf({ code }: Example): string {
  const imported = [...importsOf(code)].map(([subpath, used]) => `import { ${used.join(', ')} } from '${subpath}'`)
  return [
    ...imported,
    `import type { ExampleNames } from '${root}test/world/example-names.ts'`,
    `export async function example({ ${names.join(', ')} }: ExampleNames) {{`,
    code,
    '}}',
  ].join('\n')
}

function typeFaults(given: readonly Example[]): readonly string[] {
  const texts = new Map(given.map((example, n) => [`${root}test/unit/example-${n}.ts`, moduleOf(example)]))
  const lenient = { ...options, noUnusedLocals: false, noUnusedParameters: false }
  const host = ts.createCompilerHost(lenient)
  const virtual: ts.CompilerHost = {
    ...host,
    fileExists: (path) => texts.has(path) || host.fileExists(path),
    readFile: (path) => texts.get(path) ?? host.readFile(path),
    getSourceFile: (path, version) => {
      const text = texts.get(path)
      if (text !== undefined) return ts.createSourceFile(path, text, version)
      return program.getSourceFile(path) ?? host.getSourceFile(path, version)
    },
  }
  const checked = ts.createProgram([...texts.keys()], lenient, virtual)
  return [...texts.keys()].flatMap((path, n) => {
    const file = checked.getSourceFile(path)
    const faults = [...checked.getSyntacticDiagnostics(file), ...checked.getSemanticDiagnostics(file)]
    const { name, location } = given[n]!
    return faults.map(({ messageText }) => `${location} ${name}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`)
  })
}

interface Shown {
  readonly stated: unknown
  readonly value: unknown
}

const isExpression = (text: string): boolean =>
  ts.transpileModule(`(${text})`, { reportDiagnostics: true }).diagnostics?.length === 0

/** Finds `call() // result` and compares the two, unless the call uses random values or the clock. */
function withClaims(code: string): string {
  const file = ts.createSourceFile('example.ts', code, ts.ScriptTarget.Latest, true)
  let instrumented = code
  const visit = (node: ts.Node): void => {
    ts.forEachChild(node, visit)
    if (!ts.isExpressionStatement(node)) return
    const [comment] = ts.getTrailingCommentRanges(code, node.end) ?? []
    const stated = comment ? code.slice(comment.pos + 2, comment.end).trim() : ''
    const text = node.getText()
    if (stated === '' || /\bcrypto\b|Date\.now/.test(text) || !isExpression(stated)) return
    const claim = `__shows(${text}, () => (${stated}))`
    instrumented = instrumented.slice(0, node.getStart()) + claim + instrumented.slice(node.end)
  }
  visit(file)
  return instrumented
}

const AsyncFunction = (async () => undefined).constructor as new (
  ...texts: string[]
) => (...values: unknown[]) => Promise<void>

async function run({ code }: Example, given: ExampleNames): Promise<readonly Shown[]> {
  const values: Record<string, unknown> = { ...given }
  for (const [subpath, used] of importsOf(code)) {
    const [file = ''] = tsconfig.compilerOptions.paths[subpath as keyof typeof tsconfig.compilerOptions.paths]
    const module = (await import(root + file)) as Readonly<Record<string, unknown>>
    for (const name of used) values[name] = module[name]
  }
  const shown: Shown[] = []
  const claim = (value: unknown, state: () => unknown): void => {
    try {
      shown.push({ value, stated: state() })
    } catch (error) {
      // The comment is a sentence: its words are no variables.
      if (!(error instanceof ReferenceError)) throw error
    }
  }
  const { outputText } = ts.transpileModule(`async () => {{ ${withClaims(code)}\n}}`, {
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext },
  })
  const body = `return (${outputText.trim().replace(/;$/, '')})()`
  await new AsyncFunction('__shows', ...Object.keys(values), body)(claim, ...Object.values(values))
  return shown
}

/** Records the answers of the methods of the facade. */
function watched(nl: Nightlatch, answers: Map<string, unknown>): Nightlatch {
  const parts = Object.entries(nl).map(([part, methods]) => [
    part,
    Object.fromEntries(
      Object.entries(methods as object).map(([name, method]) => [
        name,
        typeof method === 'function'
          ? async (...input: readonly unknown[]) => {
              const answer: unknown = await (method as (...values: readonly unknown[]) => unknown)(...input)
              answers.set(`${part}.${name}`, answer)
              return answer
            }
          : method,
      ]),
    ),
  ])
  return Object.fromEntries(parts) as Nightlatch
}

beforeAll(() => {
  vi.stubEnv('NL_KEYS', keyText(1))
  vi.spyOn(console, 'error').mockImplementation(() => undefined)
})

describe('the examples in doc comments', () => {
  it('appear once at every public function and every method of the facade', () => {
    const faulty = calls.filter((call) => call.examples.length !== 1)
    expect(faulty.map(({ name, location }) => `${location} ${name}`)).toEqual([])
  })

  it('fit the types of what they call', () => {
    expect(typeFaults(examples)).toEqual([])
  })

  it('are found when they do not fit the types', () => {
    const location = 'here'
    const wrong = [
      { name: 'a', location, code: 'await nl.totp.enroll({ label: 7 })' },
      { name: 'b', location, code: 'const off = await nl.sessions.list({ grant })\nres.json(off.sessions)' },
      { name: 'c', location, code: "await nl.stepUp.start({ grant, purpose: 'fun' })" },
      { name: 'd', location, code: 'totp({ secret, now: Date.now() }' },
    ]
    const found = typeFaults(wrong).map((fault) => fault.slice(5, 6))
    expect([...new Set(found)]).toEqual(['a', 'b', 'c', 'd'])
  })
})

describe('the example of', () => {
  const methods = examples.filter(({ isMethod }) => isMethod)
  const functions = examples.filter(({ isMethod }) => !isMethod)
  const refused: Readonly<Record<string, string>> = { 'signIn.failed': 'wrong-credentials' }

  it.each(methods.map((example) => [example.name, example] as const))('%s succeeds', async (name, example) => {
    const answers = new Map<string, unknown>()
    const scene = await exampleScene(name)
    await run(example, exampleNames({ ...scene, nl: watched(scene.nl, answers) }))
    scene.nl.outbox.stop()
    expect([...answers.keys()]).toContain(name)
    const answer = (answers.get(name) ?? {}) as { ok?: boolean; status?: string; reason?: string }
    expect(answer.ok === false || answer.status === 'refused' ? answer.reason : undefined).toBe(refused[name])
  })

  it.each(functions.map((example) => [example.name, example] as const))(
    '%s runs, and gives the result that it states',
    async (_, example) => {
      for (const { value, stated } of await run(example, anybody)) expect(value).toEqual(stated)
    },
  )

  it('a pure function states its result in most cases', async () => {
    const shown = await Promise.all(functions.map((example) => run(example, anybody)))
    expect(shown.flat().length).toBeGreaterThan(50)
  })
})
