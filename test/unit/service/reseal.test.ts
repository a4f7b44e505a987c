import { keyring } from 'nightlatch'
import type { Directory, Storage } from 'nightlatch'
import { memoryStorage } from 'nightlatch/storage/memory'
import { migrate, sqlStorage } from 'nightlatch/storage/sql'
import { afterEach, describe, expect, it } from 'vitest'
import { openFile, temporaryFolder } from '../../contract/sqlite-file.ts'
import { expectOk, expectStatus } from '../../world/expect-outcome.ts'
import { createWorld, keyText } from '../../world/world.ts'

const closers: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

const storages: Readonly<Record<string, () => Promise<Storage & Directory>>> = {
  memory: () => Promise.resolve(memoryStorage()),
  SQLite: async () => {
    const { file, remove } = await temporaryFolder()
    const db = openFile(file)
    closers.push(remove, () => db.destroy())
    await migrate(db)
    return sqlStorage(db)
  },
}

describe.each(Object.entries(storages))('reseal on %s', (_name, open) => {
  it('[CRY-7] seals every record under the first key, page by page, so that the old key can be removed', async () => {
    const storage = await open()
    const before = createWorld({ storage })
    const names = ['ada', 'bob', 'eve', 'Zoë', 'zoë']
    const people = []
    for (const name of names) people.push(await before.person(name))

    const rotated = createWorld({ storage, clock: before.clock, keys: keyring([keyText(2), keyText(1)]), seed: 'two' })
    let resealed = 0
    let after: string | null = null
    for (let pages = 0; pages < 10; pages++) {
      const page = await rotated.nl.accounts.reseal({ after, limit: 2 })
      expect(page.failed).toEqual([])
      resealed += page.resealed
      after = page.next
      if (after === null) break
    }
    expect(after).toBeNull()
    expect(resealed).toBe(names.length)
    expect(await rotated.nl.accounts.reseal()).toMatchObject({ resealed: 0, current: names.length, next: null })

    const alone = createWorld({ storage, clock: before.clock, keys: keyring(keyText(2)), seed: 'three' })
    for (const person of people) {
      const challenge = await person.challenge(person.client, alone.nl)
      const code = person.backupCodes[0]
      const granted = expectStatus(await alone.nl.signIn.verify({ challenge, code, client: person.client }), 'granted')
      expect(expectOk(await alone.nl.history.verify({ grant: granted.grant })).events).toBeGreaterThan(5)
    }
  })

  it('skips records that cannot be read, that of the realm too, and names them', async () => {
    const storage = await open()
    const world = createWorld({ storage })
    await world.person('ada')
    const keys = keyring([keyText(3), keyText(1)])
    const strange = createWorld({ storage, clock: world.clock, keys, seed: 'strange' })
    await strange.person('bob')
    const rotated = createWorld({ storage, keys: keyring([keyText(2), keyText(1)]), clock: world.clock, seed: 'two' })
    expect(await rotated.nl.accounts.reseal()).toEqual({
      resealed: 1,
      current: 0,
      failed: [
        { accountId: 'bob', code: 'NL_KEY_UNKNOWN' },
        { accountId: null, code: 'NL_KEY_UNKNOWN' },
      ],
      next: null,
    })
  })
})

it('reseal requires a storage that can list its records', async () => {
  const { listRecords: _left, ...storage } = memoryStorage()
  const { nl } = createWorld({ storage })
  await expect(nl.accounts.reseal()).rejects.toMatchObject({ code: 'NL_CONFIG' })
})
