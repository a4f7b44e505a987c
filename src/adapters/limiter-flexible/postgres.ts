import type { Limiter } from '../../ports/limiter.ts'
import { flexiblePackage } from './flexible-package.ts'
import { configError, hasMethods, requireOptions } from './options.ts'
import type { Counter } from './store-limiter.ts'
import { storeLimiter } from './store-limiter.ts'

/** A `Pool` of `pg`, or anything else with its `query`. */
export interface PostgresPool {
  query(query: { text: string; values?: unknown[]; name?: string }): Promise<{ rows: unknown[] }>
}

export interface PostgresLimiterOptions {
  /** The host makes it and ends it. */
  readonly pool: PostgresPool
  /** Looked up in the connection's search path. Default `nightlatch_limiter`. */
  readonly tableName?: string
  /** Default true. False if the role may not make tables: docs/limiter.md has the statement. */
  readonly createTable?: boolean
  /** How long one charge may take, in ms. Default 250: after 300 ms the service no longer waits. */
  readonly timeoutMs?: number
}

/**
 * A limiter that all servers share through one PostgreSQL. It never admits more than the limit per window, over all
 * servers. A window begins with a key's first charge, lasts whole seconds (rounded up) and is measured by the clocks of
 * the servers that charge. Its row is removed an hour after its end.
 *
 * @contract effect(PostgreSQL) · now, windowMs, timeoutMs ms · a limiter
 *   · throws NL_CONFIG, NL_ARGUMENT, NL_LIMITER_FAILED
 * @example
 * const limiter = postgresLimiter({ pool: new Pool({ connectionString: process.env.DATABASE_URL }) })
 */
export function postgresLimiter(options: PostgresLimiterOptions): Limiter {
  const timeoutMs = requireOptions('postgresLimiter', options, ['pool', 'tableName', 'createTable', 'timeoutMs'])
  const { pool, tableName = 'nightlatch_limiter', createTable = true } = options
  if (!hasMethods(pool, ['query'])) throw configError('pool must be a Pool of pg')
  // The name goes into statements unchanged.
  if (typeof tableName !== 'string' || !/^[a-z_][a-z\d_]{0,62}$/.test(tableName)) {
    throw configError('tableName must be a plain name in lower case of at most 63 characters')
  }
  if (typeof createTable !== 'boolean') throw configError('createTable must be true or false')

  const settings = {
    storeClient: pool,
    storeType: 'pool',
    tableName,
    keyPrefix: '',
    // Each charge brings its own limit and window.
    points: 1,
    duration: 1,
  }
  const load = flexiblePackage('postgresLimiter')
  const open = async (): Promise<Counter> => {
    const { RateLimiterPostgres } = await load()
    return new Promise((resolve, reject) => {
      const made = new RateLimiterPostgres({ ...settings, tableCreated: !createTable }, (error) => {
        // Without a table to create, it calls back while its constructor still runs.
        if (error) reject(error)
        else queueMicrotask(() => resolve(made))
      })
    })
  }
  let opened: Promise<Counter> | undefined
  const counter = (): Promise<Counter> => {
    opened ??= open()
      .catch((error: unknown) => {
        if (!isMadeMeanwhile(error)) throw error
        return open()
      })
      .catch((error: unknown) => {
        opened = undefined
        throw error
      })
    return opened
  }
  return storeLimiter({ counter, timeoutMs })
}

/**
 * Another server made the table at the same moment. PostgreSQL then refuses `create table if not exists` with one of
 * these: the table or its type exists. The package itself knows a third one, 23505.
 */
function isMadeMeanwhile(error: unknown): boolean {
  return ['42P07', '42710'].includes(String((Object(error) as { readonly code?: unknown }).code))
}
