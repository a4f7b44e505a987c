import { RateLimiterRedis } from 'rate-limiter-flexible'
import type { Limiter } from '../../ports/limiter.ts'
import { configError, hasMethods, requireOptions } from './options.ts'
import { storeLimiter } from './store-limiter.ts'

/** A client of `redis` (node-redis 4 or later) or `ioredis`. */
export interface RedisClient {
  eval(...args: never[]): Promise<unknown>
  multi(...args: never[]): unknown
}

export interface RedisLimiterOptions {
  /** Connected, and kept connected, by the host. */
  readonly client: RedisClient
  /** What every key begins with. Default `nightlatch`. */
  readonly prefix?: string
  /** How long one charge may take before it fails, in ms. Default 1000: a person is waiting. */
  readonly timeoutMs?: number
}

/**
 * A limiter that all servers on one Redis share: never more than the limit per window, whoever charges. Windows begin
 * with a key's first charge, last whole seconds (rounded up) and are measured by the Redis server.
 *
 * @contract effect(Redis) · now, windowMs, timeoutMs ms · outcomes a limiter · throws NL_CONFIG, NL_ARGUMENT, NL_LIMITER_FAILED
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
  const counter = new RateLimiterRedis({
    storeClient: client,
    // ioredis alone has it; both have eval, with different arguments.
    useRedisPackage: !hasMethods(client, ['defineCommand']),
    rejectIfRedisNotReady: true,
    keyPrefix: `${prefix}:limiter`,
    // Windows and limits come with each charge.
    points: 1,
    duration: 1,
  })
  return storeLimiter({ counter: async () => counter, timeoutMs })
}
