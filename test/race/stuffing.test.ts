import type { ClientInfo, NightlatchOptions } from 'nightlatch'
import { describe, expect, it } from 'vitest'
import { limits } from '../../src/core/limits.ts'
import { expectStatus } from '../world/expect-outcome.ts'
import { peekFacts } from '../world/peek.ts'
import { elsewhere } from '../world/person.ts'
import { times } from '../world/times.ts'
import type { World } from '../world/world.ts'
import { createWorld } from '../world/world.ts'

const minute = 60_000
const office = { ip: '203.0.113.9' }

/** How many of these tries were told that the password was wrong. */
async function evaluated(
  { nl }: World,
  tries: number,
  of: (n: number) => { readonly name: string; readonly accountId?: string; readonly client: ClientInfo },
): Promise<number> {
  let told = 0
  for (const n of times(tries)) if ((await nl.signIn.failed(of(n))).reason === 'wrong-credentials') told += 1
  return told
}

/** Somebody without a factor signs in: the start is all of it. */
async function signsIn({ nl }: World, id: string, client: ClientInfo): Promise<string> {
  return (await nl.signIn.start({ name: id, accountId: id, primary: 'password', client })).status
}

describe('a stranger who tries passwords of one name', () => {
  it.each([
    ['one IPv4 address', () => '203.0.113.9', 20],
    ['an IPv4 /24', (n: number) => `203.0.113.${n % 256}`, 100],
    ['an IPv6 /64', (n: number) => `2001:db8:0:1::${n.toString(16)}`, 20],
    ['an IPv6 /56', (n: number) => `2001:db8:0:${(n % 256).toString(16)}::1`, 40],
    ['an IPv6 /48', (n: number) => `2001:db8:0:${(n % 65_536).toString(16)}::${n.toString(16)}`, 80],
  ])('[THR-10] has no more tries from %s than it has as a network', async (_, ip, tries) => {
    const world = createWorld()
    const told = await evaluated(world, 3000, (n) => ({ name: 'ada', accountId: 'ada', client: { ip: ip(n * 7) } }))
    expect(told).toBe(tries)
  })

  it('[THR-5] with 40 device tokens from before two-factor has the tries of known devices, and those of a network', async () => {
    const world = createWorld()
    const { nl } = world
    const tokens: string[] = []
    for (const n of times(40)) {
      const client = elsewhere(n)
      const start = await nl.signIn.start({ name: 'ada', accountId: 'ada', primary: 'password', client })
      tokens.push(expectStatus(start, 'granted').deviceToken)
    }
    const told = await evaluated(world, 800, (n) => ({
      name: 'ada',
      accountId: 'ada',
      client: { ...office, device: tokens[n % 40]! },
    }))
    expect(told).toBe(limits.deviceTries + 20)
    // Others are not held, on a known device neither: it counts as an unknown one now.
    expect(await signsIn(world, 'ada', elsewhere(50))).toBe('granted')
    const start = await nl.signIn.start({
      name: 'ada',
      accountId: 'ada',
      primary: 'password',
      client: { ...elsewhere(51), device: tokens[0]! },
    })
    expect(start.status).toBe('granted')
  })
})

