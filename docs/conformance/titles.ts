import ts from 'typescript'

export interface TestTitle {
  /** Relative to the repository, with forward slashes. */
  readonly file: string
  readonly title: string
  readonly ids: readonly string[]
}

const runners = new Set(['it', 'test', 'describe'])
const notRun = new Set(['skip', 'todo', 'fails'])

/** The names along `it.each(table)`, `suite.describe`, `test.skipIf(x)`: `['it', 'each']` and so on. */
function chainOf(node: ts.Expression): string[] {
  if (ts.isIdentifier(node)) return [node.text]
  if (ts.isPropertyAccessExpression(node)) return [...chainOf(node.expression), node.name.text]
  if (ts.isCallExpression(node)) return chainOf(node.expression)
  if (ts.isTaggedTemplateExpression(node)) return chainOf(node.tag)
  return []
}

function textOf(node: ts.Expression | undefined): string | undefined {
  if (!node) return undefined
  if (ts.isStringLiteralLike(node)) return node.text
  if (ts.isTemplateExpression(node)) {
    return node.head.text + node.templateSpans.map((span) => `…${span.literal.text}`).join('')
  }
  if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken) {
    return `${textOf(node.left) ?? '…'}${textOf(node.right) ?? '…'}`
  }
  return undefined
}

/** Row ids stand in brackets: `[TOTP-6] …`, or several as `[HOTP-5, CRY-1]`. */
function idsOf(title: string): string[] {
  const brackets = title.match(/\[[A-Z]{2,5}-\d{1,3}(?:, ?[A-Z]{2,5}-\d{1,3})*\]/g) ?? []
  return brackets.flatMap((bracket) => bracket.match(/[A-Z]{2,5}-\d{1,3}/g) ?? [])
}

/** Titles of tests and groups in one file that name at least one row. Skipped ones are left out: they prove nothing. */
export function titlesOf(file: string, text: string): TestTitle[] {
  const found: TestTitle[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node)) {
      const chain = chainOf(node.expression)
      if (chain.some((name) => notRun.has(name))) return
      const title = chain.some((name) => runners.has(name)) ? textOf(node.arguments[0]) : undefined
      const ids = title === undefined ? [] : idsOf(title)
      if (title !== undefined && ids.length > 0) found.push({ file, title, ids })
    }
    ts.forEachChild(node, visit)
  }
  visit(ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true))
  return found
}
