// One system in a process of its own: `node process.mjs NAME`. The suite sends it a request at a time.
import { betterAuthSystem } from './better-auth.mjs'
import { countedSqlite } from './counted-sqlite.mjs'
import { nightlatch } from './nightlatch.mjs'
import { profiler } from './profiler.mjs'

const systems = { nightlatch, 'better-auth': betterAuthSystem }

const file = countedSqlite()
const system = await systems[process.argv[2]](file.database)
const users = []
let turn = 0

const requests = {
  async enroll({ count }) {
    for (let n = 0; n < count; n++) users.push(await system.enroll(n))
    await system.settle()
  },

  batch,

  async profile({ batches, ...request }) {
    const profiled = await profiler()
    for (let n = 0; n < batches; n++) await batch(request, profiled)
    return profiled.top()
  },

  async close() {
    system.close()
    file.remove()
    setImmediate(() => process.disconnect())
  },
}

/** Starts the sign-ins, then times what verifies their codes. */
async function batch({ factor, atOnce, calls, cached }, profiled) {
  file.cached(cached)
  system.nextBatch()
  const attempts = []
  for (let n = 0; n < calls; n++) attempts.push(await system.start(users[turn++ % users.length], factor))
  await system.settle()

  const answers = []
  const callMs = []
  const queue = attempts.values()
  const lane = async () => {
    for (const attempt of queue) {
      const start = performance.now()
      answers.push(await system.verify(attempt))
      callMs.push(performance.now() - start)
    }
  }
  await profiled?.start()
  const statements = file.statements()
  const cpu = process.cpuUsage()
  const start = performance.now()
  await Promise.all(Array.from({ length: atOnce }, lane))
  await system.settle()
  const ms = performance.now() - start
  const { user, system: kernel } = process.cpuUsage(cpu)
  const ran = file.statements() - statements
  await profiled?.stop()

  const wrong = answers.find((answer) => !system.granted(answer))
  if (answers.length !== calls || wrong !== undefined) throw new Error(`not granted: ${JSON.stringify(wrong)}`)
  return { opsPerSecond: (calls / ms) * 1e3, cpuMicros: (user + kernel) / calls, statements: ran / calls, callMs }
}

process.on('message', async ({ request, ...values }) => {
  try {
    process.send({ answer: await requests[request](values) })
  } catch (error) {
    process.send({ error: error instanceof Error ? error.stack : String(error) })
  }
})
process.send({ answer: 'ready' })
