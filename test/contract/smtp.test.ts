import type { Nightlatch } from 'nightlatch'
import { memorySms } from 'nightlatch/testing'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { limits } from '../../src/core/limits.ts'
import { peekFacts } from '../world/peek.ts'
import { newcomer } from '../world/phone.ts'
import type { SmtpFault, TestSmtpServer } from '../world/smtp-server.ts'
import { startSmtpServer } from '../world/smtp-server.ts'
import type { World } from '../world/world.ts'
import { createWorld } from '../world/world.ts'
import { expectClean, expectMails, queueScene, smtpOptions } from './smtp-scene.ts'

const faults: readonly [SmtpFault, string][] = [
  ['refuse', 'refuses one of two recipients for good'],
  ['later', 'refuses one of two recipients for a while'],
  ['drop', 'takes a mail and drops the line before its reply'],
  ['no-reply', 'takes a mail and never replies'],
  ['hold', 'never answers to RCPT'],
  ['no-tls', 'never begins TLS'],
  ['no-greeting', 'never greets'],
  ['broken-starttls', 'offers STARTTLS and breaks it'],
  ['slow', 'answers slowly, but in time'],
]
/** Much longer than an answer takes on a busy machine. */
const patienceMs = 1500
const hanging: readonly SmtpFault[] = ['no-reply', 'hold', 'no-tls', 'no-greeting']

interface Scene {
  readonly world: World
  readonly server: TestSmtpServer
  readonly fault: SmtpFault
  /** What was seen from outside, in its order. */
  readonly seen: string[]
  instance(sweep: 'automatic' | 'manual'): Nightlatch
}

async function openScene(fault: SmtpFault): Promise<Scene> {
  const server = await startSmtpServer(fault)
  const world = createWorld()
  const inbox = memorySms()
  const seen: string[] = []
  const sender = {
    async send(sms: Parameters<typeof inbox.send>[0]) {
      await inbox.send(sms)
      seen.push('code')
    },
  }
  const options = smtpOptions({ port: server.port, fault, patienceMs }, sender)
  const report: NonNullable<typeof options.report> = (told) => {
    world.reports.push(told)
    seen.push(told.kind)
  }
  await queueScene(world, ['ada'])
  const instance = (sweep: 'automatic' | 'manual'): Nightlatch =>
    world.instance({ ...options, report, outbox: { sweep } })
  return { world, server, fault, seen, instance }
}

/** After one sweep: the other recipient has its mail, the code is out, and the host knows. */
async function expectFirstSweep({ world, server, fault, seen }: Scene): Promise<void> {
  expect(server.accepted.filter(({ to }) => to.startsWith('well'))).toHaveLength(1)
  expect(seen.filter((one) => one === 'code')).toHaveLength(1)
  expect(seen.filter((one) => one === 'describe')).toHaveLength(1)
  expect(seen.filter((one) => one === 'mail')).toHaveLength(fault === 'slow' ? 0 : 1)
  if (hanging.includes(fault)) expect(seen.indexOf('code')).toBeLessThan(seen.indexOf('mail'))
  const facts = await peekFacts(world.storage, 'ada')
  expect(facts.map(({ type }) => type)).toEqual(fault === 'slow' ? [] : ['message_failed'])
  expectClean(world.reports)
}

async function expectEnd({ world, server, fault, seen }: Scene): Promise<void> {
  expectMails(server.accepted, fault, ['ada'])
  expect(seen.filter((one) => one === 'code')).toHaveLength(1)
  expect(await world.instance().outbox.sweep()).toEqual({ sent: 0, dead: 0, retried: 0 })
  expectClean(world.reports)
}

const nextTries = 3

beforeAll(() => {
  // Only the sweeper's own timer: the transport and the server wait for real answers.
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
})
afterAll(() => {
  vi.useRealTimers()
})

describe.concurrent('a real SMTP server', () => {
  it.each(faults)('(%s) that %s: manual sweeps, each by a new service', async (fault) => {
    const scene = await openScene(fault)
    await scene.instance('manual').outbox.sweep()
    await expectFirstSweep(scene)
    for (let n = 0; n < nextTries; n++) {
      scene.world.clock.advance(limits.retryLongestMs)
      await scene.instance('manual').outbox.sweep()
    }
    await expectEnd(scene)
    await scene.server.close()
  })

  it.each(faults)('(%s) that %s: automatic sweeps of one service', async (fault) => {
    const scene = await openScene(fault)
    const nl = scene.instance('automatic')
    // The first call starts the sweeper.
    await newcomer({ nl }, 'bob')
    const sweep = async (): Promise<void> => {
      vi.advanceTimersByTime(limits.sweepEveryMs)
      // The sweep begins behind the timer.
      await new Promise((resolve) => setTimeout(resolve, 50))
      await nl.outbox.idle()
    }
    await sweep()
    await expectFirstSweep(scene)
    for (let n = 0; n < nextTries; n++) {
      scene.world.clock.advance(limits.retryLongestMs)
      await sweep()
    }
    nl.outbox.stop()
    await expectEnd(scene)
    await scene.server.close()
  })
})
