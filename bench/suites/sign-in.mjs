import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { align, quantile } from '../harness.mjs'

const systems = ['nightlatch', 'better-auth']
const users = 2000
const warmUps = 15
/** Each call of a round uses up a backup code. All users together have enough for these. */
const mostRounds = 200

const kinds = [
  { name: 'sign-in.totp.sqlite.1', factor: 'totp', atOnce: 1, calls: 32 },
  { name: 'sign-in.totp.sqlite.32', factor: 'totp', atOnce: 32, calls: 96 },
  { name: 'sign-in.backup-code.sqlite.1', factor: 'backup-code', atOnce: 1, calls: 32 },
]
const groups = kinds.flatMap((kind) => [
  { ...kind, cached: false },
  { ...kind, name: `${kind.name}.cached`, cached: true },
])

/** A second factor through the whole library and a database file, beside the same of better-auth. */
export default { measure, profile }

async function measure({ rounds = 41 } = {}) {
  if (rounds > mostRounds) throw new Error(`the users have backup codes for ${mostRounds} rounds`)
  console.log(`sign-in: ${users} users each, ${rounds} rounds. A cheap hash replaces the slow one of backup codes.`)
  console.log('Sign-ins are started outside the timing. ".cached" keeps prepared statements.\n')
  return withProcesses(systems, async (processes) => {
    const results = []
    for (const group of groups) {
      const rows = await measureGroup(group, processes, rounds)
      console.log(`${table(group.name, rows)}\n`)
      results.push(...rows)
    }
    return results
  })
}

/** Where our own time goes, by function. */
async function profile() {
  await withProcesses(['nightlatch'], async ([{ ask }]) => {
    for (const group of groups.filter(({ cached }) => !cached)) {
      for (let n = 0; n < warmUps; n++) await ask('batch', group)
      const places = await ask('profile', { ...group, batches: 40 })
      const lines = places.map(({ place, share }) => `  ${(share * 100).toFixed(1).padStart(5)} %  ${place}`)
      console.log(`${[group.name, ...lines].join('\n')}\n`)
    }
  })
}

/** Only one process works at a time, and each round begins with another one. */
async function measureGroup(group, processes, rounds) {
  const batches = new Map(processes.map(({ name }) => [name, []]))
  for (let round = -warmUps; round < rounds; round++) {
    for (const { name, ask } of round % 2 === 0 ? processes : processes.toReversed()) {
      const batch = await ask('batch', group)
      if (round >= 0) batches.get(name).push(batch)
    }
  }
  return [...batches].map(([name, measured]) => row(group.name, name, measured))
}

function row(group, name, batches) {
  const median = (key) => quantile(sorted(batches.map((batch) => batch[key])), 0.5)
  const callMs = sorted(batches.flatMap((batch) => batch.callMs))
  return {
    group,
    name,
    opsPerSecond: median('opsPerSecond'),
    cpuMicros: median('cpuMicros'),
    p50Ms: quantile(callMs, 0.5),
    p99Ms: quantile(callMs, 0.99),
    statements: median('statements'),
  }
}

function sorted(numbers) {
  return numbers.toSorted((a, b) => a - b)
}

async function withProcesses(names, work) {
  const processes = await Promise.all(names.map(startProcess))
  try {
    for (const { ask } of processes) await ask('enroll', { count: users })
    const result = await work(processes)
    for (const { ask } of processes) await ask('close')
    return result
  } finally {
    for (const { child } of processes) child.kill()
  }
}

async function startProcess(name) {
  const child = fork(fileURLToPath(new URL('sign-in/process.mjs', import.meta.url)), [name])
  const answered = () =>
    new Promise((resolve, reject) => {
      const ended = (code) => reject(new Error(`${name} ended with ${code}`))
      child.once('exit', ended)
      child.once('message', ({ answer, error }) => {
        child.off('exit', ended)
        if (error === undefined) resolve(answer)
        else reject(new Error(`${name}: ${error}`))
      })
    })
  await answered()
  const ask = (request, values) => {
    child.send({ ...values, request })
    return answered()
  }
  return { name, child, ask }
}

function table(group, rows) {
  const own = rows.find(({ name }) => name === 'nightlatch')
  const lines = rows.map((row) => [
    row.name,
    Math.round(row.opsPerSecond).toLocaleString('en'),
    `${Math.round(row.cpuMicros)} µs`,
    `${row.p50Ms.toFixed(2)} ms`,
    `${row.p99Ms.toFixed(2)} ms`,
    row.statements.toFixed(1),
    `${(own.opsPerSecond / row.opsPerSecond).toFixed(2)} ×`,
  ])
  const head = ['', 'per second', 'CPU', 'median', 'p99', 'statements', 'nightlatch is']
  return [group, ...align([head, ...lines]).map((line) => `  ${line}`)].join('\n')
}
