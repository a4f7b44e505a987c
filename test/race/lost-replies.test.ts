import { describe, expect, it } from 'vitest'
import type { Nightlatch, Storage } from 'nightlatch'
import { limits } from '../../src/core/limits.ts'
import { storageFailure } from '../world/faulty-storage.ts'
import { peekState } from '../world/peek.ts'
import type { Person } from '../world/person.ts'
import { authenticator } from '../world/person.ts'
import type { World } from '../world/world.ts'
import { createWorld } from '../world/world.ts'

type Commit = Storage['commit']

interface Scene {
  readonly world: World
  readonly ada: Person
  readonly challenge: string
  readonly code: string
  /** A server whose commits run through the script, one entry each; later commits work as usual. */
  server(
    script: readonly ((write: () => ReturnType<Commit>) => ReturnType<Commit>)[],
    load?: Storage['load'],
  ): Nightlatch
}

async function scene(): Promise<Scene> {
  const world = createWorld()
  const ada = await world.person()
  const challenge = await ada.challenge()
  return {
    world,
    ada,
    challenge,
    code: ada.app.code(),
    server(script, load = world.storage.load) {
      const acts = script.values()
      return world.instance({
        storage: {
          ...world.storage,
          load,
          commit: (change) => {
            const act = acts.next().value
            const write = (): ReturnType<Commit> => world.storage.commit(change)
            return act === undefined ? write() : act(write)
          },
        },
      })
    },
  }
}

const fails = async (): Promise<never> => {
  throw storageFailure()
}
const losesReply = async (write: () => ReturnType<Commit>): Promise<never> => {
  await write()
  throw storageFailure()
}

