import { RateLimiterPostgres } from 'rate-limiter-flexible'
import type { Limiter } from '../../ports/limiter.ts'
import { configError, hasMethods, requireOptions } from './options.ts'
import type { Counter } from './store-limiter.ts'
import { storeLimiter } from './store-limiter.ts'

/** A `Pool` of `pg`, or anything with its `query`. */
export interface PostgresPool {
  query(query: { text: string; values?: unknown[]; name?: string }): Promise<{ rows: unknown[] }>
}

export interface PostgresLimiterOptions {
  /** Made, and ended, by the host. */
  readonly pool: PostgresPool
  /** Found through the connection's search path. Default `nightlatch_limiter`. */
  readonly tableName?: string
  /** Default true. False where the role may not make tables: see docs/limiter.md for the statement. */
  readonly createTable?: boolean
  /** How long one charge may take before it fails, in ms. Default 1000: a person is waiting. */
  readonly timeoutMs?: number
}

/**
 * A limiter that all servers on one PostgreSQL share: never more than the limit per window, whoever charges. Windows
 * begin with a key's first charge, last whole seconds (rounded up) and are measured by the clocks of the servers that
 * charge. Rows are removed an hour after their window.
 *
 * @contract effect(PostgreSQL) · now, windowMs, timeoutMs ms · outcomes a limiter · throws NL_CONFIG, NL_ARGUMENT, NL_LIMITER_FAILED
 * @example
 * const limiter = postgresLimiter({ pool: new Pool({ connectionString: process.env.DATABASE_URL }) })
 */
export function postgresLimiter(options: PostgresLimiterOptions): Limiter {
  const timeoutMs = requireOptions('postgresLimiter', options, ['pool', 'tableName', 'createTable', 'timeoutMs'])
  const { pool, tableName = 'nightlatch_limiter', createTable = true } = options
  if (!hasMethods(pool, ['query'])) throw configError('pool must be a Pool of pg')
  // It is quoted in statements as it stands.
  if (typeof tableName !== 'string' || !/^[a-z_][a-z\d_]{0,62}$/.test(tableName)) {
    throw configError('tableName must be a plain name in lower case of at most 63 characters')
  }
  if (typeof createTable !== 'boolean') throw configError('createTable must be true or false')

  const settings = {
    storeClient: pool,
    storeType: 'pool',
    tableName,
    keyPrefix: '',
    // Windows and limits come with each charge.
    points: 1,
    duration: 1,
  }
  const open = (): Promise<Counter> =>
    new Promise((resolve, reject) => {
      const made = new RateLimiterPostgres({ ...settings, tableCreated: !createTable }, (error) => {
        // It answers from within its constructor where there is nothing to create.
        if (error) reject(error)
        else queueMicrotask(() => resolve(made))
      })
    })
  let opened: Promise<Counter> | undefined
  const counter = (): Promise<Counter> => {
    opened ??= open().catch((error: unknown) => {
      opened = undefined
      throw error
    })
    return opened
  }
  return storeLimiter({ counter, timeoutMs })
}
