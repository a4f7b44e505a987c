import { trustDevices } from 'nightlatch'
import { memorySms } from 'nightlatch/testing'
import { describe, expect, it } from 'vitest'
import { openToken } from '../../../src/service/keys/tokens.ts'
import { expectOk, expectStatus } from '../../world/expect-outcome.ts'
import { faultyStorage } from '../../world/faulty-storage.ts'
import { createAuthenticator } from '../../world/passkey-authenticator.ts'
import { peekEvents } from '../../world/peek.ts'
import { elsewhere } from '../../world/person.ts'
import { eventsOf, newestOf, stateOf } from '../../world/reading.ts'
import { everyMethod, passkeyAnswer, personWithEverything } from '../../world/several-factors.ts'
import { createWorld } from '../../world/world.ts'
import { enters, start, trusted, trustingWorld, trustOf } from '../../world/trusting.ts'
import type { Trusting } from '../../world/trusting.ts'

const step = 30_000
const day = 86_400_000
const month = 30 * day

describe('trusted devices', () => {
  it('[SES-9] are off unless the host passes trustDevices()', async () => {
    const scene = await trustingWorld({})
    expect(await trustOf(scene)).toBeNull()
    expectStatus(await start(scene), 'challenge')
    for (const terms of [{ lifeMs: day }, true, {}, trustDevices, Object.freeze({ lifeMs: day })]) {
      expect(() => createWorld({ options: { trustedDevices: terms as never } })).toThrow(/trustDevices\(\)/)
    }
    for (const lifeMs of [0, 3_599_999, 91 * day, 1.5, NaN, '1' as never]) {
      expect(() => trustDevices({ lifeMs })).toThrow(/lifeMs/)
    }
  })

  it('[SES-4] skip the factor, at the level of the password alone', async () => {
    const scene = await trustingWorld()
    const granted = expectStatus(await start(scene), 'granted')
    expect(granted).toMatchObject({ trustedDevice: true, aal: 1, amr: ['pwd'] })
    const { grant } = granted
    expect(await scene.nl.sessions.check({ grant })).toMatchObject({ aal: 1, amr: ['pwd'] })
    const [session] = expectOk(await scene.nl.sessions.list({ grant })).sessions
    expect(session).toMatchObject({ trusted: true, factor: null, aal: 1 })
    expect(await newestOf(scene.nl, 'ada', 'authn_login_success')).toMatchObject({
      values: { trusted: true, aal: 1, amr: ['pwd'], knownDevice: true },
    })
  })

  it('are trusted only when trustDevice is true, and by no other value of a form', async () => {
    const { world, nl, ada } = await trustingWorld()
    for (const trustDevice of [undefined, false, 'yes', 1, {}]) {
      world.clock.advance(step)
      const challenge = await ada.challenge(elsewhere(1))
      const verify = { challenge, code: ada.app.code(), client: elsewhere(1), trustDevice: trustDevice as boolean }
      const { deviceToken: device } = expectStatus(await nl.signIn.verify(verify), 'granted')
      expectStatus(await start({ world, nl, ada, browser: { ...elsewhere(1), device } }), 'challenge')
    }
    expect((await eventsOf(nl, ada.id)).filter(({ type }) => type === 'device_trust')).toHaveLength(1)
  })

  it('appear in the history with the end of their trust', async () => {
    const { nl, ada, world } = await trustingWorld({ trustedDevices: trustDevices({ lifeMs: day }) })
    expect(await newestOf(nl, ada.id, 'device_trust')).toMatchObject({ values: { until: world.clock() + day } })
  })
})

