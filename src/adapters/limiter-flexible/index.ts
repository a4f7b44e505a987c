export { postgresLimiter } from './postgres.ts'
export type { PostgresLimiterOptions, PostgresPool } from './postgres.ts'
export { redisLimiter } from './redis.ts'
export type { RedisClient, RedisLimiterOptions } from './redis.ts'
