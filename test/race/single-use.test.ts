import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { expectOk, expectStatus } from '../world/expect-outcome.ts'
import { peekState } from '../world/peek.ts'
import type { Person } from '../world/person.ts'
import { authenticator, challengesOf, elsewhere, home } from '../world/person.ts'
import type { SeveralServers } from '../world/several-servers.ts'
import { severalServers } from '../world/several-servers.ts'
import { storages } from '../world/storages.ts'
import { times } from '../world/times.ts'
import { createWorld } from '../world/world.ts'

describe.each(storages)('promise 1 on $title, over two servers', ({ open }) => {
  let world: SeveralServers
  let ada: Person

  beforeEach(async () => {
    world = await severalServers(open, (storage) => createWorld({ storage }))
    ada = await world.person()
  })
  afterEach(() => world.close())

  /** How many of these answers are grants. */
  async function grants(answers: readonly Promise<{ readonly status: string }>[]): Promise<number> {
    return (await Promise.all(answers)).filter(({ status }) => status === 'granted').length
  }

  it('[TOTP-6] promise 1: of 50 parallel sign-ins with one TOTP code one is granted', async () => {
    const code = ada.app.code()
    const answers = (await challengesOf(ada, 50)).map((challenge, i) =>
      world.server(i).signIn.verify({ challenge, code, client: elsewhere(i) }),
    )
    expect(await grants(answers)).toBe(1)
  })

  it('[BC-4] promise 1: of 20 parallel sign-ins with one backup code one is granted', async () => {
    const code = ada.backupCodes[3]
    const answers = (await challengesOf(ada, 20)).map((challenge, i) =>
      world.server(i).signIn.verify({ challenge, code, client: elsewhere(i) }),
    )
    expect(await grants(answers)).toBe(1)
  })

  it('promise 1: of ten right codes typed for one challenge one is granted', async () => {
    const challenge = await ada.challenge()
    const answers = ada.backupCodes.map((code, i) =>
      world.server(i).signIn.verify({ challenge, code, client: ada.client }),
    )
    expect(await grants(answers)).toBe(1)
    const { usedAt } = (await peekState(world.storage, 'ada'))!['backup-code'].set!
    expect(usedAt.filter((at) => at !== null)).toHaveLength(1)
  })

  it('[BC-4] promise 1: every backup code works once and never again, on any server', async () => {
    for (const round of [0, 1]) {
      for (const [i, code] of ada.backupCodes.entries()) {
        const challenge = await ada.challenge(elsewhere(i))
        const { status } = await world.server(i + round).signIn.verify({ challenge, code, client: elsewhere(i) })
        expect(status).toBe(round === 0 ? 'granted' : 'challenge')
      }
    }
    expect((await peekState(world.storage, 'ada'))?.sessions.length).toBe(11)
  })

  it('[TOTP-6] promise 1: an accepted step and the steps before it are refused afterwards, also after a restart', async () => {
    const before = ada.app.code(-1)
    const now = ada.app.code()
    const first = await ada.challenge()
    expectStatus(await world.server(0).signIn.verify({ challenge: first, code: now, client: ada.client }), 'granted')
    const restarted = world.instance({ storage: world.connect() })
    for (const code of [now, before]) {
      const challenge = await ada.challenge()
      const answer = await restarted.signIn.verify({ challenge, code, client: ada.client })
      expect(answer).toMatchObject({ status: 'challenge', reason: 'used' })
    }
  })

  it('[TOTP-12] promise 1: a code that was used already reads so, outside and in the history', async () => {
    await ada.signIn()
    const challenge = await ada.challenge()
    const answer = await world.server(0).signIn.verify({ challenge, code: ada.app.code(), client: ada.client })
    expect(answer).toMatchObject({ status: 'challenge', reason: 'used' })
    const { events } = expectOk(await world.server(1).history.list({ grant: ada.grant, limit: 1 }))
    expect(events[0]).toMatchObject({ type: 'mfa_fail', values: { reason: 'used' } })
  })

  it('[TOTP-15] promise 1: the code that confirmed an enrollment is refused at sign-in', async () => {
    const client = home
    const first = expectStatus(
      await world.server(0).signIn.start({ name: 'bob', accountId: 'bob', primary: 'password', client }),
      'granted',
    )
    const enrolled = expectOk(await world.server(0).totp.enroll({ grant: first.grant }))
    const app = authenticator(enrolled.uri, enrolled.authenticator, world.clock)
    // An authenticator counts only once it is confirmed.
    const unconfirmed = await world
      .server(1)
      .signIn.start({ name: 'bob', accountId: 'bob', primary: 'password', client })
    expectStatus(unconfirmed, 'granted')
    const code = app.code()
    expectOk(await world.server(1).totp.confirm({ grant: first.grant, code }))
    const started = expectStatus(
      await world.server(0).signIn.start({ name: 'bob', accountId: 'bob', primary: 'password', client }),
      'challenge',
    )
    const answer = await world.server(0).signIn.verify({ challenge: started.challenge, code, client })
    expect(answer).toMatchObject({ status: 'challenge', reason: 'used' })
  })

  it('promise 1: of ten parallel confirmations of one enrollment one succeeds, and makes one authenticator', async () => {
    const first = expectStatus(
      await world.server(0).signIn.start({ name: 'bob', accountId: 'bob', primary: 'password', client: home }),
      'granted',
    )
    const enrolled = expectOk(await world.server(0).totp.enroll({ grant: first.grant }))
    const code = authenticator(enrolled.uri, enrolled.authenticator, world.clock).code()
    const answers = await Promise.all(times(10).map((i) => world.server(i).totp.confirm({ grant: first.grant, code })))
    expect(answers.filter(({ ok }) => ok)).toHaveLength(1)
    expect((await peekState(world.storage, 'bob'))?.totp.authenticators).toHaveLength(1)
  })

  it('[LIF-10] promise 1: of ten parallel changes with one proof one succeeds', async () => {
    await ada.signIn()
    const proof = await ada.proof()
    const answers = await Promise.all(
      times(10).map((i) => world.server(i).totp.enroll({ grant: ada.grant, proof, label: `Tablet ${i}` })),
    )
    expect(answers.filter(({ ok }) => ok)).toHaveLength(1)
    expect(answers.filter((answer) => !answer.ok && answer.reason === 'step-up')).toHaveLength(9)
  })

  it('[BC-9] promise 1: of five parallel requests for new backup codes one succeeds, and ends the old set', async () => {
    await ada.signIn()
    const proof = await ada.proof()
    const answers = await Promise.all(
      times(5).map((i) => world.server(i).backupCodes.regenerate({ grant: ada.grant, proof })),
    )
    const made = answers.flatMap((answer) => (answer.ok ? [answer.codes] : []))
    expect(made).toHaveLength(1)
    const old = await world.server(0).signIn.verify({ challenge: await ada.challenge(), code: ada.backupCodes[0] })
    expect(old).toMatchObject({ status: 'challenge', reason: 'wrong' })
    const fresh = await world.server(1).signIn.verify({ challenge: await ada.challenge(), code: made[0]?.[0] })
    expect(fresh.status).toBe('granted')
  })

  it('promise 1: 20 parallel first sign-ins of one account all succeed and make one record', async () => {
    const answers = times(20).map((i) =>
      world.server(i).signIn.start({ name: `eve${i}`, accountId: 'eve', primary: 'password', client: elsewhere(i) }),
    )
    expect(await grants(answers)).toBe(20)
    expect((await peekState(world.storage, 'eve'))?.sessions).toHaveLength(20)
  })

  it('[TOTP-5] promise 1: two authenticators of one account have different secrets, and both work at once', async () => {
    await ada.signIn()
    const enrolled = expectOk(await world.server(0).totp.enroll({ grant: ada.grant, proof: await ada.proof() }))
    const tablet = authenticator(enrolled.uri, enrolled.authenticator, world.clock)
    expect(Buffer.from(tablet.secret).equals(Buffer.from(ada.app.secret))).toBe(false)
    expectOk(await world.server(0).totp.confirm({ grant: ada.grant, code: tablet.code() }))
    world.clock.advance(30_000)
    const [one, two] = await challengesOf(ada, 2)
    const answers = [
      world.server(0).signIn.verify({ challenge: one, code: ada.app.code(), client: elsewhere(0) }),
      world.server(1).signIn.verify({ challenge: two, code: tablet.code(), client: elsewhere(1) }),
    ]
    expect(await grants(answers)).toBe(2)
  })

  it('promise 1 and 2: ten backup codes used at the same moment all succeed', async () => {
    const made = await challengesOf(ada, 10)
    const answers = made.map((challenge, i) =>
      world.server(i).signIn.verify({ challenge, code: ada.backupCodes[i], client: elsewhere(i) }),
    )
    expect(await grants(answers)).toBe(10)
  })

  it('promise 7: a proof of another account, shown where none is needed, leaves nothing in the record', async () => {
    await ada.signIn()
    const proof = await ada.proof()
    const started = await world
      .server(0)
      .signIn.start({ name: 'bob', accountId: 'bob', primary: 'password', client: home })
    const { grant } = expectStatus(started, 'granted')
    for (const i of times(3)) expectOk(await world.server(i).totp.enroll({ grant, proof }))
    expect((await peekState(world.storage, 'bob'))?.spentProofs).toStrictEqual([])
    expectOk(await world.server(1).totp.enroll({ grant: ada.grant, proof }))
  })
})
