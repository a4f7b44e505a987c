import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Extractor, ExtractorConfig } from '@microsoft/api-extractor'
import type { ExtractorMessage } from '@microsoft/api-extractor'
import { root } from './root.ts'

export interface ApiReport {
  /** `nightlatch`, `nightlatch/otp` and so on. */
  readonly subpath: string
  /** Where the report is kept, relative to the repository. */
  readonly path: string
  readonly text: string
  readonly exported: readonly string[]
  /** Types that the declarations name and do not export. */
  readonly unexported: readonly string[]
}

interface Manifest {
  readonly exports: Readonly<Record<string, string | { readonly import: { readonly types: string } }>>
}

/** One report for each subpath, made of the built declarations in `dist`. */
export function apiReports(): readonly ApiReport[] {
  const { exports } = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as Manifest
  const folder = mkdtempSync(join(tmpdir(), 'nightlatch-api-'))
  try {
    return Object.entries(exports).flatMap(([key, entry]) =>
      typeof entry === 'string' ? [] : [reportOf(`nightlatch${key.slice(1)}`, entry.import.types, folder)],
    )
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function reportOf(subpath: string, declarations: string, folder: string): ApiReport {
  const name = `${subpath.replace(/^nightlatch\//, '').replaceAll('/', '-')}.api.md`
  const unexported: string[] = []
  Extractor.invoke(configuration(declarations, { folder, name }), {
    localBuild: true,
    messageCallback: (message) => {
      if (message.messageId === 'ae-forgotten-export') unexported.push(symbolOf(message))
      message.handled = true
    },
  })
  const text = withoutMarks(readFileSync(join(folder, name), 'utf8'))
  const exported = [...text.matchAll(/^export (?:(?:class|const|function|interface|type) |\{ \w+ as )(\w+)/gm)]
  return { subpath, path: `docs/api/${name}`, text, exported: exported.map(([, one = '']) => one), unexported }
}

function configuration(
  declarations: string,
  { folder, name }: { readonly folder: string; readonly name: string },
): ExtractorConfig {
  const entry = join(root, declarations)
  const compilerOptions = { module: 'esnext', moduleResolution: 'bundler', target: 'es2022', strict: true, types: [] }
  return ExtractorConfig.prepare({
    configObjectFullPath: undefined,
    packageJsonFullPath: join(root, 'package.json'),
    configObject: {
      projectFolder: root,
      mainEntryPointFilePath: entry,
      compiler: { overrideTsconfig: { compilerOptions: { ...compilerOptions, skipLibCheck: true }, files: [entry] } },
      apiReport: { enabled: true, reportFileName: name, reportFolder: folder, reportTempFolder: folder },
      newlineKind: 'lf',
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      messages: {
        compilerMessageReporting: { default: { logLevel: 'none' as never } },
        extractorMessageReporting: { default: { logLevel: 'none' as never } },
        tsdocMessageReporting: { default: { logLevel: 'none' as never } },
      },
    },
  })
}

/** Without the number that API Extractor gives to a name that something else has too, such as `Storage` of the DOM. */
const symbolOf = ({ text }: ExtractorMessage): string => /"(\w+?)(?:_\d+)?"/.exec(text)?.[1] ?? text

/** Everything in the report is public, and whether it has a comment is no matter of the report. */
function withoutMarks(text: string): string {
  return text.replace(/^ *\/\/ (?:@public.*|\(undocumented\))\n/gm, '').replace(/\n{3,}/g, '\n\n')
}