describe('the trust of a device', () => {
  it('[SES-10] is a random text of 128 bits, of which the record has only a hash', async () => {
    const scene = await trustingWorld()
    const token = openToken({ realm: 'main', keys: scene.world.keys }, 'device', scene.browser.device)
    const text = token?.accounts[0]?.trust ?? ''
    expect(Buffer.from(text, 'base64url')).toHaveLength(16)
    const { doc } = (await scene.world.storage.load('account:ada'))!
    expect(doc).not.toContain(text)
    const { digest } = (await trustOf(scene))!
    expect(Buffer.from(digest, 'base64url')).toHaveLength(32)
    expect(JSON.stringify(await peekEvents(scene.world.storage, 'ada'))).not.toContain(digest)
  })

  it('[SES-10] is valid for one account, and not for another in the same browser', async () => {
    const scene = await trustingWorld()
    const bob = await scene.world.person('bob')
    const asBob = { ...scene, ada: bob }
    expectStatus(await start(asBob), 'challenge')
    scene.world.clock.advance(step)
    const challenge = await bob.challenge(scene.browser)
    const verified = await scene.nl.signIn.verify({ challenge, code: bob.app.code(), client: scene.browser })
    scene.browser.device = expectStatus(verified, 'granted').deviceToken
    expectStatus(await start(asBob), 'challenge')
    // Bob's sign-in left Ada's trust unchanged.
    await enters(scene)
    // When both trust the browser, each has a text of their own.
    scene.browser.device = await trusted(scene.world, bob, scene.browser)
    const { accounts } = openToken({ realm: 'main', keys: scene.world.keys }, 'device', scene.browser.device)!
    expect(new Set(accounts.map(({ trust }) => trust)).size).toBe(2)
    await enters(asBob)
    await enters(scene)
    await enters(asBob)
  })

  it('[SES-10] gets a new text with each use, and ends when an old text is used', async () => {
    const scene = await trustingWorld()
    const { device: copied } = scene.browser
    await enters(scene)
    await enters(scene)
    const thief = { ...elsewhere(7), device: copied }
    expectStatus(await start(scene, thief), 'challenge')
    expect(await newestOf(scene.nl, 'ada', 'device_trust_end')).toMatchObject({
      values: { ended: 1, reason: 'replayed' },
    })
    expectStatus(await start(scene), 'challenge')
    expect(expectOk(await scene.nl.trustedDevices.list({ grant: scene.ada.grant })).devices).toEqual([])
  })

  it('[SES-10] ends for the owner and the thief when the thief used a copied text first', async () => {
    const scene = await trustingWorld()
    const stolen = expectStatus(await start(scene, { ...elsewhere(7), device: scene.browser.device }), 'granted')
    expectStatus(await start(scene), 'challenge')
    expectStatus(await start(scene, { ...elsewhere(7), device: stolen.deviceToken }), 'challenge')
  })

  it('[SES-10] has an end that no use extends', async () => {
    const scene = await trustingWorld()
    const { until } = (await trustOf(scene))!
    expect(until).toBe(scene.world.clock() + month)
    for (let n = 0; n < 3; n++) {
      scene.world.clock.advance(9 * day)
      await enters(scene)
      expect((await trustOf(scene))!.until).toBe(until)
    }
    scene.world.clock.set(until - 1)
    await enters(scene)
    scene.world.clock.set(until)
    expectStatus(await start(scene), 'challenge')
  })

  it('[SES-10] is listed, and can be revoked for one device or for all', async () => {
    const scene = await trustingWorld()
    const { world, nl, ada, browser } = scene
    const laptop = { ...elsewhere(3), userAgent: 'Laptop' }
    const second = { ...laptop, device: await trusted(world, ada, laptop) }
    const grant = ada.grant
    const { devices } = expectOk(await nl.trustedDevices.list({ grant, client: second }))
    expect(devices).toMatchObject([
      { current: true, userAgent: 'Laptop', since: world.clock(), until: world.clock() + month },
      { current: false, userAgent: 'Firefox' },
    ])
    const listed = JSON.stringify(devices)
    for (const { id } of (await stateOf(world.storage, ada.id)).knownDevices) expect(listed).not.toContain(id)
    const gone = { grant, device: devices[1]!.id }
    expect(await nl.trustedDevices.revoke(gone)).toEqual({ ok: true, ended: 1 })
    expect(await nl.trustedDevices.revoke(gone)).toEqual({ ok: false, reason: 'not-found' })
    expect(await newestOf(nl, ada.id, 'device_trust_end')).toMatchObject({
      values: { ended: 1, reason: 'owner', device: devices[1]!.id },
    })
    expectStatus(await start(scene), 'challenge')
    expectStatus(await start({ ...scene, browser: second }), 'granted')
    browser.device = await trusted(world, ada)
    expect(await nl.trustedDevices.revokeAll({ grant: ada.grant })).toEqual({ ok: true, ended: 2 })
    expectStatus(await start(scene), 'challenge')
  })

  it('[SES-10] cannot be revoked by another account', async () => {
    const scene = await trustingWorld()
    const bob = await scene.world.person('bob')
    const [mine] = expectOk(await scene.nl.trustedDevices.list({ grant: scene.ada.grant })).devices
    for (const device of [mine!.id, '', null, 7]) {
      expect(await scene.nl.trustedDevices.revoke({ grant: bob.grant, device })).toMatchObject({ reason: 'not-found' })
    }
    for (const call of ['list', 'revokeAll'] as const) {
      expect(await scene.nl.trustedDevices[call]({ grant: 'x' })).toEqual({ ok: false, reason: 'signed-out' })
    }
    await enters(scene)
  })
})

