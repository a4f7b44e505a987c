import type { Sql } from 'kysely'
import { missingPackage } from '../../core/missing-package.ts'

/** Kysely's `sql`. It is there after {@link loadKysely}, which every call of the storage waits for. */
export let sql: Sql

let loading: Promise<void> | undefined

/** Loads the package, which is an optional peer, once. Tries again after a failure. */
export function loadKysely(): Promise<void> {
  loading ??= import('kysely').then(
    (kysely) => {
      sql = kysely.sql
    },
    (cause: unknown) => {
      loading = undefined
      throw missingPackage('the SQL storage', 'kysely', cause)
    },
  )
  return loading
}
