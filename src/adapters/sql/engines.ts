import type { SqlDialect } from './dialect.ts'
import { sqlite } from './sqlite.ts'

const dialects = { sqlite } satisfies Record<string, SqlDialect>

/** The engines that the SQL storage supports. */
export type SqlDialectName = 'sqlite'

export function dialectOf(name: SqlDialectName): SqlDialect | undefined {
  return Object.hasOwn(dialects, name) ? dialects[name] : undefined
}
