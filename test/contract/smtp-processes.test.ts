import type { ChildProcess } from 'node:child_process'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { migrate, sqlStorage } from 'nightlatch/storage/sql'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { limits } from '../../src/core/limits.ts'
import { times } from '../world/times.ts'
import type { SmtpFault, TestSmtpServer } from '../world/smtp-server.ts'
import { startSmtpServer } from '../world/smtp-server.ts'
import type { World } from '../world/world.ts'
import { createWorld } from '../world/world.ts'
import type { SweepAnswer, SweepJob } from './smtp-racer.ts'
import { expectClean, expectMails, oddOf, queueScene, wellOf } from './smtp-scene.ts'
import { openFile, temporaryFolder } from './sqlite-file.ts'

const racer = fileURLToPath(new URL('smtp-racer.ts', import.meta.url))
const patienceMs = 5000

async function startRacers(count: number): Promise<readonly ChildProcess[]> {
  const racers = times(count).map(() => fork(racer, [], { execArgv: ['--import', 'tsx'] }))
  await Promise.all(racers.map((child) => once(child, 'message')))
  return racers
}

async function endRacers(racers: readonly ChildProcess[]): Promise<void> {
  const ends = racers.map((child) => once(child, 'exit'))
  for (const child of racers) child.disconnect()
  expect(await Promise.all(ends)).toEqual(racers.map(() => [0, null]))
}

interface Scene {
  readonly server: TestSmtpServer
  readonly world: Pick<World, 'clock'>
  job(): SweepJob
  close(): Promise<void>
}

async function openScene(fault: SmtpFault, accounts: readonly string[]): Promise<Scene> {
  const { file, remove } = await temporaryFolder()
  const db = openFile(file, { busyTimeout: 60_000 })
  await migrate(db)
  const world = createWorld({ storage: sqlStorage(db) })
  await queueScene(world, accounts)
  const server = await startSmtpServer(fault)
  return {
    server,
    world,
    job: () => ({ file, at: world.clock(), port: server.port, fault, patienceMs }),
    async close() {
      await server.close()
      await db.destroy()
      await remove()
    },
  }
}

describe('three processes on one SQLite file, with a real SMTP server', () => {
  const accounts = times(6).map((n) => `account${n}`)
  let racers: readonly ChildProcess[]
  beforeAll(async () => {
    racers = await startRacers(3)
  })
  afterAll(() => endRacers(racers))

  async function sweepTogether(job: SweepJob): Promise<readonly SweepAnswer[]> {
    return Promise.all(
      racers.map(async (child) => {
        const answer = once(child, 'message')
        child.send(job)
        return ((await answer) as [SweepAnswer])[0]
      }),
    )
  }

  it.each<[SmtpFault, string]>([
    ['refuse', 'refuses one of two recipients for good'],
    ['later', 'refuses one of two recipients for a while'],
    ['drop', 'takes a mail and drops the line before its reply'],
  ])('(%s) that %s: the other recipients get one mail each, and the host is told at once', async (fault) => {
    const scene = await openScene(fault, accounts)
    const first = await sweepTogether(scene.job())
    expect(scene.server.accepted.filter(({ to }) => to.startsWith('well'))).toHaveLength(accounts.length)
    expect(scene.server.faults).toBe(accounts.length)
    const told = first.map(({ reports }) => reports.filter(({ kind }) => kind === 'mail').length)
    expect(Math.max(...told)).toBe(1)
    const later: SweepAnswer[] = []
    for (let n = 0; n < 2; n++) {
      scene.world.clock.advance(limits.retryLongestMs)
      later.push(...(await sweepTogether(scene.job())))
    }
    expectMails(scene.server.accepted, fault, accounts)
    expect([...first, ...later].reduce((sum, { codes }) => sum + codes, 0)).toBe(1)
    expect(later.flatMap(({ reports }) => reports)).toEqual([])
    expectClean(first.flatMap(({ reports }) => reports))
    await scene.close()
  })
})

describe('a process that is killed', () => {
  let victims: readonly ChildProcess[]
  let heir: ChildProcess
  beforeAll(async () => {
    const [last, ...first] = await startRacers(3)
    heir = last!
    victims = first
  })
  afterAll(() => endRacers([heir]))

  async function killAndInherit(
    scene: Scene,
    victim: ChildProcess,
    { killAt, oddLast = false }: { readonly killAt: () => void; readonly oddLast?: boolean },
  ): Promise<void> {
    victim.send({ ...scene.job(), oddLast })
    await vi.waitFor(killAt, { timeout: patienceMs, interval: 10 })
    const ended = once(victim, 'exit')
    victim.kill('SIGKILL')
    await ended
    for (let n = 0; n < 2; n++) {
      const answer = once(heir, 'message')
      heir.send({ ...scene.job(), oddLast })
      await answer
      scene.world.clock.advance(limits.messageLeaseMs)
    }
  }

  it('between two recipients leaves the second one to the next process, and the first one gets no more', async () => {
    const scene = await openScene('hold', ['ada'])
    const killAt = (): void => expect(scene.server.faults).toBe(1)
    await killAndInherit(scene, victims[0]!, { killAt, oddLast: true })
    expect(scene.server.accepted.map(({ to }) => to)).toEqual([wellOf('ada'), oddOf('ada')])
    await scene.close()
  })

  it('before a reply leads to a second copy for that recipient alone, under the same Message-ID', async () => {
    const scene = await openScene('no-reply', ['ada'])
    await killAndInherit(scene, victims[1]!, { killAt: () => expect(scene.server.accepted).toHaveLength(1) })
    expectMails(scene.server.accepted, 'no-reply', ['ada'])
    await scene.close()
  })
})
