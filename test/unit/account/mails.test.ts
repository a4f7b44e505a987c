import type { Mailer, NightlatchOptions } from 'nightlatch'
import { asSystem } from 'nightlatch'
import { describe, expect, it } from 'vitest'
import { expectOk, expectStatus } from '../../world/expect-outcome.ts'
import { authenticator, elsewhere, home, wrongCode } from '../../world/person.ts'
import { createWorld } from '../../world/world.ts'
import type { World } from '../../world/world.ts'
import { typeWrongCode } from '../../world/wrong-codes.ts'

const minute = 60_000
const hour = 60 * minute

const twoAddresses: NightlatchOptions['describe'] = (id) => ({
  name: id,
  addresses: [
    { mail: `${id}@people.example`, verified: true },
    { mail: `${id}@second.example`, verified: true },
    { mail: `${id}@unverified.example`, verified: false },
  ],
})

/** The subjects sent since the last call, in order. */
async function sent(world: World): Promise<readonly string[]> {
  await world.nl.outbox.idle()
  const subjects = world.mailer.mails.map(({ subject }) => subject)
  world.mailer.clear()
  return subjects
}

describe('notices', () => {
  it('[NOT-2] [LIF-4] go to every verified address, and to no other', async () => {
    const world = createWorld({ options: { describe: twoAddresses } })
    await world.person()
    await world.nl.outbox.idle()
    expect(world.mailer.mails.map(({ to }) => to)).toEqual(['ada@people.example', 'ada@second.example'])
    const keys = world.mailer.mails.map(({ dedupeKey }) => dedupeKey)
    expect(new Set(keys).size).toBe(2)
  })

  it('[NOT-1] report every change of a factor', async () => {
    const world = createWorld()
    const { nl } = world
    const person = await world.person()
    expect(await sent(world)).toHaveLength(1)

    const { grant } = person
    const enrolled = expectOk(await nl.totp.enroll({ grant, proof: await person.proof(), label: 'Tablet' }))
    const app = authenticator(enrolled.uri, enrolled.authenticator, world.clock)
    person.grant = expectOk(await nl.totp.confirm({ grant, code: app.code() })).grant ?? ''
    expect(await sent(world)).toHaveLength(1)

    const renewal = { grant: person.grant, proof: await person.proof() }
    person.grant = expectOk(await nl.backupCodes.regenerate(renewal)).grant ?? ''
    expect(await sent(world)).toHaveLength(1)

    const removal = { grant: person.grant, proof: await person.proof(), authenticator: app.id }
    person.grant = expectOk(await nl.totp.remove(removal)).grant ?? ''
    expect(await sent(world)).toHaveLength(1)

    expectOk(await nl.accounts.turnOffTwoFactor({ grant: asSystem(person.id, 'reset by the desk') }))
    expect(await sent(world)).toHaveLength(1)
  })

  it('are in the language of the account', async () => {
    const describe: NightlatchOptions['describe'] = (id) => ({ ...twoAddresses(id), ...{ locale: 'fr-CA' } }) as never
    const world = createWorld({ options: { describe } })
    await world.person()
    await world.nl.outbox.idle()
    expect(world.mailer.mails[0]!.language).toBe('fr')
  })

  it('[NOT-4] report a wrong code after a right password, at most once an hour', async () => {
    const world = createWorld()
    const person = await world.person()
    await sent(world)
    for (let n = 0; n < 3; n++) await typeWrongCode(world.nl, person, elsewhere(n))
    const first = await sent(world)
    expect(first).toHaveLength(1)
    world.clock.advance(hour - 1)
    await typeWrongCode(world.nl, person, elsewhere(9))
    expect(await sent(world)).toEqual([])
    world.clock.advance(1)
    await typeWrongCode(world.nl, person, elsewhere(10))
    expect(await sent(world)).toEqual(first)
  })

  it('[NOT-4] report no wrong code on a known device before it ends the sign-in', async () => {
    const world = createWorld()
    const person = await world.person()
    await person.signIn()
    await sent(world)
    const known = { ...home, device: person.deviceToken }
    const challenge = await person.challenge(known)
    const wrong = { challenge, code: wrongCode(person.app), client: known }
    for (let n = 0; n < 4; n++) await world.nl.signIn.verify(wrong)
    expect(await sent(world)).toEqual([])
    world.clock.advance(5000)
    expect(await world.nl.signIn.verify(wrong)).toMatchObject({ reason: 'too-many-tries' })
    expect(await sent(world)).toHaveLength(1)
  })

  it('[NOT-7] stay few during a flood of failures, and include the one about the lock', async () => {
    const world = createWorld()
    const person = await world.person()
    await sent(world)
    for (let n = 0; n < 90; n++) {
      world.clock.advance(15 * minute)
      await typeWrongCode(world.nl, person, elsewhere(n))
    }
    const subjects = await sent(world)
    // In twelve hours: one an hour about wrong codes, one in six hours about the lock. Then codes are stopped.
    expect(subjects.length).toBeLessThanOrEqual(13 + 3 + 1)
    expect(new Set(subjects).size).toBe(3)
  })
})

