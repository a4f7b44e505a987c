import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { createClient } from 'redis'
import type { Limiter } from '../../src/ports/limiter.ts'
import { postgresLimiter, redisLimiter } from 'nightlatch/limiter/flexible'

export type StoreName = 'redis' | 'postgres'

/** A limiter with a connection of its own, as every server of an application has. */
export interface OpenLimiter {
  readonly limiter: Limiter
  /** Removes every count under the name. */
  clear(): Promise<void>
  close(): Promise<void>
}

/** A new name for the keys or the table of one test, which no other test uses. */
export function newName(): string {
  return `nightlatch_test_${randomUUID().replaceAll('-', '')}`
}

interface StoreAddress {
  readonly url: string
  readonly name: string
  readonly timeoutMs?: number
}

// The machine may be busy, and a slow answer is not the subject of most tests.
const patience = 30_000

async function openRedis({ url, name, timeoutMs = patience }: StoreAddress): Promise<OpenLimiter> {
  const client = createClient({ url })
  client.on('error', () => undefined)
  await client.connect()
  return {
    limiter: redisLimiter({ client, prefix: name, timeoutMs }),
    async clear() {
      for await (const keys of client.scanIterator({ MATCH: `${name}:*`, COUNT: 1000 })) {
        if (keys.length > 0) await client.del(keys)
      }
    },
    close: async () => client.destroy(),
  }
}

async function openPostgres({ url, name, timeoutMs = patience }: StoreAddress): Promise<OpenLimiter> {
  const pool = new pg.Pool({ connectionString: url, max: 4 })
  pool.on('error', () => undefined)
  return {
    limiter: postgresLimiter({ pool, tableName: name, timeoutMs }),
    async clear() {
      await pool.query(`drop table if exists ${name}`)
    },
    close: () => pool.end(),
  }
}

export const openStore: Readonly<Record<StoreName, (address: StoreAddress) => Promise<OpenLimiter>>> = {
  redis: openRedis,
  postgres: openPostgres,
}
