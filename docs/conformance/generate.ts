import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { coverage, report, unknownIds } from './report.ts'
import type { Row } from './report.ts'
import { titlesOf } from './titles.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const page = 'docs/conformance.md'
const rows = JSON.parse(readFileSync(new URL('rows.json', import.meta.url), 'utf8')) as Row[]

function filesBelow(folder: string, ending: string): string[] {
  return readdirSync(root + folder, { recursive: true, encoding: 'utf8' })
    .map((name) => `${folder}/${name.replaceAll('\\', '/')}`)
    .filter((path) => path.endsWith(ending))
    .sort()
}

const titles = [...filesBelow('test', '.test.ts'), ...filesBelow('src/testing', '.ts')].flatMap((file) =>
  titlesOf(file, readFileSync(root + file, 'utf8')),
)

const unknown = unknownIds(rows, titles)
const text = report(rows, titles)
const stale = process.argv.includes('--check') && readFileSync(root + page, 'utf8') !== text

if (unknown.length > 0) {
  console.error(unknown.join('\n'))
  process.exitCode = 1
} else if (stale) {
  console.error(`${page} is stale: run npm run conformance`)
  process.exitCode = 1
} else {
  writeFileSync(root + page, text)
  console.log(coverage(rows, titles))
}
