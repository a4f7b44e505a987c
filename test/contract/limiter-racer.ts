import { once } from 'node:events'
import { openStore } from './limiter-stores.ts'
import type { StoreName } from './limiter-stores.ts'

/**
 * A process of its own. When its parent sends a message, it charges one key many times at once. It answers how often it
 * was admitted.
 */
const [store, url, name, times, limit] = process.argv.slice(2) as [StoreName, string, string, string, string]
const { limiter, close } = await openStore[store]({ url, name })
const charges = [{ key: 'one', limit: Number(limit), windowMs: 3_600_000 }]
await limiter.charge({ now: 0, charges: [{ key: `warm-${process.pid}`, limit: 1, windowMs: 1000 }] })
process.send?.('ready')
await once(process, 'message')
const calls = Array.from({ length: Number(times) }, () => limiter.charge({ now: Date.now(), charges }))
const answers = await Promise.all(calls)
process.send?.(answers.filter(({ admitted }) => admitted).length)
await close()
process.disconnect?.()
