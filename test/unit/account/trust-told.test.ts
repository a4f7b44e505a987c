import { trustDevices } from 'nightlatch'
import { describe, expect, it } from 'vitest'
import { expectOk, expectStatus } from '../../world/expect-outcome.ts'
import { elsewhere } from '../../world/person.ts'
import { eventsOf, newestOf } from '../../world/reading.ts'
import { enters, start, trusted, trustingWorld, trustOf } from '../../world/trusting.ts'
import type { Trusting } from '../../world/trusting.ts'

const signedOut = { ok: false, reason: 'signed-out' }

/** The subjects and recipients of the mails since the last call. */
async function mailsOf({ world, nl }: Trusting): Promise<readonly { readonly to: string; readonly subject: string }[]> {
  await nl.outbox.idle()
  const mails = world.mailer.mails.map(({ to, subject }) => ({ to, subject }))
  world.mailer.clear()
  return mails
}

const subjectOf = (text: string): { subject: unknown } => ({ subject: expect.stringContaining(text) })

/** The references of the sessions that a list shows, newest first. */
async function listed({ nl }: Trusting, grant: string): Promise<readonly { id: string; current: boolean }[]> {
  return expectOk(await nl.sessions.list({ grant })).sessions
}

describe('a trust that begins', () => {
  it('[NOT-1] [NOT-2] is told to every verified address', async () => {
    const scene = await trustingWorld({
      trustedDevices: trustDevices(),
      describe: () => ({
        name: 'Ada',
        addresses: ['ada@people.example', 'ada@second.example'].map((mail) => ({ mail, verified: true })),
      }),
    })
    await mailsOf(scene)
    await trusted(scene.world, scene.ada, elsewhere(1))
    const told = await mailsOf(scene)
    expect(told.map(({ to }) => to)).toEqual(['ada@people.example', 'ada@second.example'])
    expect(told).toMatchObject([subjectOf('needs no second factor'), subjectOf('needs no second factor')])
  })

  it('is told in French to an account in French', async () => {
    const describe = (): never =>
      ({ name: '', addresses: [{ mail: 'a@b.example', verified: true }], locale: 'fr' }) as never
    const scene = await trustingWorld({ trustedDevices: trustDevices(), describe })
    await mailsOf(scene)
    await trusted(scene.world, scene.ada, elsewhere(1))
    expect(await mailsOf(scene)).toMatchObject([subjectOf('se passe désormais du second facteur')])
  })

  it('sends no mail where trust is only used, and none where a server trusts no device', async () => {
    const scene = await trustingWorld()
    await mailsOf(scene)
    await enters(scene)
    await enters(scene)
    expect(await mailsOf(scene)).toEqual([])
    const plain = await trustingWorld({})
    await mailsOf(plain)
    await trusted(plain.world, plain.ada, elsewhere(1))
    expect(await mailsOf(plain)).toEqual([])
  })
})

describe('an old text of a trusted device that turns up', () => {
  /** The thief has a copy of the browser. `inside`: the grant of the sign-in that the copy opened. */
  async function copied(): Promise<{ scene: Trusting; inside: string; thief: Trusting['browser'] }> {
    const scene = await trustingWorld()
    const thief = { ...elsewhere(7), device: scene.browser.device }
    const inside = expectStatus(await start(scene, thief), 'granted').grant
    return { scene, inside, thief }
  }

  it('[SES-10] ends the sessions that the trust opened, and no other one', async () => {
    const { scene, inside } = await copied()
    const { nl, ada } = scene
    const own = ada.grant
    expectStatus(await start(scene), 'challenge')
    expect(await nl.sessions.check({ grant: inside })).toEqual(signedOut)
    expect(await nl.stepUp.start({ grant: inside, purpose: 'factors' })).toEqual(signedOut)
    expect(await nl.sessions.check({ grant: own })).toMatchObject({ ok: true })
  })

  it('ends no session that another trusted browser opened', async () => {
    const { scene } = await copied()
    const { nl, ada, world } = scene
    const laptop = { ...elsewhere(1), device: await trusted(world, ada, elsewhere(1)) }
    const there = expectStatus(await start(scene, laptop), 'granted').grant
    expectStatus(await start(scene), 'challenge')
    expect(await nl.sessions.check({ grant: there })).toMatchObject({ ok: true })
  })

  it('[SES-10] sends the owner one mail, also if it turns up again', async () => {
    const { scene, thief } = await copied()
    await mailsOf(scene)
    expectStatus(await start(scene), 'challenge')
    expect(await mailsOf(scene)).toMatchObject([subjectOf('may have been copied')])
    expectStatus(await start(scene), 'challenge')
    expectStatus(await start(scene, thief), 'challenge')
    expect(await mailsOf(scene)).toEqual([])
  })

  it('stands in the history with each session that it ended, and the logins show their end', async () => {
    const { scene, inside } = await copied()
    const { nl, ada, world } = scene
    const [{ id = '' } = {}] = await listed(scene, inside)
    world.clock.advance(1000)
    await start(scene)
    const types = (await eventsOf(nl, ada.id)).slice(0, 3).map(({ type }) => type)
    expect(types).toEqual(['mfa_challenge', 'session_end', 'device_trust_end'])
    expect(await newestOf(nl, ada.id, 'session_end')).toMatchObject({ values: { target: id, ended: 1 } })
    const { logins } = expectOk(await nl.history.logins({ grant: ada.grant }))
    expect(logins.find((login) => login.status !== 'attempts' && login.trusted)).toMatchObject({
      session: id,
      endedAt: world.clock(),
    })
  })
})

describe('a session that a list shows, when it is ended', () => {
  it('[SES-10] ends the trust of its browser, where the next sign-in needs a factor', async () => {
    const scene = await trustingWorld()
    const { nl, ada } = scene
    await ada.signIn(elsewhere(1))
    const own = ada.grant
    await enters(scene)
    const [newest] = await listed(scene, own)
    expectOk(await nl.sessions.end({ grant: own, session: newest?.id }))
    expect(await trustOf(scene)).toBeNull()
    expectStatus(await start(scene), 'challenge')
    expect(await newestOf(nl, ada.id, 'device_trust_end')).toMatchObject({ values: { ended: 1, reason: 'session' } })
  })

  it('[SES-10] ends the trust also if it is the session in which that began', async () => {
    const scene = await trustingWorld()
    const { nl, ada } = scene
    await ada.signIn(elsewhere(1))
    const began = (await listed(scene, ada.grant)).find(({ current }) => !current)
    expectOk(await nl.sessions.end({ grant: ada.grant, session: began?.id }))
    expectStatus(await start(scene), 'challenge')
  })

  it('leaves the trust of other browsers', async () => {
    const scene = await trustingWorld()
    const { nl, ada, world } = scene
    const there = { ...elsewhere(1), device: await trusted(world, ada, elsewhere(1)) }
    expectOk(await nl.sessions.end({ grant: ada.grant, session: (await listed(scene, ada.grant))[0]?.id }))
    expectStatus(await start(scene, there), 'challenge')
    await enters(scene)
  })
})

describe('trustedDevices.revokeAll', () => {
  it('writes nothing if no browser is trusted', async () => {
    const scene = await trustingWorld()
    const { nl, ada } = scene
    expect(expectOk(await nl.trustedDevices.revokeAll({ grant: ada.grant })).ended).toBe(1)
    const before = await scene.world.storage.load('account:ada')
    expect(expectOk(await nl.trustedDevices.revokeAll({ grant: ada.grant })).ended).toBe(0)
    expect(await scene.world.storage.load('account:ada')).toEqual(before)
  })
})
