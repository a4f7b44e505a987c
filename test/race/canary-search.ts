import { inspect } from 'node:util'
import { sql } from 'kysely'
import type { Kysely } from 'kysely'
import { afterEach, beforeEach, vi } from 'vitest'

/** The secrets that a test met, and whatever came out beside them. */
export interface Met {
  readonly secrets: readonly string[]
  readonly outside: readonly string[]
}

/** Whether a secret is in a text, plain or encoded. Digits count only as a whole value: times have digits too. */
export function appears(secret: string, text: string): boolean {
  const bytes = Buffer.from(secret)
  const encoded = [bytes.toString('base64url'), bytes.toString('base64'), bytes.toString('hex')]
  const isPlain = /^\d+$/.test(secret) ? new RegExp(`(?<![\\w-])${secret}(?![\\w-])`).test(text) : text.includes(secret)
  return isPlain || encoded.some((one) => one.length > 10 && text.includes(one))
}

/** Every column of every row of our tables, as JSON. */
export async function everyColumn(db: Kysely<unknown>): Promise<string> {
  const rows: unknown[] = []
  for (const table of ['records', 'keys', 'events', 'facts', 'messages']) {
    rows.push(...(await sql`select * from ${sql.table(`nightlatch_${table}`)}`.execute(db)).rows)
  }
  return JSON.stringify(rows)
}

/** Keeps what each test of this block prints to the console, in the list that it answers. */
export function keepConsole(): readonly string[] {
  const printed: string[] = []
  beforeEach(() => {
    printed.length = 0
    for (const method of ['log', 'info', 'warn', 'error', 'debug', 'trace'] as const) {
      vi.spyOn(console, method).mockImplementation((...args: unknown[]) => {
        printed.push(inspect(args, { depth: 9 }))
      })
    }
  })
  afterEach(() => {
    vi.restoreAllMocks()
  })
  return printed
}
