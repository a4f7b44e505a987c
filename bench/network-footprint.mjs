// node --expose-gc bench/network-footprint.mjs: what a compiled list holds on to, and what compiling it costs.
import { setTimeout } from 'node:timers/promises'
import { library } from './harness.mjs'
import { networkData } from './suites/network/data.mjs'

const { compileRules } = await library('network')

/** Typed arrays and objects that live on; buffers are given back some time after they were collected. */
async function held() {
  for (let i = 0; i < 3; i++) {
    globalThis.gc()
    await setTimeout(100)
  }
  const { arrayBuffers, heapUsed } = process.memoryUsage()
  return arrayBuffers + heapUsed
}

function microsecondsOf(build) {
  const start = performance.now()
  build()
  return (performance.now() - start) * 1000
}

const median = (numbers) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1]

for (const count of [1000, 100_000, 1_000_000]) {
  const { rules } = networkData(count)
  const builds = Math.max(5, Math.min(400, 1_000_000 / count))
  const times = Array.from({ length: builds }, () => microsecondsOf(() => compileRules(rules)))
  // Many matchers at once where one is too small to be seen beside the noise.
  const kept = new Array(Math.max(1, 1_000_000 / count))
  const before = await held()
  for (let i = 0; i < kept.length; i++) kept[i] = compileRules(rules)
  const bytes = ((await held()) - before) / kept.length
  const checked = kept.every((matcher) => matcher.count === count)
  if (!checked) throw new Error('a matcher lost rules')
  console.log(`${count} rules: ${(bytes / count).toFixed(1)} bytes and ${(median(times) / count).toFixed(2)} µs a rule`)
}
