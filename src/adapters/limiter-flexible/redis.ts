import type { Limiter } from '../../ports/limiter.ts'
import { flexiblePackage } from './flexible-package.ts'
import { configError, hasMethods, requireOptions } from './options.ts'
import type { Counter } from './store-limiter.ts'
import { storeLimiter } from './store-limiter.ts'

/** A client of `redis` (node-redis 4 or later) or `ioredis`. */
export interface RedisClient {
  eval(...args: never[]): Promise<unknown>
  multi(...args: never[]): unknown
}

export interface RedisLimiterOptions {
  /** The host connects it and keeps it connected. */
  readonly client: RedisClient
  /** The beginning of every key. Default `nightlatch`. */
  readonly prefix?: string
  /** How long one charge may take, in ms. Default 250: after 300 ms the service no longer waits. */
  readonly timeoutMs?: number
}

/**
 * A limiter that all servers share through one Redis. It never admits more than the limit per window, over all servers.
 * A window begins with a key's first charge, lasts whole seconds (rounded up) and is measured by the Redis server.
 *
 * @contract effect(Redis) · now, windowMs, timeoutMs ms · a limiter · throws NL_CONFIG, NL_ARGUMENT, NL_LIMITER_FAILED
 * @example
 * const limiter = redisLimiter({ client: await createClient().connect() })
 */
export function redisLimiter(options: RedisLimiterOptions): Limiter {
  const timeoutMs = requireOptions('redisLimiter', options, ['client', 'prefix', 'timeoutMs'])
  const { client, prefix = 'nightlatch' } = options
  if (!hasMethods(client, ['eval', 'multi'])) throw configError('client must be a client of redis or ioredis')
  if (typeof prefix !== 'string' || !/^[\x21-\x7e]{1,64}$/.test(prefix)) {
    throw configError('prefix must be 1 to 64 characters of printable ASCII')
  }
  const settings = {
    storeClient: client,
    // Only ioredis has this method. Both have eval, with different arguments.
    useRedisPackage: !hasMethods(client, ['defineCommand']),
    rejectIfRedisNotReady: true,
    keyPrefix: `${prefix}:limiter`,
    // Each charge brings its own limit and window.
    points: 1,
    duration: 1,
  }
  const load = flexiblePackage('redisLimiter')
  let made: Counter | undefined
  const counter = async (): Promise<Counter> => {
    const { RateLimiterRedis } = await load()
    return (made ??= new RateLimiterRedis(settings))
  }
  return storeLimiter({ counter, timeoutMs })
}
