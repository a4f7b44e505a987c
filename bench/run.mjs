import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { measure, table } from './harness.mjs'

const bench = fileURLToPath(new URL('.', import.meta.url))
const root = fileURLToPath(new URL('..', import.meta.url))

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'string' }, rounds: { type: 'string' }, profile: { type: 'boolean' } },
})

// A suite is a file. Its parts are in a folder of the same name.
const suites = readdirSync(`${bench}suites`)
  .flatMap((file) => /^([a-z-]+)\.mjs$/.exec(file)?.[1] ?? [])
  .sort()
for (const name of positionals) if (!suites.includes(name)) stop(`no suite "${name}"; there are: ${suites.join(', ')}`)
const rounds = values.rounds === undefined ? undefined : Number(values.rounds)
if (rounds !== undefined && !(Number.isInteger(rounds) && rounds > 0)) stop('--rounds takes a positive integer')

const { dependencies } = JSON.parse(readFileSync(`${bench}package.json`, 'utf8'))
const installed = Object.keys(dependencies).every((name) => existsSync(`${bench}node_modules/${name}`))
if (!installed) call(['ci', '--no-audit', '--no-fund'], bench)
if (!process.env.NIGHTLATCH_DIST && !existsSync(`${root}dist`)) call(['run', 'build'], root)

// Old peers call what Node has deprecated; that is known, and no news in a table of times.
process.noDeprecation = true

const results = []
for (const name of positionals.length > 0 ? positionals : suites) {
  const { default: suite } = await import(`./suites/${name}.mjs`)
  if (values.profile) {
    if (suite.profile === undefined) stop(`the suite "${name}" has no profile`)
    await suite.profile()
  } else if (suite.measure !== undefined) {
    results.push(...(await suite.measure({ rounds })))
  } else {
    results.push(...(await measureGroups(suite)))
  }
}
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(results, null, 2)}\n`)

async function measureGroups(suite) {
  const rows = []
  for (const group of await suite.groups()) {
    const measured = measure(group, rounds === undefined ? {} : { rounds })
    rows.push(...measured.map(({ group: of, name, opsPerSecond }) => ({ group: of, name, opsPerSecond })))
    console.log(`${table(measured)}\n`)
  }
  return rows
}

function call(args, cwd) {
  const { status } = spawnSync('npm', args, {
    cwd,
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  })
  if (status !== 0) stop(`npm ${args.join(' ')} failed`)
}

function stop(message) {
  console.error(message)
  process.exit(1)
}
