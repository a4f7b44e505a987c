import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ClientInfo } from 'nightlatch'
import { limits } from '../../src/core/limits.ts'
import { expectOk, expectStatus } from '../world/expect-outcome.ts'
import { peekEvents, peekFacts, peekState } from '../world/peek.ts'
import type { Person } from '../world/person.ts'
import { authenticator, challengesOf, elsewhere, wrongCode } from '../world/person.ts'
import type { SeveralServers } from '../world/several-servers.ts'
import { severalServers } from '../world/several-servers.ts'
import { storages } from '../world/storages.ts'
import { times } from '../world/times.ts'
import { verdictOn } from '../world/verdict.ts'
import type { World } from '../world/world.ts'
import { createWorld } from '../world/world.ts'
import { typeWrongCodes, typeWrongCodesUntilOff } from '../world/wrong-codes.ts'

const second = 1000
const minute = 60 * second
/** Backup codes that can be guessed, so that they have a hard count. */
const sixDigits = { backupCodes: { profile: 'numeric-6', count: 4 } } as const

describe.each(storages)('promise 2 on $title, over two servers', ({ open }) => {
  let world: SeveralServers
  let ada: Person

  beforeEach(async () => {
    world = await severalServers(open, (storage) => createWorld({ storage, options: sixDigits }))
    ada = await world.person()
  })
  afterEach(() => world.close())

  const verdicts = async (): Promise<number> =>
    (await peekEvents(world.storage, 'ada')).filter(({ type }) => type === 'mfa_fail').length

  /** Wrong codes typed at the same moment, each under a challenge of its own. */
  async function guess(count: number, from: (i: number) => ClientInfo): Promise<readonly string[]> {
    const code = wrongCode(ada.app)
    // Each started from another source: the limiter in front of `start` is not the subject.
    const challenges = await challengesOf(ada, count, 50_000)
    return Promise.all(
      challenges.map((challenge, i) => verdictOn(world.server(i), { challenge, code, client: from(i) })),
    )
  }

  it('[THR-7] [HOTP-7] promise 2: 200 parallel wrong codes from one network get four verdicts, the rest a wait', async () => {
    const answers = await guess(200, () => ({ ip: '203.0.113.9' }))
    expect(answers.filter((answer) => answer === 'wrong')).toHaveLength(limits.freeFailures + 1)
    expect(await verdicts()).toBe(limits.freeFailures + 1)
    const state = await peekState(world.storage, 'ada')
    expect(state?.totp.failures).toBe(limits.freeFailures + 1)
    expect(state?.throttle.failures).toBe(limits.freeFailures + 1)
  })

  it('[THR-10] promise 2: 200 parallel wrong codes from one IPv6 /64 share the budget of that network', async () => {
    const answers = await guess(200, (i) => ({ ip: `2001:db8:1:2::${i.toString(16)}` }))
    expect(answers.filter((answer) => answer === 'wrong')).toHaveLength(limits.freeFailures + 1)
  })

  it('[THR-5] [THR-7] promise 2: 200 parallel wrong codes from 200 networks get twenty verdicts, then a lock', async () => {
    const answers = await guess(200, (i) => elsewhere(i))
    expect(answers.filter((answer) => answer === 'wrong')).toHaveLength(limits.lockAfter)
    expect(answers.filter((answer) => answer === 'wait')).toHaveLength(200 - limits.lockAfter)
    expect(await verdicts()).toBe(limits.lockAfter)
    const state = await peekState(world.storage, 'ada')
    expect(state?.totp.failures).toBe(limits.lockAfter)
    // Nothing is evaluated under the lock: the right code is told to wait like a wrong one.
    const client = elsewhere(999)
    const challenge = await ada.challenge(client)
    const right = await world.server(0).signIn.verify({ challenge, code: ada.app.code(), client })
    expect(right).toMatchObject({ status: 'challenge', reason: 'wait', retryAt: world.clock() + limits.lockMs })
  })

  it('[THR-13] promise 2: 50 parallel wrong codes for one challenge get no more verdicts than it has tries', async () => {
    const challenge = await ada.challenge()
    const code = wrongCode(ada.app)
    const answers = await Promise.all(
      times(50).map((i) => world.server(i).signIn.verify({ challenge, code, client: elsewhere(i) })),
    )
    expect(await verdicts()).toBe(limits.challengeTries)
    expect(answers.filter((answer) => answer.status === 'refused' && answer.reason === 'too-many-tries')).toHaveLength(
      50 - limits.challengeTries + 1,
    )
    const right = await world.server(0).signIn.verify({ challenge, code: ada.app.code(), client: elsewhere(99) })
    expect(right).toMatchObject({ status: 'refused', reason: 'too-many-tries' })
  })

  it('[BC-7] promise 2: wrong backup codes and wrong TOTP codes typed at once share one budget', async () => {
    const factors = ['totp', 'backup-code'] as const
    const challenges = await challengesOf(ada, 60)
    await Promise.all(
      challenges.map((challenge, i) =>
        world.server(i).signIn.verify({
          challenge,
          code: wrongCode(ada.app),
          factor: factors[(i >> 1) % 2],
          client: elsewhere(i),
        }),
      ),
    )
    const state = await peekState(world.storage, 'ada')
    expect(state?.throttle.failures).toBe(limits.lockAfter)
    expect((state?.totp.failures ?? 0) + (state?.['backup-code'].failures ?? 0)).toBe(limits.lockAfter)
    expect(await verdicts()).toBe(limits.lockAfter)
  })

  it('[THR-9] [TOTP-11] promise 2: sign-in, step-up, switching off and resynchronizing share one budget', async () => {
    await ada.signIn()
    const proof = await ada.proof()
    const code = wrongCode(ada.app)
    const other = wrongCode(ada.app).replace(/.$/, (digit) => String((Number(digit) + 1) % 10))
    const { grant } = ada
    const client = { ip: '203.0.113.9', device: ada.deviceToken }
    const challenges = await challengesOf(ada, 10)
    const flows: readonly ((i: number) => Promise<unknown>)[] = [
      (i) => world.server(i).signIn.verify({ challenge: challenges[i], code, client }),
      (i) => world.server(i).stepUp.verify({ grant, purpose: 'factors', code, client }),
      (i) => world.server(i).accounts.turnOffTwoFactor({ grant, code, client }),
      (i) =>
        world.server(i).totp.resynchronize({ grant, proof, authenticator: ada.app.id, codes: [code, other], client }),
    ]
    await Promise.all(flows.flatMap((flow) => times(10).map(flow)))
    expect(await verdicts()).toBe(limits.freeFailures + 1)
    expect((await peekState(world.storage, 'ada'))?.throttle.failures).toBe(limits.freeFailures + 1)
  })

  it('promise 2: a refused try during a lock changes no record, and sampled facts count it', async () => {
    await guess(40, () => ({ ip: '203.0.113.9' }))
    const before = await world.storage.load('account:ada')
    const challenge = await ada.challenge(elsewhere(1))
    const loaded = await world.storage.load('account:ada')
    for (const i of times(16)) {
      await world.server(i).signIn.verify({ challenge, code: ada.app.code(), client: { ip: '203.0.113.9' } })
    }
    expect((await world.storage.load('account:ada'))?.version).toBe(loaded?.version)
    expect(before?.version).not.toBe(loaded?.version)
    const facts = (await peekFacts(world.storage, 'ada')).filter(({ type }) => type === 'excess_rate_limit_exceeded')
    const sampled = facts.map(({ fields }) => Number(fields.sampled))
    // 36 and 16 refusals on two servers: each writes its 1st, 2nd, 4th … with the number that stands behind it.
    expect(facts.length).toBeLessThan(16)
    expect(sampled.reduce((sum, n) => sum + n, 0)).toBeGreaterThanOrEqual(32)
    expect(sampled.reduce((sum, n) => sum + n, 0)).toBeLessThanOrEqual(52)
  })

  it('[TOTP-16] promise 2: a code compared with five authenticators costs one attempt', async () => {
    await ada.signIn()
    for (const i of times(4)) {
      const enrolled = expectOk(await world.server(0).totp.enroll({ grant: ada.grant, proof: await ada.proof() }))
      const app = authenticator(enrolled.uri, enrolled.authenticator, world.clock)
      const confirmed = expectOk(await world.server(1).totp.confirm({ grant: ada.grant, code: app.code() }))
      ada.grant = confirmed.grant ?? ''
      expect((await peekState(world.storage, 'ada'))?.totp.authenticators).toHaveLength(i + 2)
    }
    const challenge = await ada.challenge()
    const answer = await world.server(0).signIn.verify({ challenge, code: '0000000'.slice(1), client: ada.client })
    expect(answer).toMatchObject({ reason: 'wrong', triesLeft: limits.challengeTries - 1 })
    const state = await peekState(world.storage, 'ada')
    expect([state?.totp.failures, state?.throttle.failures]).toStrictEqual([1, 1])
  })
})

