import { trustDevices } from 'nightlatch'
import { memorySms } from 'nightlatch/testing'
import type { MemorySms } from 'nightlatch/testing'
import { describe, expect, it } from 'vitest'
import { expectOk, expectStatus } from '../../world/expect-outcome.ts'
import { createAuthenticator } from '../../world/passkey-authenticator.ts'
import type { Authenticator } from '../../world/passkey-authenticator.ts'
import { elsewhere } from '../../world/person.ts'
import { stateOf } from '../../world/reading.ts'
import {
  bindApp,
  bindNumber,
  bindPasskey,
  everyMethod,
  personWithEverything,
  provePasskey,
  script,
} from '../../world/several-factors.ts'
import { enters, start, trusted, trustingWorld, trustOf } from '../../world/trusting.ts'
import type { Trusting } from '../../world/trusting.ts'
import { createWorld } from '../../world/world.ts'

interface Scene extends Trusting {
  readonly sms: MemorySms
  readonly token: Authenticator
}

/** An account with every factor, in a trusted browser. */
async function everything(): Promise<Scene> {
  const sms = memorySms()
  const token = createAuthenticator()
  const world = createWorld({ options: everyMethod(sms) })
  const ada = await personWithEverything(world, sms, token)
  const browser = { ...ada.client, device: await trusted(world, ada) }
  return { world, nl: world.nl, ada, browser, sms, token }
}

type Act = (scene: Scene) => Promise<unknown>

const page = async ({ ada }: Scene): Promise<{ grant: string; proof: string }> => ({
  grant: ada.grant,
  proof: await ada.proof(),
})

const ends: Readonly<Record<string, Act>> = {
  'enrolling another app': async (s) => bindApp(s.nl, s.world.clock, await page(s)),
  'removing an app': async (s) => s.nl.totp.remove({ ...(await page(s)), authenticator: s.ada.app.id }),
  'changing the number': async (s) => {
    s.world.clock.advance(3_600_000)
    await bindNumber(s.nl, s.sms, await page(s), '+36307654321')
  },
  'removing the number': async (s) => s.nl.sms.remove(await page(s)),
  'registering another passkey': async (s) => bindPasskey(s.nl, await page(s)),
  'removing a passkey': async (s) => {
    const [passkey] = expectOk(await s.nl.passkeys.list({ grant: s.ada.grant })).passkeys
    return s.nl.passkeys.remove({ ...(await page(s)), passkey: passkey?.id })
  },
  'making new backup codes': async (s) => s.nl.backupCodes.regenerate(await page(s)),
  'switching the passkey-only mode on and off': async (s) => {
    const on = expectOk(await s.nl.passkeys.setOnly({ ...(await page(s)), on: true }))
    const grant = on.grant ?? ''
    expect(await start(s)).toMatchObject({ status: 'refused', reason: 'wrong-credentials' })
    const proof = await provePasskey(s.nl, grant, s.token, 'passkey-only')
    return s.nl.passkeys.setOnly({ grant, proof, on: false })
  },
  'signing out everywhere': async ({ nl, ada: { grant } }) => nl.sessions.endAll({ grant }),
  'signing out everywhere by a script, as after a new password': async ({ nl, ada }) =>
    nl.sessions.endAll({ grant: script(ada.id) }),
  'removing a factor by a script': async ({ nl, ada }) => nl.sms.remove({ grant: script(ada.id) }),
  'revoking it': async ({ nl, ada: { grant } }) => nl.trustedDevices.revokeAll({ grant }),
  'revoking it by a script': async ({ nl, ada }) => nl.trustedDevices.revokeAll({ grant: script(ada.id) }),
}

const keeps: Readonly<Record<string, Act>> = {
  'renaming an app': async ({ nl, ada: { grant, app } }) =>
    nl.totp.rename({ grant, authenticator: app.id, label: 'Work' }),
  'preferring another factor': async ({ nl, ada: { grant } }) => nl.accounts.prefer({ grant, factor: 'sms' }),
  'a step-up': async ({ ada }) => ada.proof(),
  'signing out': async ({ nl, ada: { grant } }) => nl.sessions.signOut({ grant }),
  'wrong codes': async ({ nl, ada }) => {
    const challenge = await ada.challenge(elsewhere(5))
    await nl.signIn.verify({ challenge, code: '7K3M-Q9XTW-02A1', client: elsewhere(5) })
    return { ok: true }
  },
}

