import { asSystem } from 'nightlatch'
import { describe, expect, it } from 'vitest'
import { expectOk, expectStatus } from '../../world/expect-outcome.ts'
import { home } from '../../world/person.ts'
import { eventsOf, newestOf, stateOf } from '../../world/reading.ts'
import { times } from '../../world/times.ts'
import { createWorld } from '../../world/world.ts'
import type { World } from '../../world/world.ts'

const former = 'ada@people.example'
const next = 'countess.lovelace@elsewhere.example'
const change = { old: former, new: next, client: home }

/** The host names the new address only, as soon as it was changed; it is also the name of the account. */
function changedWorld(locale = 'en'): World {
  const describe = () => ({ name: next, addresses: [{ mail: next, verified: true }], locale })
  return createWorld({ options: { describe } })
}

async function mailsOf({ nl, mailer }: World): Promise<typeof mailer.mails> {
  await nl.outbox.idle()
  return mailer.mails
}

describe('accounts.addressChanged', () => {
  it.each(['en', 'fr'])('[NOT-6] [NOT-1] tells the old address and the new one, in two texts (%s)', async (locale) => {
    const world = changedWorld(locale)
    const person = await world.person()
    await world.nl.outbox.idle()
    world.mailer.clear()
    expectOk(await world.nl.accounts.addressChanged({ grant: person.grant, proof: await person.proof(), ...change }))
    const mails = await mailsOf(world)
    expect(mails.map(({ to }) => to).sort()).toEqual([former, next].sort())
    expect(new Set(mails.map(({ subject }) => subject)).size).toBe(2)
    expect(new Set(mails.map(({ language }) => language))).toEqual(new Set([locale]))
    const old = mails.find(({ to }) => to === former)
    for (const part of [old?.subject, old?.text, old?.html]) expect(part).not.toContain('lovelace')
    expect(old?.text).toContain('c•••@elsewhere.example')
    expect(old?.text).toContain('security@acme.example')
    expect(`${old?.text}${old?.html}`).not.toMatch(/https?:/)
  })

  it('writes an event without either whole address', async () => {
    const world = changedWorld()
    const person = await world.person()
    expectOk(await world.nl.accounts.addressChanged({ grant: person.grant, proof: await person.proof(), ...change }))
    expect(await newestOf(world.nl, 'ada', 'user_updated')).toMatchObject({
      level: 'critical',
      values: { actor: 'user', attribute: 'mail', before: 'a•••@people.example', after: 'c•••@elsewhere.example' },
    })
    expect(JSON.stringify(await eventsOf(world.nl, 'ada'))).not.toContain('lovelace')
    expect(JSON.stringify(await stateOf(world.storage, 'ada'))).not.toContain('lovelace')
  })

  it('needs a proof while a factor is enrolled, which it spends', async () => {
    const world = changedWorld()
    const person = await world.person()
    const { nl } = world
    expect(await nl.accounts.addressChanged({ grant: person.grant, ...change })).toEqual({
      ok: false,
      reason: 'step-up',
    })
    const call = { grant: person.grant, proof: await person.proof(), ...change }
    expectOk(await nl.accounts.addressChanged(call))
    expect(await nl.accounts.addressChanged(call)).toEqual({ ok: false, reason: 'step-up' })
    expect(await nl.accounts.addressChanged({ ...call, grant: 'none' })).toEqual({ ok: false, reason: 'signed-out' })
  })

  it('needs the session alone while no factor is enrolled', async () => {
    const world = changedWorld()
    const start = { name: 'eve', accountId: 'eve', primary: 'password' } as const
    const { grant } = expectStatus(await world.nl.signIn.start(start), 'granted')
    expectOk(await world.nl.accounts.addressChanged({ grant, ...change }))
    expect(await mailsOf(world)).toHaveLength(2)
  })

  it('[NOT-6] tells the old address for a script also where the account never signed in', async () => {
    const world = changedWorld()
    expectOk(await world.nl.accounts.addressChanged({ grant: asSystem('new', 'a mailed link'), ...change }))
    expect((await mailsOf(world)).map(({ to }) => to)).toContain(former)
    expect(await newestOf(world.nl, 'new', 'user_updated')).toMatchObject({ values: { actorReason: 'a mailed link' } })
  })

  it.each([
    ['the same text', former, former, 'unchanged'],
    ['capitals in the domain', former, 'ada@People.EXAMPLE', 'unchanged'],
    ['no text', former, '', 'malformed'],
    ['nothing', undefined, next, 'malformed'],
    ['a number', 7, next, 'malformed'],
    ['a list', `${former}, eve@evil.example`, next, 'malformed'],
    ['a header', `${former}\nBcc: eve@evil.example`, next, 'malformed'],
    ['a name with an address', `Ada <${former}>`, next, 'malformed'],
    ['two signs', 'ada@evil@people.example', next, 'malformed'],
    ['a megabyte', `${'a'.repeat(2 ** 20)}@people.example`, next, 'malformed'],
    ['a bidi override', former, 'ada\u202E@people.example', 'malformed'],
  ])('answers a value and sends nothing for %s', async (_, before, after, reason) => {
    const world = changedWorld()
    const input = { grant: asSystem('ada', 'test'), old: before, new: after }
    expect(await world.nl.accounts.addressChanged(input)).toEqual({ ok: false, reason })
    expect(await mailsOf(world)).toEqual([])
  })

  it('takes another spelling before the sign for another address', async () => {
    const world = changedWorld()
    const input = { grant: asSystem('ada', 'test'), old: former, new: 'Ada@people.example' }
    expectOk(await world.nl.accounts.addressChanged(input))
  })

  it('[NOT-7] tells each address no more than fifteen times in three days, so that nobody floods a stranger with it', async () => {
    const world = changedWorld()
    for (const n of times(40)) {
      const input = { grant: asSystem('ada', 'test'), old: 'victim@people.example', new: `eve${n}@elsewhere.example` }
      expectOk(await world.nl.accounts.addressChanged(input))
    }
    const mails = await mailsOf(world)
    expect(mails.filter(({ to }) => to === 'victim@people.example').length).toBeLessThanOrEqual(15)
    expect(mails.filter(({ subject }) => subject.includes('Much is happening'))).toHaveLength(1)
  })
})
