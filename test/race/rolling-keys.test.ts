import { describe, expect, it } from 'vitest'
import { keyring } from 'nightlatch'
import { expectOk, expectStatus } from '../world/expect-outcome.ts'
import { createWorld, keyText } from '../world/world.ts'

const step = 30_000
const day = 86_400_000
const [older, newer] = [keyText(1), keyText(2)]
const keyIdOf = (token: string): string | undefined => token.split('.')[1]
const [olderId, newerId] = [older, newer].map((text) => keyring(text).keyIds[0])

describe('a rotation of the key ring, server by server', () => {
  it('[CRY-7] keeps everybody signed in, and every device known, while rings "old new" and "new old" serve', async () => {
    const world = createWorld({ keys: keyring(older) })
    const ada = await world.person()
    await ada.signIn()
    const servers = [keyring([older, newer]), keyring([newer, older])].map((keys) => world.instance({ keys }))
    let { grant, deviceToken: device } = ada
    for (let n = 0; n < 12; n++) {
      world.clock.advance(step)
      const [one, other] = n % 2 === 0 ? servers : [...servers].reverse()
      const client = { ...ada.client, device }
      expectOk(await one!.sessions.check({ grant, client }))
      const begun = await one!.signIn.start({ name: ada.name, accountId: ada.id, primary: 'password', client })
      const { challenge } = expectStatus(begun, 'challenge')
      const entered = await other!.signIn.verify({ challenge, code: ada.app.code(), client })
      ;({ grant, deviceToken: device } = expectStatus(entered, 'granted'))
      const { events } = expectOk(await one!.history.list({ grant, limit: 1 }))
      expect(events[0]).toMatchObject({ values: { knownDevice: true } })
    }
  })

  it('[CRY-7] hands grant and device token back under the new key, with all their times, until the old key may go', async () => {
    const world = createWorld({ keys: keyring(older) })
    const ada = await world.person()
    await ada.signIn()
    const client = { ...ada.client, device: ada.deviceToken }
    const before = expectOk(await world.nl.sessions.check({ grant: ada.grant, client }))
    expect(before.grant).toBeUndefined()
    expect(before.deviceToken).toBeUndefined()

    const rotated = world.instance({ keys: keyring([newer, older]) })
    const renewed = expectOk(await rotated.sessions.check({ grant: ada.grant, client }))
    expect([renewed.grant, renewed.deviceToken].map((token) => keyIdOf(token ?? ''))).toEqual([newerId, newerId])
    expect(keyIdOf(ada.grant)).toBe(olderId)
    expect(renewed.signedInAt).toBe(before.signedInAt)
    expectOk(await rotated.accounts.reseal().then((page) => ({ ok: page.failed.length === 0 }) as { ok: true }))

    const last = world.instance({ keys: keyring(newer) })
    const { grant = '', deviceToken: device = '' } = renewed
    expectOk(await last.sessions.check({ grant, client: { ...client, device } }))
    expect(await last.sessions.check({ grant: ada.grant })).toEqual({ ok: false, reason: 'signed-out' })
    // The age of the grant did not begin anew.
    world.clock.advance(30 * 86_400_000)
    expect(await last.sessions.check({ grant })).toEqual({ ok: false, reason: 'signed-out' })
  })

  it('[CRY-7] goes over three keys with a session that comes each day, in two rotations behind each other', async () => {
    const [a, b, c] = [keyText(1), keyText(2), keyText(3)]
    const world = createWorld({ keys: keyring(a) })
    const ada = await world.person()
    await ada.signIn()
    let grant = ada.grant
    let device = ada.deviceToken
    for (const ring of [
      [a, b],
      [b, a],
      [b, a, c],
      [c, b, a],
      [c, b],
    ]) {
      const server = world.instance({ keys: keyring(ring) })
      const checked = expectOk(await server.sessions.check({ grant, client: { ...ada.client, device } }))
      grant = checked.grant ?? grant
      device = checked.deviceToken ?? device
      await server.accounts.reseal()
      world.clock.advance(day)
    }
    const last = world.instance({ keys: keyring(c) })
    expectOk(await last.sessions.check({ grant }))
    world.clock.advance(30_000)
    const client = { ...ada.client, device }
    const begun = expectStatus(
      await last.signIn.start({ name: 'ada', accountId: 'ada', primary: 'password', client }),
      'challenge',
    )
    const done = expectStatus(
      await last.signIn.verify({ challenge: begun.challenge, code: ada.app.code(), client }),
      'granted',
    )
    const { events } = expectOk(await last.history.list({ grant: done.grant, limit: 1 }))
    expect(events[0]).toMatchObject({ values: { knownDevice: true } })
    expect((await last.history.verify({ grant: done.grant })).ok).toBe(true)
  })
})