describe('the trust of a device in rare cases', () => {
  it('ends when a lost reply left the browser with an old text', async () => {
    const scene = await trustingWorld()
    const { world, ada } = scene
    let lose = true
    const onCommit = () => (lose ? ('lost' as const) : ('none' as const))
    const flaky = world.instance({ storage: faultyStorage(world.storage, { onCommit }) })
    // The loop finds its own commit again, and answers with the new text.
    const started = await flaky.signIn.start({
      name: ada.name,
      accountId: ada.id,
      primary: 'password',
      client: scene.browser,
    })
    lose = false
    const next = expectStatus(started, 'granted').deviceToken
    // This answer was lost too, so the browser shows its old text.
    expectStatus(await start(scene), 'challenge')
    expectStatus(await start(scene, { ...scene.browser, device: next }), 'challenge')
  })

  it('admits one of several parallel uses of one token, and then ends', async () => {
    const scene = await trustingWorld()
    const servers = [scene.world.instance(), scene.world.instance(), scene.nl]
    const answers = await Promise.all(servers.map((nl) => start({ ...scene, nl })))
    expect(answers.filter(({ status }) => status === 'granted')).toHaveLength(1)
    expect(await trustOf(scene)).toBeNull()
  })

  it('is kept after a sign-in by passkey in the same browser and a sign-in elsewhere', async () => {
    const sms = memorySms()
    const world = createWorld({ options: everyMethod(sms) })
    const token = createAuthenticator()
    const ada = await personWithEverything(world, sms, token)
    const browser = { ...ada.client, device: await trusted(world, ada) }
    const scene: Trusting = { world, nl: world.nl, ada, browser }
    const answer = await passkeyAnswer(world.nl, token)
    const alone = expectStatus(await world.nl.signIn.verifyPasskey({ ...answer, client: browser }), 'granted')
    browser.device = alone.deviceToken
    await ada.signIn(elsewhere(4))
    await enters(scene)
  })

  it('is refused while a clock is far off or after the host shortened its life', async () => {
    const scene = await trustingWorld()
    const { world } = scene
    const at = world.clock()
    for (const off of [-day, -2 * month, 2 * month]) {
      world.clock.set(at + off)
      expectStatus(await start(scene), 'challenge')
    }
    const shorter = { ...scene, nl: world.instance({ trustedDevices: trustDevices({ lifeMs: day }) }) }
    for (const later of [0, day, month / 2, month - day, month - 1]) {
      world.clock.set(at + later)
      expectStatus(await start(shorter), 'challenge')
    }
    world.clock.set(at + month - 1)
    await enters(scene)
  })
})
