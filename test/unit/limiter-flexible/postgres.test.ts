import { postgresLimiter } from 'nightlatch/limiter/flexible'
import type { PostgresPool } from 'nightlatch/limiter/flexible'
import { describe, expect, it } from 'vitest'

const charge = { now: 0, charges: [{ key: 'k', limit: 3, windowMs: 60_000 }] }

/** A pool whose first statements, which make the table, are refused with these codes. */
function refusing(...codes: readonly string[]): { readonly pool: PostgresPool; readonly made: () => number } {
  const left = [...codes]
  let made = 0
  return {
    made: () => made,
    pool: {
      async query({ text }) {
        if (!/create table/i.test(text)) return { rows: [{ points: 1, expire: String(Date.now() + 60_000) }] }
        made += 1
        const code = left.shift()
        if (code !== undefined) throw Object.assign(new Error('it exists'), { code })
        return { rows: [] }
      },
    },
  }
}

describe('the table of the limiter on PostgreSQL', () => {
  it.each(['42P07', '42710'])('is asked for again if another server made it meanwhile: %s', async (code) => {
    const { pool, made } = refusing(code)
    expect(await postgresLimiter({ pool }).charge(charge)).toEqual({ admitted: true })
    expect(made()).toBe(2)
  })

  it('fails the call, and no later one, if it cannot be made', async () => {
    const { pool, made } = refusing('42501')
    const limiter = postgresLimiter({ pool })
    await expect(limiter.charge(charge)).rejects.toMatchObject({ code: 'NL_LIMITER_FAILED' })
    expect(await limiter.charge(charge)).toEqual({ admitted: true })
    expect(made()).toBe(2)
  })
})