describe('a mailer', () => {
  it('[NOT-8] does not delay a sign-in when it fails, and gets the mail again later', async () => {
    const world = createWorld()
    const { nl } = world
    const person = await world.person()
    await sent(world)
    world.mailer.behave('fail')
    const code = person.backupCodes[0]
    expectStatus(await nl.signIn.verify({ challenge: await person.challenge(), code }), 'granted')
    expect(await sent(world)).toEqual([])
    expect(await nl.outbox.sweep()).toEqual({ sent: 0, dead: 0, retried: 0 })
    world.mailer.behave('deliver')
    world.clock.advance(30_000)
    expect(await nl.outbox.sweep()).toEqual({ sent: 1, dead: 0, retried: 0 })
    expect(await sent(world)).toHaveLength(1)
    expect(await nl.outbox.sweep()).toEqual({ sent: 0, dead: 0, retried: 0 })
  })

  it('[NOT-2] gets a notice again only for the address that it refused', async () => {
    const tried: string[] = []
    const mailer: Mailer = {
      async send({ to }) {
        tried.push(to)
        if (to === 'ada@people.example') throw new Error('there is no such mailbox')
      },
    }
    const world = createWorld({ options: { describe: twoAddresses, mailer } })
    await world.person()
    await world.nl.outbox.idle()
    expect(tried).toEqual(['ada@people.example', 'ada@second.example'])
    world.clock.advance(hour)
    expect(await world.nl.outbox.sweep()).toEqual({ sent: 0, dead: 0, retried: 1 })
    expect(tried.slice(2)).toEqual(['ada@people.example'])
  })

  it('[NOT-8] gets a mail no more after three days of failures, and a fact records it', async () => {
    const world = createWorld()
    const { nl } = world
    const person = await world.person()
    await sent(world)
    world.mailer.behave('fail')
    await nl.signIn.verify({ challenge: await person.challenge(), code: person.backupCodes[0] })
    await nl.outbox.idle()
    let [tries, dead] = [0, 0]
    for (let hours = 0; hours < 72; hours++) {
      expect(dead).toBe(0)
      world.clock.advance(hour)
      const swept = await nl.outbox.sweep()
      tries += swept.retried
      dead += swept.dead
    }
    expect(tries).toBeGreaterThan(60)
    expect(dead).toBe(1)
    const facts = expectOk(await nl.history.facts({ grant: asSystem(person.id, 'reading') })).facts
    expect(facts).toMatchObject([
      { type: 'message_dead', values: { reason: 'expired', channel: 'mail' } },
      { type: 'message_failed', values: { reason: 'not-accepted', channel: 'mail' } },
    ])
  })

  it('[NOT-8] [NOT-9] does not delay a sign-in when it hangs', async () => {
    const world = createWorld()
    const { nl } = world
    const person = await world.person()
    await sent(world)
    world.mailer.behave('hang')
    const { challenge } = expectStatus(
      await nl.signIn.start({ name: person.name, accountId: person.id, primary: 'password' }),
      'challenge',
    )
    const wrong = await nl.signIn.verify({ challenge, code: wrongCode(person.app), client: elsewhere(1) })
    expect(wrong).toMatchObject({ reason: 'wrong' })
    const granted = await nl.signIn.verify({ challenge, code: person.backupCodes[0], client: elsewhere(1) })
    expect(granted).toMatchObject({ status: 'granted' })
    expect(world.mailer.mails).toEqual([])
    world.mailer.behave('deliver')
    expect(await sent(world)).toHaveLength(2)
  })

  it('[NOT-9] is not called for a failed password, so that timing reveals no name', async () => {
    const world = createWorld()
    const person = await world.person()
    await sent(world)
    const before = world.mailer.calls
    for (let n = 0; n < 25; n++) {
      await world.nl.signIn.failed({ name: person.name, accountId: person.id, client: elsewhere(n) })
      await world.nl.signIn.failed({ name: 'nobody', client: elsewhere(n) })
    }
    await world.nl.outbox.idle()
    expect(world.mailer.calls).toBe(before)
  })

  it('is not called when no address is verified, and a fact records it', async () => {
    const describe = (): { name: string; addresses: { mail: string; verified: boolean }[] } => ({
      name: 'Ada',
      addresses: [{ mail: 'ada@unverified.example', verified: false }],
    })
    const world = createWorld({ options: { describe } })
    const person = await world.person()
    expect(await sent(world)).toEqual([])
    const facts = expectOk(await world.nl.history.facts({ grant: asSystem(person.id, 'reading') })).facts
    expect(facts).toMatchObject([{ type: 'message_failed', values: { reason: 'no-verified-address' } }])
  })
})