describe('a stuffer of stolen passwords', () => {
  it('[THR-10] has a hundred failures an hour from one address, over 3,000 names, and the host is told once', async () => {
    const world = createWorld()
    expect(await evaluated(world, 3000, (n) => ({ name: `user-${n}`, client: office }))).toBe(limits.networkFailures)
    expect(world.reports).toMatchObject([{ kind: 'names', text: expect.stringContaining('203.0.113.9') }])
    expect((await peekFacts(world.storage, null)).length).toBeLessThan(40)
    expect(await evaluated(world, 5, (n) => ({ name: `user-${n}`, client: elsewhere(n) }))).toBe(5)
    world.clock.advance(60 * minute)
    expect(await evaluated(world, 3000, (n) => ({ name: `user-${n}`, client: office }))).toBe(limits.networkFailures)
  })

  it('[THR-10] has a hundred failures an hour from an IPv6 /48', async () => {
    const world = createWorld()
    const told = await evaluated(world, 2000, (n) => ({
      name: `user-${n}`,
      client: { ip: `2001:db8:0:${n.toString(16)}::1` },
    }))
    expect(told).toBe(limits.networkFailures)
  })

  it('[THR-12] is refused alike with right and wrong passwords, known and unknown names', async () => {
    const world = createWorld()
    await evaluated(world, 100, (n) => ({ name: `user-${n}`, client: office }))
    const { nl } = world
    const answers = [
      await nl.signIn.failed({ name: 'nobody', client: office }),
      await nl.signIn.failed({ name: 'ada', accountId: 'ada', client: office }),
      await nl.signIn.start({ name: 'ada', accountId: 'ada', primary: 'password', client: office }),
      await nl.signIn.recover({ name: 'ada', accountId: 'ada', primary: 'password', code: '', client: office }),
    ]
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1)
    expect(answers[0]).toMatchObject({ reason: 'too-many-attempts', httpStatus: 429 })
  })

  it('may be given another limit by the host', async () => {
    const options: Partial<NightlatchOptions> = { signIn: { failuresPerNetwork: 7 } }
    const world = createWorld({ options })
    expect(await evaluated(world, 30, (n) => ({ name: `user-${n}`, client: office }))).toBe(7)
  })

  it('without an address is limited by name only, and the host is told once of each cause', async () => {
    const world = createWorld()
    expect(await evaluated(world, 300, (n) => ({ name: `user-${n}`, client: {} }))).toBe(300)
    expect(await evaluated(world, 30, () => ({ name: 'ada', client: { ip: 'unknown' } }))).toBe(20)
    expect(world.reports.map(({ kind }) => kind)).toEqual(['address', 'address'])
  })
})

describe('an office behind one address', () => {
  it('promise 10: signs in 150 people within an hour, because a completed sign-in gives its charge back', async () => {
    const world = createWorld()
    for (const n of times(150)) expect(await signsIn(world, `user-${n}`, office)).toBe('granted')
  })

  it('gives back what the start was charged, when another network completes it, and only once', async () => {
    const world = createWorld({ options: { signIn: { failuresPerNetwork: 3 } } })
    const ada = await world.person()
    world.clock.advance(60 * minute)
    await evaluated(world, 2, (n) => ({ name: `user-${n}`, client: office }))
    const challenge = await ada.challenge(office)
    expect(await evaluated(world, 1, () => ({ name: 'x', client: office }))).toBe(0)
    const verify = { challenge, code: ada.backupCodes[0], client: elsewhere(1) }
    expectStatus(await world.nl.signIn.verify(verify), 'granted')
    expectStatus(await world.nl.signIn.verify(verify), 'refused')
    expect(await evaluated(world, 5, () => ({ name: 'x', client: office }))).toBe(1)
  })

  it('promise 10: lets known devices in while a stuffer in it has used up its failures', async () => {
    const world = createWorld()
    const ada = await world.person()
    await ada.signIn(office)
    await evaluated(world, 200, (n) => ({ name: `user-${n}`, client: office }))
    const start = { name: ada.name, accountId: 'ada', primary: 'password' } as const
    expect(await world.nl.signIn.start({ ...start, client: office })).toMatchObject({ httpStatus: 429 })
    const known = { ...office, device: ada.deviceToken }
    expect(await world.nl.signIn.start({ ...start, client: known })).toMatchObject({ status: 'challenge' })
  })

  it('[THR-10] [IP-11] has one count for a network, in every spelling of its address', async () => {
    const world = createWorld()
    const spellings = ['203.0.113.9', '::ffff:203.0.113.9', '::ffff:cb00:7109', '0:0:0:0:0:FFFF:203.0.113.9']
    const answers: string[] = []
    for (let n = 0; n < 104; n++) {
      const answer = await world.nl.signIn.failed({ name: `name-${n}`, client: { ip: spellings[n % 4]! } })
      answers.push(answer.reason)
    }
    expect(answers.filter((reason) => reason === 'wrong-credentials')).toHaveLength(100)
    expect(world.reports.filter(({ kind }) => kind === 'names')).toHaveLength(1)
  })
})
