import type { EventRow, Storage } from 'nightlatch'
import { memoryStorage } from 'nightlatch/storage/memory'
import { describe, expect, it } from 'vitest'
import { createWorld } from '../world/world.ts'

describe('the check of a history that somebody edited', () => {
  const edits: readonly (readonly [string, (rows: EventRow[]) => EventRow[]])[] = [
    [
      'private parts of two rows swapped',
      (rows) => {
        const [x, y] = [JSON.parse(rows[2]!.body), JSON.parse(rows[3]!.body)] as [
          { private: unknown },
          { private: unknown },
        ]
        const p = x.private
        x.private = y.private
        y.private = p
        return rows.map((row, i) =>
          i === 2 ? { ...row, body: JSON.stringify(x) } : i === 3 ? { ...row, body: JSON.stringify(y) } : row,
        )
      },
    ],
    [
      'a space in a body',
      (rows) => rows.map((row, i) => (i === 2 ? { ...row, body: row.body.replace('":', '": ') } : row)),
    ],
    [
      'a name twice in a body',
      (rows) => rows.map((row, i) => (i === 2 ? { ...row, body: row.body.replace('{', '{"version":"1.x",') } : row)),
    ],
    ['a time one ms later', (rows) => rows.map((row, i) => (i === 2 ? { ...row, at: row.at + 1 } : row))],
    ['a time as a text', (rows) => rows.map((row, i) => (i === 2 ? { ...row, at: String(row.at) as never } : row))],
    ['a row twice', (rows) => [...rows.slice(0, 3), rows[2]!, ...rows.slice(3)]],
    [
      'a short form nobody made',
      (rows) =>
        rows.map((row, i) => {
          if (i !== 2) return row
          const body = JSON.parse(row.body) as Record<string, unknown>
          const { private: _, ...rest } = body
          return {
            ...row,
            body: JSON.stringify({
              version: rest['version'],
              fields: rest['fields'],
              short: { fields: {}, s: rest['m'] },
              p: rest['p'],
              m: rest['m'],
            }),
          }
        }),
    ],
  ]
  it.each(edits)('promise 4: finds %s', async (_, edit) => {
    const memory = memoryStorage()
    let spoil = false
    const storage: Storage = {
      ...memory,
      async listEvents(query) {
        const page = await memory.listEvents(query)
        if (!spoil) return page
        const oldest = query.order === 'oldest'
        const rows = oldest ? [...page.items] : [...page.items].reverse()
        const spoiled = rows.length > 4 ? edit(rows) : rows
        return { ...page, items: oldest ? spoiled : spoiled.reverse() }
      },
    }
    const world = createWorld({ storage })
    const ada = await world.person()
    for (let n = 0; n < 3; n++) await ada.signIn()
    expect((await world.nl.history.verify({ grant: ada.grant })).ok).toBe(true)
    spoil = true
    const verdict = await world.nl.history.verify({ grant: ada.grant })
    expect(verdict).toMatchObject({ ok: false, reason: 'tampered' })
  })
})
