import { rmSync } from 'node:fs'
import ts from 'typescript'
import { root } from './root.ts'

/**
 * Writes one declaration file per source file to .types, as tsc does. It differs in one thing: a type that the facade
 * derives from the core, such as `RefusalOf<typeof confirmTotp>`, is written out as the literals that it stands for. So
 * the published declarations are read without the core, and do not name it.
 */
const outDir = `${root}.types`

/** The types of src/service/facade/call/refusal.ts. */
const derived: ReadonlySet<string> = new Set(['ReasonOf', 'RefusalOf'])

function isDerived(node: ts.Node): boolean {
  if (ts.isTypeReferenceNode(node) && ts.isIdentifier(node.typeName) && derived.has(node.typeName.text)) return true
  return ts.forEachChild(node, (child) => isDerived(child) || undefined) ?? false
}

/** The literals of a union of texts, in the order of the alphabet: the compiler's own order moves with other files. */
function literalsOf(type: ts.Type): readonly string[] | null {
  const members = type.isUnion() ? type.types : [type]
  const texts = members.map((member) => (member.isStringLiteral() ? member.value : null))
  return texts.includes(null) ? null : texts.filter((text) => text !== null).sort()
}

function unionOf(texts: readonly string[]): ts.TypeNode {
  const { factory } = ts
  return factory.createUnionTypeNode(
    texts.map((text) => factory.createLiteralTypeNode(factory.createStringLiteral(text, true))),
  )
}

function writeOut(checker: ts.TypeChecker): ts.TransformerFactory<ts.SourceFile | ts.Bundle> {
  return (context) => {
    const visit = (node: ts.Node): ts.Node => {
      if (ts.isTypeNode(node) && isDerived(node)) {
        const texts = literalsOf(checker.getTypeFromTypeNode(ts.getOriginalNode(node) as ts.TypeNode))
        if (texts !== null) return unionOf(texts)
      }
      return ts.visitEachChild(node, visit, context)
    }
    return (file) => ts.visitNode(file, visit) as ts.SourceFile | ts.Bundle
  }
}

function build(): readonly ts.Diagnostic[] {
  const config = ts.getParsedCommandLineOfConfigFile(
    `${root}tsconfig.build.json`,
    { noEmit: false, emitDeclarationOnly: true, outDir },
    { ...ts.sys, onUnRecoverableConfigFileDiagnostic: report },
  )
  if (config === undefined) return []
  const program = ts.createProgram(config.fileNames, config.options)
  const faults = ts.getPreEmitDiagnostics(program)
  if (faults.length > 0) return faults
  rmSync(outDir, { recursive: true, force: true })
  const transformers = { afterDeclarations: [writeOut(program.getTypeChecker())] }
  return program.emit(undefined, undefined, undefined, true, transformers).diagnostics
}

function report(...faults: readonly ts.Diagnostic[]): void {
  const host: ts.FormatDiagnosticsHost = {
    getCanonicalFileName: (name) => name,
    getCurrentDirectory: () => root,
    getNewLine: () => '\n',
  }
  process.stderr.write(ts.formatDiagnostics(faults, host))
  process.exitCode = 1
}

const faults = build()
if (faults.length > 0) report(...faults)
