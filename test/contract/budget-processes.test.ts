import type { ChildProcess } from 'node:child_process'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Kysely } from 'kysely'
import type { ClientInfo, EventRow } from 'nightlatch'
import { asSystem } from 'nightlatch'
import { migrate, sqlStorage } from 'nightlatch/storage/sql'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { limits } from '../../src/core/limits.ts'
import { expectStatus } from '../world/expect-outcome.ts'
import { fieldsOf, peekEvents, peekState } from '../world/peek.ts'
import type { Person } from '../world/person.ts'
import { elsewhere, wrongCode } from '../world/person.ts'
import { times } from '../world/times.ts'
import { unlimited } from '../world/unlimited.ts'
import type { World } from '../world/world.ts'
import { createWorld } from '../world/world.ts'
import type { Guess, Job } from './budget-racer.ts'
import { openFile, temporaryFolder } from './sqlite-file.ts'

const racer = fileURLToPath(new URL('budget-racer.ts', import.meta.url))
const perSource = limits.freeFailures + 1

describe('guesses at once, from four processes on one SQLite file', () => {
  const ended = new AbortController()
  let racers: readonly ChildProcess[]
  let file: string
  let remove: () => Promise<void>
  let db: Kysely<unknown>
  let world: World
  let ada: Person
  let known: ClientInfo
  let began: number

  beforeAll(async () => {
    racers = times(4).map(() => fork(racer, [], { execArgv: ['--import', 'tsx'] }))
    for (const child of racers) child.once('exit', () => ended.abort())
    await Promise.all(racers.map((child) => once(child, 'message', { signal: ended.signal })))
  })
  afterAll(async () => {
    const ends = racers.map((child) => once(child, 'exit'))
    for (const child of racers) child.disconnect()
    expect(await Promise.all(ends)).toEqual(racers.map(() => [0, null]))
  })

  beforeEach(async () => {
    const folder = await temporaryFolder()
    file = folder.file
    remove = folder.remove
    db = openFile(file, { busyTimeout: 60_000 })
    await migrate(db)
    world = createWorld({ storage: sqlStorage(db), options: unlimited })
    ada = await world.person()
    await ada.signIn()
    world.clock.advance(30_000)
    known = { ...ada.client, device: ada.deviceToken }
    began = (await peekEvents(world.storage, 'ada')).length
  })
  afterEach(async () => {
    expect(await world.nl.history.verify({ grant: asSystem('ada', 'test') })).toMatchObject({ ok: true })
    await world.nl.outbox.idle()
    await db.destroy()
    await remove()
  })

  /** All guesses at the same moment, spread over the processes; answers in the order of the guesses. */
  async function race(guesses: readonly Guess[]): Promise<readonly string[]> {
    const hands = racers.map((_, n) => guesses.filter((_, i) => i % racers.length === n))
    const tell = async (messages: readonly (Job | string)[]): Promise<readonly unknown[]> =>
      Promise.all(
        racers.map(async (child, n) => {
          const answer = once(child, 'message', { signal: ended.signal })
          child.send(messages[n]!)
          return ((await answer) as [unknown])[0]
        }),
      )
    await tell(hands.map((hand) => ({ file, at: world.clock(), guesses: hand })))
    const answers = (await tell(hands.map(() => 'go'))) as readonly (readonly string[])[]
    return guesses.map((_, i) => answers[i % racers.length]?.[Math.floor(i / racers.length)] ?? 'none')
  }

  /** Wrong codes for sign-in; each has a challenge of its own unless some are given. */
  async function wrong(from: (i: number) => ClientInfo, challenges: readonly string[] = []): Promise<readonly Guess[]> {
    const code = wrongCode(ada.app)
    const guesses: Guess[] = []
    for (const i of times(200)) {
      const token = challenges.length > 0 ? challenges[i % challenges.length]! : await ada.challenge(from(i))
      guesses.push({ flow: 'sign-in', token, code, client: from(i) })
    }
    return guesses
  }

  const since = async (...types: readonly string[]): Promise<readonly EventRow[]> =>
    (await peekEvents(world.storage, 'ada')).slice(began).filter(({ type }) => types.includes(type))
  const count = (answers: readonly string[], answer: string): number => answers.filter((one) => one === answer).length

  /** Every answer is a verdict that was charged, or says nothing about the code. */
  async function expectVerdicts(answers: readonly string[], verdicts: number): Promise<void> {
    expect(answers.filter((answer) => !['wrong', 'wait', 'busy'].includes(answer))).toEqual([])
    expect(count(answers, 'wrong')).toBe(verdicts)
    await expectCharged(verdicts)
  }

  async function expectCharged(verdicts: number): Promise<void> {
    expect(await since('mfa_fail')).toHaveLength(verdicts)
    const state = await peekState(world.storage, 'ada')
    expect([state?.throttle.failures, state?.totp.failures]).toEqual([verdicts, verdicts])
  }

  it('[THR-7] promise 2: 200 guesses from one network get four verdicts, and the rest a wait', async () => {
    await expectVerdicts(await race(await wrong(() => ({ ip: '203.0.113.9' }))), perSource)
  })

  it('[THR-7] promise 2: 200 guesses from one known device get four verdicts, and lock nothing', async () => {
    await expectVerdicts(await race(await wrong(() => known)), perSource)
    expect((await peekState(world.storage, 'ada'))?.throttle.lockedAt).toBeNull()
  })

  it('[THR-5] [THR-7] promise 2: 200 guesses from 200 networks get twenty verdicts, then one for each lock that ran out', async () => {
    await expectVerdicts(await race(await wrong((i) => elsewhere(i))), limits.lockAfter)
    const locked = await wrong((i) => elsewhere(1000 + i))
    const before = await world.storage.load('account:ada')
    expect(count(await race(locked), 'wait')).toBe(locked.length)
    expect(await world.storage.load('account:ada')).toEqual(before)
    for (const round of [1, 2]) {
      world.clock.advance(limits.lockMs)
      const answers = await race(await wrong((i) => elsewhere(1000 * (round + 1) + i)))
      expect(count(answers, 'wrong')).toBe(1)
      await expectCharged(limits.lockAfter + round)
    }
    const challenge = await ada.challenge(known)
    expectStatus(await world.nl.signIn.verify({ challenge, code: ada.app.code(), client: known }), 'granted')
  })

  it('[THR-7] promise 2: 200 guesses for three challenges get no more verdicts than these have tries', async () => {
    const challenges = [await ada.challenge(), await ada.challenge(), await ada.challenge()]
    const answers = await race(await wrong((i) => elsewhere(i), challenges))
    // The last try of each challenge is charged, too, and ends it.
    expect(count(answers, 'wrong')).toBe(challenges.length * (limits.challengeTries - 1))
    expect(answers.filter((answer) => !['wrong', 'too-many-tries', 'busy'].includes(answer))).toEqual([])
    await expectCharged(challenges.length * limits.challengeTries)
  })

  it('[THR-5] [THR-7] promise 2: 200 guesses in three flows share two budgets: of the unknown networks, and of the session', async () => {
    const { grant } = ada
    const guesses = (await wrong((i) => elsewhere(i))).map((guess, i): Guess => {
      const flow = (['sign-in', 'step-up', 'turn-off'] as const)[i % 3]!
      return { ...guess, flow, token: flow === 'sign-in' ? guess.token : grant }
    })
    // The networks of the two flows of a session do not count: the session is the source.
    const verdicts = limits.lockAfter + perSource
    const answers = await race(guesses)
    expect(count(answers, 'wrong')).toBe(verdicts)
    expect(await since('mfa_fail')).toHaveLength(verdicts)
    const state = await peekState(world.storage, 'ada')
    expect([state?.throttle.row, state?.throttle.failures]).toEqual([limits.lockAfter, verdicts])
    expect(state?.totp.failures).toBe(verdicts)
  })

  it.each([
    ['code of an authenticator', () => ada.app.code()],
    ['backup code', () => ada.backupCodes[0] ?? ''],
  ])(
    'promise 1: the right %s, typed forty times in two flows among wrong codes, is accepted once',
    async (_, codeOf) => {
      const { grant } = ada
      const guesses = [...(await wrong((i) => elsewhere(i)))]
      // In the middle, and from the known browser, which a lock does not stop.
      for (const i of times(40)) {
        const flow = i % 2 ? 'step-up' : 'sign-in'
        const token = flow === 'sign-in' ? await ada.challenge(known) : grant
        guesses[80 + i] = { flow, token, code: codeOf(), client: known }
      }
      const answers = await race(guesses)
      expect(count(answers, 'accepted')).toBe(1)
      expect(await since('authn_login_success', 'stepup_success')).toHaveLength(1)
      // A success opens the row again, so that more challenges of strangers fail than the record lists. Those are over.
      const honest = ['accepted', 'wrong', 'used', 'wait', 'busy', 'challenge-ended']
      expect(answers.filter((answer) => !honest.includes(answer))).toEqual([])

      // A success starts the count anew: before it and after it there are no more verdicts than the budget.
      const told = await since('mfa_fail', 'authn_login_success', 'stepup_success')
      expect(told).toHaveLength(count(answers, 'wrong') + count(answers, 'used') + 1)
      const strangers = told.map((row) => fieldsOf(row)['knownDevice'] === 'false')
      const success = told.findIndex(({ type }) => type !== 'mfa_fail')
      for (const row of [strangers.slice(0, success), strangers.slice(success + 1)]) {
        expect(row.filter((stranger) => stranger).length).toBeLessThanOrEqual(limits.lockAfter)
      }
      const again = answers.slice(80, 120).filter((answer) => answer === 'wrong' || answer === 'used')
      expect(again.length).toBeLessThanOrEqual(perSource)
    },
  )
})