describe('promise 2: what resets a count and what does not', () => {
  let world: World
  let ada: Person
  beforeEach(async () => {
    world = createWorld({ options: sixDigits })
    ada = await world.person()
    await ada.signIn()
  })
  const failures = async (): Promise<readonly (number | undefined)[]> => {
    const state = await peekState(world.storage, 'ada')
    return [
      state?.throttle.failures,
      state?.totp.failures,
      state?.['backup-code'].failures,
      state?.throttle.sources.length,
    ]
  }
  async function fail(client: ClientInfo, factor: 'totp' | 'backup-code' = 'totp'): Promise<void> {
    const challenge = await ada.challenge(client)
    await world.nl.signIn.verify({ challenge, code: wrongCode(ada.app), factor, client })
  }

  it('promise 2: a new challenge, another session, a rename, a sign-out and a new enrollment reset nothing', async () => {
    const proof = await ada.proof()
    await fail(elsewhere(1))
    await fail(elsewhere(2), 'backup-code')
    const counted = await failures()
    expect(counted).toStrictEqual([2, 1, 1, 2])
    const { grant } = ada
    const acts: readonly (() => Promise<unknown>)[] = [
      () => ada.challenge(),
      () => world.nl.signIn.start({ name: 'ada', accountId: 'ada', primary: 'oauth' }),
      () => world.nl.signIn.failed({ name: 'ada', accountId: 'ada' }),
      () => world.nl.totp.rename({ grant, authenticator: ada.app.id, label: 'New name' }),
      () => world.nl.totp.enroll({ grant, proof }),
      () => world.nl.totp.confirm({ grant, code: wrongCode(ada.app) }),
      () => world.nl.stepUp.start({ grant, purpose: 'factors' }),
      () => world.nl.history.verify({ grant }),
      () => world.nl.sessions.list({ grant }),
      () => world.nl.signIn.verify({ challenge: 'nonsense', code: ada.app.code() }),
      () => world.nl.sessions.endAll({ grant }),
      () => world.nl.sessions.signOut({ grant }),
    ]
    for (const [i, act] of acts.entries()) {
      await act()
      expect(await failures(), `act ${i}`).toStrictEqual(counted)
    }
  })

  it('[THR-3] promise 2: a success clears the count of its factor, and gives back only what its own challenge charged', async () => {
    await fail(elsewhere(1))
    await fail(elsewhere(2), 'backup-code')
    const challenge = await ada.challenge(elsewhere(3))
    const client = elsewhere(3)
    await world.nl.signIn.verify({ challenge, code: wrongCode(ada.app), factor: 'backup-code', client })
    expect(await failures()).toStrictEqual([3, 1, 2, 3])
    world.clock.advance(30 * second)
    expectStatus(await world.nl.signIn.verify({ challenge, code: ada.app.code(), client }), 'granted')
    // The wrong backup code of the other challenge still counts, and so do the other sources.
    expect(await failures()).toStrictEqual([0, 0, 1, 2])
  })

  it('promise 2: regenerating backup codes clears their count and no other', async () => {
    const proof = await ada.proof()
    await fail(elsewhere(1))
    await fail(elsewhere(2), 'backup-code')
    expectOk(await world.nl.backupCodes.regenerate({ grant: ada.grant, proof }))
    expect(await failures()).toStrictEqual([2, 1, 0, 2])
  })

  it('[THR-4] promise 2: the waits of one network are 5 s, 10 s, 20 s … up to 15 minutes', async () => {
    const client = { ip: '203.0.113.9' }
    const waits: number[] = []
    for (let i = 0; i < 18; i++) {
      const challenge = await ada.challenge(elsewhere(i))
      const answer = await world.nl.signIn.verify({ challenge, code: wrongCode(ada.app), client })
      if (answer.status !== 'challenge') throw new Error(answer.status)
      waits.push(((answer.retryAt ?? world.clock()) - world.clock()) / second)
      // One millisecond before its end the wait still holds.
      world.clock.set((answer.retryAt ?? world.clock()) - (answer.retryAt === undefined ? 0 : 1))
      if (answer.retryAt !== undefined) {
        const early = await world.nl.signIn.verify({
          challenge: await ada.challenge(elsewhere(100 + i)),
          code: ada.app.code(),
          client,
        })
        expect(early).toMatchObject({ reason: 'wait', retryAt: answer.retryAt })
        world.clock.advance(1)
      }
    }
    expect(waits).toStrictEqual([0, 0, 0, 5, 10, 20, 40, 80, 160, 320, 640, 900, 900, 900, 900, 900, 900, 900])
  })

  it('promise 2: each wrong code after the end of a lock locks again, and the count goes on', async () => {
    await typeWrongCodes(world.nl, ada, limits.lockAfter)
    for (const i of times(3)) {
      world.clock.advance(limits.lockMs)
      await fail(elsewhere(100 + i))
      const state = await peekState(world.storage, 'ada')
      expect(state?.throttle).toMatchObject({ row: limits.lockAfter + 1 + i, lockedAt: world.clock() })
    }
  })

  it('[THR-1] promise 2: after 100 failures in a row TOTP is off for everyone, until it is bound anew', async () => {
    const known = { ...ada.client, device: ada.deviceToken }
    await typeWrongCodesUntilOff(world, ada)
    world.clock.advance(limits.lockMs)
    const started = await world.nl.signIn.start({ name: 'ada', accountId: 'ada', primary: 'password', client: known })
    const { challenge, factors } = expectStatus(started, 'challenge')
    expect(factors).toStrictEqual(['backup-code'])
    const right = await world.nl.signIn.verify({ challenge, code: ada.app.code(), client: known })
    expect(right.status).not.toBe('granted')
    world.clock.advance(limits.lockMs)
    // A backup code lets the owner in and clears nothing of TOTP.
    const next = await ada.challenge(known)
    const granted = expectStatus(
      await world.nl.signIn.verify({ challenge: next, code: ada.backupCodes[0], client: known }),
      'granted',
    )
    expect((await peekState(world.storage, 'ada'))?.totp.failures).toBe(limits.hardStop)
    const { proof } = expectOk(
      await world.nl.stepUp.verify({ grant: granted.grant, purpose: 'factors', code: ada.backupCodes[1] }),
    )
    const enrolled = expectOk(await world.nl.totp.enroll({ grant: granted.grant, proof }))
    const app = authenticator(enrolled.uri, enrolled.authenticator, world.clock)
    expectOk(await world.nl.totp.confirm({ grant: granted.grant, code: app.code() }))
    const state = await peekState(world.storage, 'ada')
    expect(state?.totp.failures).toBe(0)
    expect(state?.totp.authenticators.map(({ id }) => id)).toStrictEqual([app.id])
    world.clock.advance(minute)
    const again = await ada.challenge(known)
    expectStatus(await world.nl.signIn.verify({ challenge: again, code: app.code(), client: known }), 'granted')
  })

  it('[NOT-4] [NOT-7] promise 2: 300 wrong codes lock code entry and send two mails', async () => {
    await world.nl.outbox.idle()
    world.mailer.clear()
    for (const i of times(300)) {
      await fail(elsewhere(i))
      world.clock.advance(second)
    }
    await world.nl.outbox.idle()
    const subjects = world.mailer.mails.map(({ subject }) => subject)
    expect(subjects).toHaveLength(2)
    const { events } = expectOk(await world.nl.history.list({ grant: ada.grant, limit: 1 }))
    expect(events[0]?.type).toBe('mfa_challenge')
    const kinds = new Set((await peekEvents(world.storage, 'ada')).map(({ type }) => type))
    expect(kinds.has('authn_login_lock')).toBe(true)
  })
})
