import { asSystem } from 'nightlatch'
import type { Nightlatch } from 'nightlatch'
import { describe, expect, it } from 'vitest'
import { limits } from '../../../src/core/limits.ts'
import { expectOk } from '../../world/expect-outcome.ts'
import { authenticator, elsewhere } from '../../world/person.ts'
import type { Person } from '../../world/person.ts'
import { eventsOf } from '../../world/reading.ts'
import { times } from '../../world/times.ts'
import { createWorld } from '../../world/world.ts'
import type { World } from '../../world/world.ts'

const hour = 3_600_000
const most = limits.changeSpan.most
const refused = { ok: false, reason: 'too-many-changes' }

const rename = (nl: Nightlatch, { app }: Person, grant: string, n: number) =>
  nl.totp.rename({ grant, authenticator: app.id, label: `Phone ${n}` })

/** A session that has made all the changes of its hour. */
async function busySession(world: World, person: Person): Promise<string> {
  const { grant } = person
  for (const n of times(most)) expectOk(await rename(world.nl, person, grant, n))
  return grant
}

async function signedIn(): Promise<{ world: World; person: Person; grant: string }> {
  const world = createWorld()
  const person = await world.person()
  await person.signIn()
  return { world, person, grant: person.grant }
}

describe('a session', () => {
  it('makes twenty changes in an hour, and is told when it may make the next one', async () => {
    const { world, person, grant } = await signedIn()
    await busySession(world, person)
    const answer = await rename(world.nl, person, grant, 21)
    expect(answer).toMatchObject(refused)
    const { retryAt = 0 } = answer as { retryAt?: number }
    expect(retryAt - world.clock()).toBeGreaterThan(hour)
    expect(retryAt - world.clock()).toBeLessThanOrEqual(1.5 * hour)
    world.clock.advance(retryAt - world.clock() - 1)
    expect(await rename(world.nl, person, grant, 22)).toMatchObject(refused)
    world.clock.advance(1)
    expectOk(await rename(world.nl, person, grant, 23))
  })

  it('is refused every kind of change then, and none of them is written', async () => {
    const { world, person } = await signedIn()
    const { nl } = world
    const grant = await busySession(world, person)
    const proof = await person.proof()
    const authenticatorId = person.app.id
    const before = (await eventsOf(nl, person.id)).length
    for (const answer of [
      await nl.accounts.prefer({ grant, factor: 'totp' }),
      await nl.totp.enroll({ grant, proof, label: 'Tablet' }),
      await nl.totp.remove({ grant, proof, authenticator: authenticatorId }),
      await nl.backupCodes.regenerate({ grant, proof }),
      await nl.backupCodes.remove({ grant, proof }),
      await nl.passkeys.rename({ grant, passkey: 'any', label: 'Key' }),
      await nl.sms.remove({ grant, proof }),
      await nl.accounts.turnOffTwoFactor({ grant, code: person.backupCodes[0] }),
    ]) {
      expect(answer).toMatchObject(refused)
    }
    expect(await eventsOf(nl, person.id)).toHaveLength(before)
  })

  it('counts an enrollment once, and confirms what it began with its last change', async () => {
    const { world, person, grant } = await signedIn()
    const { nl } = world
    for (const n of times(most - 1)) expectOk(await rename(nl, person, grant, n))
    const enrolled = expectOk(await nl.totp.enroll({ grant, proof: await person.proof(), label: 'Tablet' }))
    expect(await rename(nl, person, grant, 20)).toMatchObject(refused)
    const code = authenticator(enrolled.uri, enrolled.authenticator, world.clock).code()
    const confirmed = expectOk(await nl.totp.confirm({ grant, code }))
    expect(await rename(nl, person, confirmed.grant ?? '', 21)).toMatchObject(refused)
  })

  it('has no change counted for a wrong code, and for what was refused', async () => {
    const { world, person, grant } = await signedIn()
    const { nl } = world
    for (const n of times(2)) {
      await nl.accounts.turnOffTwoFactor({ grant, code: `7K3M-Q9XTW-02A${n}` })
      await nl.totp.rename({ grant, authenticator: 'none', label: 'x' })
      await nl.totp.enroll({ grant, label: 'without a proof' })
    }
    await busySession(world, person)
    expect(await rename(nl, person, grant, 21)).toMatchObject(refused)
  })

  it('keeps nobody else from changes: neither another session nor a script', async () => {
    const { world, person } = await signedIn()
    const { nl } = world
    await busySession(world, person)
    const proof = await person.proof()
    const enrolled = await nl.totp.enroll({ grant: person.grant, proof, label: 'Of a thief' })
    expect(enrolled).toMatchObject(refused)
    await person.signIn(elsewhere(1))
    expectOk(await rename(nl, person, person.grant, 1))
    expectOk(await nl.backupCodes.regenerate({ grant: person.grant, proof: await person.proof() }))
    for (const n of times(most + 5)) {
      expectOk(await nl.totp.rename({ grant: asSystem('ada', 'job'), authenticator: person.app.id, label: `${n}` }))
    }
  })

  it('may always sign out everywhere, and is signed out itself then: a thief cannot repeat it without end', async () => {
    const { world, person } = await signedIn()
    const { nl } = world
    let grant = person.grant
    for (const _ of times(most)) grant = expectOk(await nl.sessions.endAll({ grant })).grant ?? ''
    expect(await rename(nl, person, grant, 1)).toMatchObject(refused)
    expect(expectOk(await nl.sessions.endAll({ grant })).grant).toBeNull()
    expect(await nl.sessions.check({ grant })).toMatchObject({ reason: 'signed-out' })
    await person.signIn()
  })
})

describe('the mails that sessions cause', () => {
  it('[NOT-7] stay below a hundred, with one that says so, though each of many sessions makes its changes', async () => {
    const { world, person } = await signedIn()
    const { nl } = world
    for (const _ of times(6)) {
      await person.signIn(elsewhere(1))
      for (const __ of times(most)) {
        person.grant = expectOk(await nl.sessions.endAll({ grant: person.grant })).grant ?? person.grant
      }
    }
    await nl.outbox.idle()
    const subjects = world.mailer.mails.map(({ subject }) => subject)
    expect(subjects.length).toBeLessThan(25)
    expect(subjects.filter((subject) => subject.includes('Much is happening'))).toHaveLength(1)
    // What was not told yet is told all the same.
    world.mailer.clear()
    await person.signIn(elsewhere(2))
    expectOk(await nl.accounts.turnOffTwoFactor({ grant: person.grant, code: person.backupCodes[0] }))
    await nl.outbox.idle()
    expect(world.mailer.mails.map(({ subject }) => subject)).toEqual([expect.stringContaining('switched off')])
  })
})
