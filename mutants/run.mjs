import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { report } from './report.mjs'
import { addVerdict, noticedIn, readVerdicts } from './verdicts.mjs'

const here = fileURLToPath(new URL('.', import.meta.url))
const root = fileURLToPath(new URL('..', import.meta.url))

// Of the processor. Quick tests try everything first, so that few changes are left for the others.
const quickMs = 100
const slowMs = 1000

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { tests: { type: 'string', multiple: true }, slow: { type: 'boolean' } },
})
const paths = positionals.flatMap(sourcesIn)
if (paths.length === 0) stop('usage: npm run mutants -- FILE|FOLDER … [--tests FILE|FOLDER]… [--slow]')

const { dependencies } = JSON.parse(readFileSync(`${here}package.json`, 'utf8'))
const installed = Object.keys(dependencies).every((name) => existsSync(`${here}node_modules/${name}`))
if (!installed) call('npm', ['ci', '--no-audit', '--no-fund'], { cwd: here })

const folder = mkdtempSync(`${tmpdir()}/nightlatch-mutants-`)
try {
  const { instrument } = await import('./instrument.mjs')
  const instrumented = await instrument(root, paths)
  writeFileSync(`${folder}/mutants.json`, JSON.stringify(instrumented))
  writeFileSync(`${folder}/verdicts`, '')
  // Without --tests: all that load one of the files.
  test(values.tests === undefined ? ['related', '--run', ...paths] : ['run', ...values.tests], {
    takes: `0-${quickMs}`,
  })
  tryLonger(quickMs, slowMs)
  if (values.slow) tryLonger(slowMs, Infinity)
  tryAlone(readVerdicts(folder))
  console.log(report(instrumented.mutants, readVerdicts(folder)))
} finally {
  rmSync(folder, { recursive: true })
}

/** The tests that take so long, for what is left. */
function tryLonger(fromMs, untilMs) {
  const said = readVerdicts(folder)
  const noticed = noticedIn(said)
  const files = said
    .filter(({ verdict, tookMs }) => verdict === 'met' && tookMs >= fromMs && tookMs < untilMs)
    .filter(({ ids }) => ids.some((id) => !noticed.has(id)))
    .map(({ file }) => file)
  if (files.length > 0) test(['run', ...new Set(files)], { takes: `${fromMs}-${untilMs}` })
}

/** Changes that a repeated test cannot try, because they act while a file is loaded: each with a process of its own. */
function tryAlone(said) {
  const noticed = noticedIn(said)
  for (const { id, file } of said.filter(({ verdict }) => verdict === 'alone')) {
    if (noticed.has(id)) continue
    if (test(['run', file, '--bail', '1'], { only: id }) === 0) continue
    noticed.add(id)
    addVerdict(folder, { id, verdict: 'noticed', by: file })
  }
}

function test(args, { only, takes }) {
  const env = { ...process.env, NIGHTLATCH_MUTANTS: folder, NODE_NO_WARNINGS: '1' }
  if (only !== undefined) env.NIGHTLATCH_MUTANT = only
  if (takes !== undefined) env.NIGHTLATCH_TAKES = takes
  const shown = ['--config', `${here}vitest.config.mjs`, '--reporter', 'dot', '--silent']
  const quiet = only === undefined ? 'inherit' : 'ignore'
  return call('npx', ['vitest', ...args, ...shown], { cwd: root, env, stdio: ['ignore', quiet, quiet] })
}

function call(command, args, options) {
  const stdio = ['ignore', 'ignore', 'inherit']
  return spawnSync(command, args, { stdio, shell: process.platform === 'win32', ...options }).status
}

function sourcesIn(path) {
  if (!existsSync(root + path)) stop(`there is no ${path}`)
  if (!statSync(root + path).isDirectory()) return [path]
  const inside = readdirSync(root + path, { recursive: true }).filter((name) => name.endsWith('.ts'))
  return inside.map((name) => `${path.replace(/\/$/, '')}/${name}`).sort()
}

function stop(reason) {
  console.error(reason)
  process.exit(2)
}
