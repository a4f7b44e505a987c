import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { align, quantile } from '../harness.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))
const dist = process.env.NIGHTLATCH_DIST ?? `${root}dist`

const firstCall = `
  const { memoryStorage } = await import('${dist}/storage/memory.js')
  const keys = nightlatch.keyring(nightlatch.generateKey())
  const describe = () => ({ name: 'Ada', addresses: [] })
  const mailer = { send: async () => {} }
  const options = { appName: 'Acme', contact: 'help@acme.example', storage: memoryStorage(), mailer, keys, describe }
  const nl = nightlatch.createNightlatch({ ...options, outbox: { sweep: 'manual' } })
  await nl.signIn.start({ name: 'ada', accountId: 'ada', primary: 'password', client: {} })
  await nl.outbox.idle()`

/** What a fresh process loads, and the folder from which it finds packages. */
const contenders = [
  { name: 'nightlatch', folder: root, code: `await import('${dist}/index.js')` },
  { name: '… and one sign-in', folder: root, code: `const nightlatch = await import('${dist}/index.js')${firstCall}` },
  {
    name: 'its modules of @noble alone',
    folder: root,
    code: ['hashes/hkdf', 'hashes/hmac', 'hashes/sha2', 'ciphers/chacha']
      .map((path) => `await import('@noble/${path}.js')`)
      .join('\n'),
  },
  {
    name: 'better-auth with two-factor',
    folder: `${root}bench`,
    code: `await import('better-auth')\nawait import('better-auth/plugins/two-factor')`,
  },
]

/** What the start of a program costs: each time in a fresh process, whose own start is not counted. */
export default { measure }

async function measure({ rounds = 21 } = {}) {
  const measured = new Map(contenders.map(({ name }) => [name, []]))
  for (let round = -1; round < rounds; round++) {
    // The first round fills the caches of the disk.
    for (const contender of round % 2 === 0 ? contenders : contenders.toReversed()) {
      const taken = load(contender)
      if (round >= 0) measured.get(contender.name).push(taken)
    }
  }
  const rows = [...measured].map(([name, taken]) => row(name, taken))
  const noble = rows.find(({ name }) => name.startsWith('its modules'))
  const lines = rows.map(({ name, cpuMs, wallMs }) => [
    name,
    `${cpuMs.toFixed(1)} ms`,
    `${wallMs.toFixed(1)} ms`,
    `${(cpuMs / noble.cpuMs).toFixed(2)} ×`,
  ])
  console.log(`${align([['import', 'CPU', 'wall', 'CPU to @noble'], ...lines]).join('\n')}\n`)
  return rows
}

function load({ folder, code }) {
  const program = `const cpu = process.cpuUsage()
    const start = performance.now()
    await (async () => { ${code} })()
    const wallMs = performance.now() - start
    const { user, system } = process.cpuUsage(cpu)
    console.log(JSON.stringify({ cpuMs: (user + system) / 1e3, wallMs }))`
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', program], {
    cwd: folder,
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(stderr)
  return JSON.parse(stdout)
}

function row(name, taken) {
  const median = (key) =>
    quantile(
      taken.map((one) => one[key]).toSorted((a, b) => a - b),
      0.5,
    )
  return { group: 'import', name, cpuMs: median('cpuMs'), wallMs: median('wallMs') }
}
