import ts from 'typescript'
import tsconfig from '../../tsconfig.json' with { type: 'json' }
import { root } from './source-tree.ts'

/** A function that a subpath exports, or a method of the facade, read from its doc comment and its types. */
export interface PublicCall {
  /** `verifyTotp`, or `totp.enroll` for a method of the facade. */
  readonly name: string
  readonly subpath: string
  readonly isMethod: boolean
  /** `src/core/otp/totp.ts:12`, so that a failing list can be clicked. */
  readonly location: string
  readonly summary: string
  /** The `@contract` lines, each joined to one line. */
  readonly contracts: readonly string[]
  readonly examples: readonly string[]
  /** The literals that distinguish the results, or null without such literals. */
  readonly outcomes: readonly string[] | null
}

export interface PublicSurface {
  readonly calls: readonly PublicCall[]
  /** The first subpath that exports a name. The root comes first. */
  readonly exports: ReadonlyMap<string, string>
  readonly options: ts.CompilerOptions
  readonly program: ts.Program
}

const subpaths = Object.entries(tsconfig.compilerOptions.paths).map(
  ([name, [file = '']]) => [name, root + file] as const,
)

export function readPublicSurface(): PublicSurface {
  const options = compilerOptions()
  const program = ts.createProgram(
    subpaths.map(([, file]) => file),
    options,
  )
  const checker = program.getTypeChecker()
  const calls = new Map<string, PublicCall>()
  const exports = new Map<string, string>()
  for (const [subpath, file] of subpaths) {
    for (const [name, symbol] of exportsOf(program, file)) {
      if (!exports.has(name)) exports.set(name, subpath)
      const at = symbol.valueDeclaration
      const signature = at && checker.getTypeOfSymbolAtLocation(symbol, at).getCallSignatures()[0]
      const call = signature && describeCall(checker, { symbol, signature, name, subpath, isMethod: false })
      if (call && !calls.has(call.location)) calls.set(call.location, call)
    }
  }
  const methods = facadeMethods(program)
  return { calls: [...calls.values(), ...methods], exports, options, program }
}

function compilerOptions(): ts.CompilerOptions {
  const host = { ...ts.sys, onUnRecoverableConfigFileDiagnostic: () => undefined }
  return ts.getParsedCommandLineOfConfigFile(`${root}tsconfig.json`, {}, host)?.options ?? {}
}

function exportsOf(program: ts.Program, path: string): readonly (readonly [string, ts.Symbol])[] {
  const checker = program.getTypeChecker()
  const file = program.getSourceFile(path)
  const module = file && checker.getSymbolAtLocation(file)
  return (module ? checker.getExportsOfModule(module) : []).map((exported) => [
    exported.name,
    exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported,
  ])
}

/** Every method of every part of `Nightlatch`. */
function facadeMethods(program: ts.Program): readonly PublicCall[] {
  const checker = program.getTypeChecker()
  const [subpath, file] = subpaths.find(([name]) => name === 'nightlatch') ?? ['', '']
  const facade = exportsOf(program, file).find(([name]) => name === 'Nightlatch')?.[1]
  const parts = facade ? checker.getDeclaredTypeOfSymbol(facade).getProperties() : []
  return parts.flatMap((part) =>
    checker
      .getTypeOfSymbol(part)
      .getProperties()
      .flatMap((symbol) => {
        const [signature] = checker.getTypeOfSymbol(symbol).getCallSignatures()
        const name = `${part.name}.${symbol.name}`
        return signature ? [describeCall(checker, { symbol, signature, name, subpath, isMethod: true })] : []
      }),
  )
}

interface Found {
  readonly symbol: ts.Symbol
  readonly signature: ts.Signature
  readonly name: string
  readonly subpath: string
  readonly isMethod: boolean
}

function describeCall(checker: ts.TypeChecker, { symbol, signature, ...found }: Found): PublicCall {
  const at = symbol.declarations?.[0]
  const source = at?.getSourceFile()
  const line = at && source ? source.getLineAndCharacterOfPosition(at.getStart()).line + 1 : 0
  const tags = (name: string): readonly string[] =>
    symbol
      .getJsDocTags(checker)
      .filter((tag) => tag.name === name)
      .map((tag) => ts.displayPartsToString(tag.text))
  return {
    ...found,
    location: `${source?.fileName.slice(root.length) ?? ''}:${line}`,
    summary: ts.displayPartsToString(symbol.getDocumentationComment(checker)).trim(),
    contracts: tags('contract').map(joinLines),
    examples: tags('example'),
    outcomes: outcomesOf(checker, signature.getReturnType()),
  }
}

/** Joins a contract of several lines. Within a list a line ends after a `|`. */
export function joinLines(text: string): string {
  return text.replace(/\|\s*\n\s*/g, '|').replace(/\s*\n\s*/g, ' ')
}

/** `ok` and each `reason`, or each `status`. Null when no such words distinguish the results. */
function outcomesOf(checker: ts.TypeChecker, returned: ts.Type): readonly string[] | null {
  const type = checker.getAwaitedType(returned) ?? returned
  const words = (type.isUnion() ? type.types : [type]).map((member) => {
    const ok = typeOf(checker, member, 'ok')
    if (ok === undefined) return textsOf(typeOf(checker, member, 'status'))
    return checker.typeToString(ok) === 'true' ? ['ok'] : textsOf(typeOf(checker, member, 'reason'))
  })
  return words.some(({ length }) => length === 0) ? null : [...new Set(words.flat())].sort()
}

function typeOf(checker: ts.TypeChecker, owner: ts.Type, name: string): ts.Type | undefined {
  const property = owner.getProperty(name)
  return property && checker.getTypeOfSymbol(property)
}

function textsOf(type: ts.Type | undefined): readonly string[] {
  const members = type?.isUnion() ? type.types : type ? [type] : []
  return members.flatMap((member) => (member.isStringLiteral() ? [member.value] : []))
}