describe('promise 1 when replies are lost', () => {
  it('promise 1: a commit whose reply is lost is answered with its own result', async () => {
    const { server, challenge, code } = await scene()
    expect(await server([losesReply]).signIn.verify({ challenge, code })).toMatchObject({ status: 'granted' })
  })

  it('promise 1: a commit that lands late is found by the attempt that loses to it, and is answered with its result', async () => {
    const { world, server, challenge, code } = await scene()
    let late: (() => ReturnType<Commit>) | null = null
    const nl = server([
      async (write) => {
        late = write
        throw storageFailure()
      },
      async (write) => {
        expect(await late?.()).toBe('committed')
        return write()
      },
    ])
    expect(await nl.signIn.verify({ challenge, code })).toMatchObject({ status: 'granted' })
    expect((await peekState(world.storage, 'ada'))?.throttle.failures).toBe(0)
  })

  it('promise 1: a commit that may still land throws NL_STORAGE_UNKNOWN', async () => {
    const { world, server, challenge, code } = await scene()
    let late: (() => ReturnType<Commit>) | null = null
    const nl = server([
      async (write) => {
        late = write
        // The challenge expires before the next round, which therefore has nothing to commit.
        world.clock.advance(limits.challengeMs)
        throw storageFailure()
      },
    ])
    await expect(nl.signIn.verify({ challenge, code })).rejects.toMatchObject({ code: 'NL_STORAGE_UNKNOWN' })
    expect(await (late as unknown as () => ReturnType<Commit>)()).toBe('committed')
  })

  it('promise 1: a read that fails after a failed commit throws NL_STORAGE_UNKNOWN', async () => {
    const { world, server, challenge, code } = await scene()
    let loads = 0
    const nl = server([losesReply], async (id) => {
      if (id === 'account:ada' && ++loads === 2) throw storageFailure()
      return world.storage.load(id)
    })
    await expect(nl.signIn.verify({ challenge, code })).rejects.toMatchObject({ code: 'NL_STORAGE_UNKNOWN' })
  })

  it('promise 1: a storage that fails every commit throws NL_STORAGE_UNKNOWN, and nothing is spent', async () => {
    const { world, ada, server, challenge, code } = await scene()
    const nl = server(Array.from({ length: 50 }, () => fails))
    await expect(nl.signIn.verify({ challenge, code })).rejects.toMatchObject({ code: 'NL_STORAGE_UNKNOWN' })
    expect(await world.nl.signIn.verify({ challenge, code, client: ada.client })).toMatchObject({ status: 'granted' })
  })

  it('promise 1: conflicts without end answer busy for a right and a wrong code alike, and charge nothing', async () => {
    const { world, ada, server, challenge, code } = await scene()
    const conflict = async (): Promise<'conflict'> => 'conflict'
    const before = await peekState(world.storage, 'ada')
    for (const typed of [code, '000000']) {
      const nl = server(Array.from({ length: 50 }, () => conflict))
      const refused = { status: 'refused', reason: 'busy', httpStatus: 503 }
      expect(await nl.signIn.verify({ challenge, code: typed, client: ada.client })).toStrictEqual(refused)
    }
    expect(await peekState(world.storage, 'ada')).toStrictEqual(before)
    expect(await world.nl.signIn.verify({ challenge, code, client: ada.client })).toMatchObject({ status: 'granted' })
  })

  it('promise 1: a confirmation whose reply is lost still answers with the backup codes, and these work', async () => {
    const world = createWorld()
    const client = { ip: '192.0.2.7' }
    const first = await world.nl.signIn.start({ name: 'ada', accountId: 'ada', primary: 'password', client })
    if (first.status !== 'granted') throw new Error(first.status)
    const enrolled = await world.nl.totp.enroll({ grant: first.grant })
    if (!enrolled.ok) throw new Error(enrolled.reason)
    const app = authenticator(enrolled.uri, enrolled.authenticator, world.clock)
    let commits = 0
    const nl = world.instance({
      storage: {
        ...world.storage,
        async commit(change) {
          const answer = await world.storage.commit(change)
          if (++commits === 1) throw storageFailure()
          return answer
        },
      },
    })
    const confirmed = await nl.totp.confirm({ grant: first.grant, code: app.code() })
    if (!confirmed.ok) throw new Error(confirmed.reason)
    expect(confirmed.backupCodes).toHaveLength(10)
    for (const code of confirmed.backupCodes ?? []) {
      const started = await world.nl.signIn.start({ name: 'ada', accountId: 'ada', primary: 'password', client })
      if (started.status !== 'challenge') throw new Error(started.status)
      expect(await world.nl.signIn.verify({ challenge: started.challenge, code, client })).toMatchObject({
        status: 'granted',
      })
    }
  })

  it('promise 1: the messages of a commit whose reply was lost are sent once', async () => {
    const { world, server, challenge, ada } = await scene()
    await world.nl.outbox.idle()
    world.mailer.clear()
    const nl = server([losesReply])
    expect(await nl.signIn.verify({ challenge, code: ada.backupCodes[0] })).toMatchObject({ status: 'granted' })
    await nl.outbox.idle()
    expect(world.mailer.mails).toHaveLength(1)
    world.clock.advance(limits.messageLeaseMs)
    expect(await world.nl.outbox.sweep()).toStrictEqual({ sent: 0, dead: 0, retried: 0 })
  })
})

describe('promise 1 at a first sign-in', () => {
  it('promise 1: two servers that create one record at once both grant the sign-in', async () => {
    const world = createWorld()
    const gate: (() => void)[] = []
    const storage: Storage = {
      ...world.storage,
      async load(id) {
        const stored = await world.storage.load(id)
        // Between the read of the record and the look for its events, another server creates both.
        if (stored === null && gate.length > 0) {
          gate.pop()
          await world.nl.signIn.start({ name: 'eve', accountId: 'eve', primary: 'password' })
        }
        return stored
      },
    }
    gate.push(() => undefined)
    const nl = world.instance({ storage })
    expect(await nl.signIn.start({ name: 'eve', accountId: 'eve', primary: 'password' })).toMatchObject({
      status: 'granted',
    })
    expect((await peekState(world.storage, 'eve'))?.sessions).toHaveLength(2)
  })
})
