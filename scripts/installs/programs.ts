import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { root } from '../root.ts'
import { manifest } from './projects.ts'
import type { Peers } from './projects.ts'

const subpaths = Object.keys(manifest.exports)
  .filter((path) => path !== './package.json')
  .map((path) => `nightlatch${path.slice(1)}`)

/** The declarations of these name a package, which an application without it does not have. */
const typedByPeers: readonly string[] = ['nightlatch/storage/sql']

const options = { strict: true, noEmit: true, allowImportingTsExtensions: true, target: 'es2022' }

/** nightlatch asks for the language and the DOM, and for no types of Node. Kysely and the driver ask for more. */
const surroundings: Readonly<Record<'bare' | 'peers', object>> = {
  bare: { lib: ['es2023', 'dom'], types: [] },
  peers: { lib: ['es2023', 'dom', 'esnext.disposable'], types: ['node'] },
}

/** Writes what a project runs and compiles: each program as ESM, as CommonJS and as TypeScript of both. */
export function writePrograms(folder: string, peers: Peers): void {
  const main = peers === 'bare' ? 'bare' : 'peers'
  for (const name of [main, 'sign-in'])
    writeForms(folder, name, readFileSync(`${root}scripts/installs/programs/${name}.ts`, 'utf8'))
  writeForms(folder, 'every-subpath', everySubpath(subpaths))
  const typed = subpaths.filter((path) => peers !== 'bare' || !typedByPeers.includes(path))
  for (const ending of ['mts', 'cts']) writeFileSync(join(folder, `every-subpath.${ending}`), everySubpath(typed))
  const files = [`${main}.mts`, `${main}.cts`, 'every-subpath.mts', 'every-subpath.cts']
  const nodenext = { ...options, module: 'nodenext', ...surroundings[main] }
  const bundler = { ...options, module: 'esnext', moduleResolution: 'bundler', ...surroundings[main] }
  writeFileSync(join(folder, 'nodenext.json'), JSON.stringify({ compilerOptions: nodenext, files }))
  writeFileSync(join(folder, 'bundler.json'), JSON.stringify({ compilerOptions: bundler, files }))
}

function writeForms(folder: string, name: string, source: string): void {
  const form = (ending: string): string => source.replace(/(from '\.\/[\w-]+)\.ts'/g, `$1.${ending}'`)
  const transpiled = (ending: string, module: ts.ModuleKind): string =>
    ts.transpileModule(form(ending), {
      compilerOptions: { module, target: ts.ScriptTarget.ES2022, esModuleInterop: true },
    }).outputText
  writeFileSync(join(folder, `${name}.mts`), form('mts'))
  writeFileSync(join(folder, `${name}.cts`), form('cts'))
  writeFileSync(join(folder, `${name}.mjs`), transpiled('mjs', ts.ModuleKind.ESNext))
  writeFileSync(join(folder, `${name}.cjs`), transpiled('cjs', ts.ModuleKind.CommonJS))
}

function everySubpath(paths: readonly string[]): string {
  const imports = paths.map((path, index) => `import * as subpath${index} from '${path}'`)
  const names = paths.map((_, index) => `subpath${index}`)
  return [
    ...imports,
    `const empty = [${names.join(', ')}].filter((names) => Object.keys(names).length === 0)`,
    `if (empty.length > 0) throw new Error(\`\${empty.length} subpaths export nothing\`)`,
    `console.log('imported ${paths.length} subpaths')`,
    '',
  ].join('\n')
}
