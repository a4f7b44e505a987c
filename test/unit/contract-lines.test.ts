import { readFileSync } from 'node:fs'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'
import tsup from '../../tsup.config.ts'
import { root } from './source-tree.ts'

/**
 * `@contract pure|effect(ports) · units of time and size arguments · outcomes · throws NL_…|none · spec §`. Units are
 * left out where there are none, the spec where there is none; between the first part and `throws` at least one stays.
 */
const separator = ' · '
const kind = /^(?:pure|effect(?:\([^()]+\))?)$/
const throwing = /^throws (?:none|NL_[A-Z_]+(?:, NL_[A-Z_]+)*)(?: \([^()]*\))?$/

function faultsOf(line: string, codes: ReadonlySet<string>): string[] {
  const parts = line.split(separator)
  const faults: string[] = []
  if (!kind.test(parts[0] ?? '')) faults.push('does not begin with pure or effect(ports)')
  const at = parts.findIndex((part) => part.startsWith('throws'))
  if (at < 0) faults.push('does not say what it throws')
  else {
    if (!throwing.test(parts[at] ?? '')) faults.push(`"${parts[at]}" is not "throws none" or a list of NL_ codes`)
    if (at < 2) faults.push('says no units and no outcomes')
    if (parts.length > at + 2) faults.push('has more than the spec after its throws')
  }
  for (const code of line.match(/NL_[A-Z_]+/g) ?? []) if (!codes.has(code)) faults.push(`names ${code}, which is none`)
  return faults
}

function errorCodes(): ReadonlySet<string> {
  return new Set(
    readFileSync(`${root}src/core/errors.ts`, 'utf8')
      .match(/'NL_[A-Z_]+'/g)
      ?.map((text) => text.slice(1, -1)),
  )
}

interface PublicFunction {
  readonly name: string
  readonly place: string
  readonly summary: string
  readonly lines: readonly string[]
}

function publicFunctions(): PublicFunction[] {
  const entries = Object.values((tsup as { entry: Record<string, string> }).entry).filter(
    (path) => !path.startsWith('src/cli/'),
  )
  const config = ts.getParsedCommandLineOfConfigFile(
    `${root}tsconfig.build.json`,
    {},
    {
      ...ts.sys,
      onUnRecoverableConfigFileDiagnostic: () => undefined,
    },
  )
  const program = ts.createProgram(
    entries.map((path) => root + path),
    config?.options ?? {},
  )
  const checker = program.getTypeChecker()
  const found = new Map<string, PublicFunction>()
  for (const path of entries) {
    const file = program.getSourceFile(root + path)
    const module = file && checker.getSymbolAtLocation(file)
    for (const exported of module ? checker.getExportsOfModule(module) : []) {
      const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported
      const at = symbol.valueDeclaration
      if (!at || checker.getTypeOfSymbolAtLocation(symbol, at).getCallSignatures().length === 0) continue
      const source = at.getSourceFile()
      const line = source.getLineAndCharacterOfPosition(at.getStart()).line + 1
      const place = `${source.fileName.slice(root.length)}:${line}`
      found.set(place, {
        name: exported.name,
        place,
        summary: ts.displayPartsToString(symbol.getDocumentationComment(checker)).trim(),
        lines: symbol
          .getJsDocTags(checker)
          .filter((tag) => tag.name === 'contract')
          .map((tag) => ts.displayPartsToString(tag.text)),
      })
    }
  }
  return [...found.values()]
}

describe('the @contract line', () => {
  const codes = errorCodes()

  it('stands once in the doc comment of every public function, in its shape, under a summary', () => {
    const faults = publicFunctions().flatMap(({ name, place, summary, lines }) => {
      const own = [
        ...(summary === '' ? ['has no summary'] : []),
        ...(lines.length === 1 ? [] : [`has ${lines.length} @contract lines`]),
        ...lines.flatMap((line) => faultsOf(line, codes)),
      ]
      return own.map((fault) => `${place} ${name} ${fault}`)
    })
    expect(faults).toEqual([])
  })

  it.each([
    'pure · now ms, period s · accepted|wrong|replayed|malformed · throws NL_CONFIG · RFC 6238 §5.2',
    'pure · true|false · throws none',
    'effect(storage, mailer) · now ms · ok · throws NL_STORAGE_FAILED, NL_MAIL_FAILED (after retries)',
  ])('accepts: %s', (line) => {
    expect(faultsOf(line, codes)).toEqual([])
  })

  it.each([
    ['pure · throws none', 'says no units and no outcomes'],
    ['pure · true|false', 'does not say what it throws'],
    ['async · true|false · throws none', 'does not begin with pure or effect(ports)'],
    ['pure · true|false · throws TypeError', '"throws TypeError" is not "throws none" or a list of NL_ codes'],
    ['pure · true|false · throws NL_NOVEL', 'names NL_NOVEL, which is none'],
    ['pure · true|false · throws none · RFC 4226 · RFC 6238', 'has more than the spec after its throws'],
  ])('refuses: %s', (line, fault) => {
    expect(faultsOf(line, codes)).toEqual([fault])
  })
})
