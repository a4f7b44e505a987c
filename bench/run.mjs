import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { measure, table } from './harness.mjs'

const bench = fileURLToPath(new URL('.', import.meta.url))
const root = fileURLToPath(new URL('..', import.meta.url))

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'string' }, rounds: { type: 'string' } },
})

// A suite is a file named by one word; others beside it, as network-data.mjs, are its parts.
const suites = readdirSync(`${bench}suites`)
  .flatMap((file) => /^([a-z]+)\.mjs$/.exec(file)?.[1] ?? [])
  .sort()
for (const name of positionals) if (!suites.includes(name)) stop(`no suite "${name}"; there are: ${suites.join(', ')}`)
const rounds = values.rounds === undefined ? undefined : Number(values.rounds)
if (rounds !== undefined && !(Number.isInteger(rounds) && rounds > 0)) stop('--rounds takes a positive integer')

if (!existsSync(`${bench}node_modules`)) call(['ci', '--no-audit', '--no-fund'], bench)
if (!process.env.NIGHTLATCH_DIST && !existsSync(`${root}dist`)) call(['run', 'build'], root)

// Old peers call what Node has deprecated; that is known, and no news in a table of times.
process.noDeprecation = true

const results = []
for (const name of positionals.length > 0 ? positionals : suites) {
  const { default: suite } = await import(`./suites/${name}.mjs`)
  for (const group of await suite.groups()) {
    const measured = measure(group, rounds === undefined ? {} : { rounds })
    results.push(...measured)
    console.log(`${table(measured)}\n`)
  }
}
if (values.json !== undefined) {
  const rows = results.map(({ group, name, opsPerSecond }) => ({ group, name, opsPerSecond }))
  writeFileSync(values.json, `${JSON.stringify(rows, null, 2)}\n`)
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