describe('the trust of a device', () => {
  it.each(Object.entries(ends))('[SES-10] ends on every server after %s', async (_, act) => {
    const scene = await everything()
    const outcome = (await act(scene)) as { ok?: boolean } | undefined
    expect(outcome?.ok ?? true).toBe(true)
    expect(await trustOf(scene)).toBeNull()
    for (const nl of [scene.nl, scene.world.instance()]) {
      expectStatus(await start({ ...scene, nl }), 'challenge')
    }
  })

  it.each(Object.entries(keeps))('is kept after %s', async (_, act) => {
    const scene = await everything()
    await act(scene)
    await enters(scene)
  })

  it('[SES-10] ends when two-factor is switched off, and does not return when it is on again', async () => {
    const scene = await everything()
    const { nl, ada, world } = scene
    expectOk(await nl.accounts.turnOffTwoFactor({ grant: script(ada.id) }))
    const entered = expectStatus(await start(scene), 'granted')
    expect(entered.trustedDevice).toBeUndefined()
    scene.browser.device = entered.deviceToken
    await bindApp(nl, world.clock, { grant: entered.grant, client: scene.browser })
    expectStatus(await start(scene), 'challenge')
  })

  it('[SES-10] opens no passkey-only account', async () => {
    const scene = await everything()
    const { nl, ada, token } = scene
    const on = expectOk(await nl.passkeys.setOnly({ ...(await page(scene)), on: true }))
    ada.grant = on.grant ?? ''
    const { ceremony, options } = expectOk(await nl.signIn.passkeyOptions())
    const response = token.get(options, { origin: 'https://www.acme.example' })
    const verify = { ceremony, response, client: scene.browser, trustDevice: true }
    scene.browser.device = expectStatus(await nl.signIn.verifyPasskey(verify), 'granted').deviceToken
    expect(await start(scene)).toMatchObject({ status: 'refused', reason: 'wrong-credentials' })
  })

  it('[SES-11] allows no sensitive change', async () => {
    const scene = await everything()
    const { nl } = scene
    const grant = await enters(scene)
    expect(await nl.stepUp.start({ grant, purpose: 'factors' })).toMatchObject({ needs: 'factor' })
    const client = scene.browser
    const [passkey] = expectOk(await nl.passkeys.list({ grant })).passkeys
    const before = (await stateOf(scene.world.storage, scene.ada.id)).epoch
    for (const call of [
      nl.totp.enroll({ grant, client }),
      nl.sms.enroll({ grant, client, number: '+36307654321' }),
      nl.passkeys.register({ grant, client }),
      nl.totp.remove({ grant, client, authenticator: scene.ada.app.id }),
      nl.sms.remove({ grant, client }),
      nl.passkeys.remove({ grant, client, passkey: passkey?.id }),
      nl.passkeys.setOnly({ grant, client, on: true }),
      nl.backupCodes.regenerate({ grant, client }),
      nl.totp.resynchronize({ grant, client, authenticator: scene.ada.app.id, codes: ['123456', '234567'] }),
    ]) {
      expect(await call).toMatchObject({ ok: false, reason: 'step-up' })
    }
    expect(await nl.accounts.turnOffTwoFactor({ grant, client })).toMatchObject({ ok: false, reason: 'malformed' })
    expect((await stateOf(scene.world.storage, scene.ada.id)).epoch).toBe(before)
  })

  it('[SES-4] [SES-11] never raises the level of a session, even when it enrolls a factor with a proof', async () => {
    const scene = await everything()
    const { nl, ada, world } = scene
    ada.grant = await enters(scene)
    const { confirmed } = await bindApp(nl, world.clock, await page(scene))
    expect(await nl.sessions.check({ grant: confirmed.grant })).toMatchObject({ aal: 1, amr: ['pwd'] })
  })

  it('[SES-12] depends only on its token, and not on the address or user agent', async () => {
    const scene = await everything()
    const { ip, userAgent, device } = scene.browser
    expectStatus(await start(scene, { ip, userAgent }), 'challenge')
    expectStatus(await start(scene, { ip, userAgent, device: `${device}A` }), 'challenge')
    // With the token another address is fine: the browser has moved.
    expectStatus(await start(scene, { ...elsewhere(9), device }), 'granted')
  })

  it('has no effect on a server without the option', async () => {
    const scene = await everything()
    const { trustedDevices: _, ...without } = everyMethod(scene.sms)
    const world = createWorld({ storage: scene.world.storage, clock: scene.world.clock, options: without })
    const elsewhere = { ...scene, nl: world.nl }
    const { challenge } = expectStatus(await start(elsewhere), 'challenge')
    world.clock.advance(30_000)
    const code = scene.ada.app.code()
    const verify = { challenge, code, client: scene.browser, trustDevice: true }
    expectStatus(await world.nl.signIn.verify(verify), 'granted')
    expectStatus(await start(elsewhere), 'challenge')
    await enters(scene)
  })

  it('is allowed under a policy that requires a factor, and does not replace the factor', async () => {
    const policy = { factors: { required: { since: 0, graceMs: 0 } } } as const
    const scene = await trustingWorld()
    const strict = { ...scene, nl: scene.world.instance({ policy, trustedDevices: trustDevices() }) }
    scene.browser.device = expectStatus(await start(strict), 'granted').deviceToken
    expectOk(await scene.nl.accounts.turnOffTwoFactor({ grant: script(scene.ada.id) }))
    expectStatus(await start(strict), 'enroll')
  })
})
