import { describe, expect, it } from 'vitest'
import type { Directory, Nightlatch, Storage } from 'nightlatch'
import { asSystem } from 'nightlatch'
import { memoryStorage } from 'nightlatch/storage/memory'
import { expectOk } from '../../world/expect-outcome.ts'
import { newYear } from '../../world/clock.ts'
import { factsOf } from '../../world/reading.ts'
import { home } from '../../world/person.ts'
import type { World } from '../../world/world.ts'
import { createWorld } from '../../world/world.ts'

type Name = keyof (Storage & Directory)
type Lie = (truth: any) => unknown

/** A world with a person, whose storage lies from now on in its answers to one method. */
async function liedTo(name: Name, lie: Lie): Promise<{ readonly world: World; readonly grant: string }> {
  let lies = false
  const inner: Storage & Directory = memoryStorage()
  const method = inner[name] as (request: unknown) => Promise<unknown>
  const storage = {
    ...inner,
    [name]: async (request: unknown) => {
      const truth = await method.call(inner, request)
      return lies ? lie(truth) : truth
    },
  } as Storage
  const world = createWorld({ storage })
  const ada = await world.person()
  await ada.signIn()
  lies = true
  return { world, grant: ada.grant }
}

const pageReaders: Readonly<Record<string, (nl: Nightlatch, grant: string) => Promise<unknown>>> = {
  'history.logins': (nl, grant) => nl.history.logins({ grant }),
  'history.csv': (nl, grant) => nl.history.csv({ grant }),
  'history.verify': (nl) => nl.history.verify({ grant: asSystem('ada', 'a test') }),
  'accounts.pruneHistory': (nl) => nl.accounts.pruneHistory({ accountId: 'ada', before: newYear * 2 }),
  'accounts.shortenHistory': (nl) => nl.accounts.shortenHistory({ accountId: 'ada', before: newYear * 2 }),
}

describe('a storage that answers a list with', () => {
  const pages: readonly (readonly [string, Lie])[] = [
    ['nothing', () => undefined],
    ['no rows', () => ({ next: null })],
    ['rows that are none', () => ({ items: [null], next: null })],
    ['an end that is none', ({ items }) => ({ items })],
    ['an empty page that is not the last', () => ({ items: [], next: '5' })],
  ]
  it.each(pages)('%s fails every reader, and none reads for ever', async (_, lie) => {
    const { world, grant } = await liedTo('listEvents', lie)
    for (const [name, read] of Object.entries(pageReaders)) {
      await expect(read(world.nl, grant), name).rejects.toMatchObject({ code: 'NL_STORAGE_FAILED' })
    }
  })

  it.each(pages)('%s, for facts, messages and records too', async (_, lie) => {
    const failed = { code: 'NL_STORAGE_FAILED' }
    const facts = await liedTo('listFacts', lie)
    await expect(facts.world.nl.history.logins({ grant: facts.grant })).rejects.toMatchObject(failed)
    const messages = await liedTo('takeMessages', lie)
    await expect(messages.world.nl.outbox.sweep()).rejects.toMatchObject(failed)
    const records = await liedTo('listRecords', lie)
    await expect(records.world.nl.accounts.reseal({ after: '1' })).rejects.toMatchObject(failed)
  })
})

it('a storage whose pages lead to themselves is read once, and the check of the history says what is wrong', async () => {
  const { world, grant } = await liedTo('listEvents', ({ items }) => ({ items, next: '1' }))
  const verdict = await world.nl.history.verify({ grant: asSystem('ada', 'a test') })
  expect(verdict).toMatchObject({ ok: false, reason: 'tampered' })
  expect(await world.nl.history.csv({ grant })).toMatchObject({ ok: true })
  expectOk(await world.nl.accounts.shortenHistory({ accountId: 'ada', before: newYear * 2 }))
})

describe('a storage that answers a load with', () => {
  const start = { name: 'ada', accountId: 'ada', primary: 'password', client: home } as const

  it.each<readonly [string, Lie]>([
    ['nothing', () => undefined],
    ['a number', () => 5],
    ['no document', ({ version }) => ({ version })],
  ])('%s fails every call', async (_, lie) => {
    const { world, grant } = await liedTo('load', lie)
    const failed = { code: 'NL_STORAGE_FAILED' }
    await expect(world.nl.sessions.check({ grant })).rejects.toMatchObject(failed)
    await expect(world.nl.signIn.start(start)).rejects.toMatchObject(failed)
  })

  it.each<readonly [string, Lie]>([
    ['bytes as its document', ({ version, doc }) => ({ version, doc: Buffer.from(doc) })],
    ['nothing in its document', ({ version }) => ({ version, doc: null })],
    ['a number as its version', ({ doc }) => ({ version: 3, doc })],
  ])('[LOG-3] %s was tampered with, and a fact records it', async (_, lie) => {
    let spoilt = true
    const { world, grant } = await liedTo('load', (truth) => (spoilt ? lie(truth) : truth))
    const tampered = { code: 'NL_RECORD_TAMPERED' }
    await expect(world.nl.sessions.check({ grant })).rejects.toMatchObject(tampered)
    await expect(world.nl.signIn.start(start)).rejects.toMatchObject(tampered)
    spoilt = false
    expect((await factsOf(world.nl, 'ada')).map(({ type }) => type)).toContain('crypt_decrypt_fail')
  })
})
