import type { ClientInfo, Nightlatch } from 'nightlatch'
import { describe, expect, it } from 'vitest'
import { limits } from '../../../src/core/limits.ts'
import { expectOk } from '../../world/expect-outcome.ts'
import { origin } from '../../world/passkey-ceremony.ts'
import { authenticator, elsewhere, wrongCode } from '../../world/person.ts'
import { stateOf } from '../../world/reading.ts'
import { everything, latestCode, otherCode, passkeyAnswer, provePasskey, script } from '../../world/several-factors.ts'
import type { Scene } from '../../world/several-factors.ts'

const purpose = 'factors'
const wrongBackupCode = '7K3M-Q9XTW-02A1'
const freeTries = limits.freeFailures + 1

/** One try in a flow, with a right or a wrong code. */
type Attempt = (
  right: boolean,
) => Promise<{ readonly ok?: boolean; readonly status?: string; readonly reason?: string }>

const client = elsewhere(1)

/** Everything is typed in a known browser: there a sign-in and a session are one source. */
interface Route extends Scene {
  readonly client: ClientInfo
}

async function inKnownBrowser(): Promise<Route> {
  const scene = await everything()
  return { ...scene, client: { ...elsewhere(1), device: scene.ada.deviceToken } }
}

/** Every flow in which somebody types a code. All share the budget of the account. */
const flows: Readonly<Record<string, (scene: Route) => Promise<Attempt>>> = {
  'signIn.verify, an app': async ({ nl, ada, client }) => {
    const challenge = await ada.challenge(client)
    return (right) => nl.signIn.verify({ challenge, code: right ? ada.app.code() : wrongCode(ada.app), client })
  },
  'signIn.verify, a backup code': async ({ nl, ada, client }) => {
    const challenge = await ada.challenge(client)
    return (right) => nl.signIn.verify({ challenge, code: right ? ada.backupCodes[0] : wrongBackupCode, client })
  },
  'signIn.verify, a code by SMS': async ({ nl, ada, sms, client }) => {
    const challenge = await ada.challenge(client)
    await nl.signIn.sendCode({ challenge, client })
    const code = await latestCode(nl, sms)
    return (right) => nl.signIn.verify({ challenge, code: right ? code : otherCode(code), factor: 'sms', client })
  },
  'stepUp.verify, an app':
    async ({ nl, ada: { grant, app }, client }) =>
    (right) =>
      nl.stepUp.verify({ grant, purpose, code: right ? app.code() : wrongCode(app), client }),
  'stepUp.verify, a backup code':
    async ({ nl, ada: { grant, backupCodes }, client }) =>
    (right) =>
      nl.stepUp.verify({ grant, purpose, code: right ? backupCodes[0] : wrongBackupCode, client }),
  'stepUp.verify, a code by SMS': async ({ nl, ada: { grant }, sms, client }) => {
    expectOk(await nl.stepUp.sendCode({ grant, client }))
    const code = await latestCode(nl, sms)
    return (right) => nl.stepUp.verify({ grant, purpose, code: right ? code : otherCode(code), factor: 'sms', client })
  },
  'accounts.turnOffTwoFactor':
    async ({ nl, ada: { grant, app }, client }) =>
    (right) =>
      nl.accounts.turnOffTwoFactor({ grant, code: right ? app.code() : wrongCode(app), client }),
  'totp.resynchronize':
    async ({ nl, ada: { app, id }, client }) =>
    (right) => {
      const codes = right ? ([app.code(20), app.code(21)] as const) : ([wrongCode(app), wrongCode(app)] as const)
      return nl.totp.resynchronize({ grant: script(id), authenticator: app.id, codes, client })
    },
  'signIn.recover': async ({ nl, ada, token, client }) => {
    const proof = await provePasskey(nl, ada.grant, token)
    expectOk(await nl.passkeys.setOnly({ grant: ada.grant, proof, on: true }))
    const start = { name: ada.name, accountId: ada.id, primary: 'password', client } as const
    return (right) => nl.signIn.recover({ ...start, code: right ? ada.backupCodes[0] : wrongBackupCode })
  },
}

describe('[THR-9] [THR-7] a wrong code', () => {
  it.each(Object.entries(flows))('is counted in %s, and leads to a wait after three free failures', async (_, open) => {
    const scene = await inKnownBrowser()
    const attempt = await open(scene)
    const count = async (): Promise<number> => (await stateOf(scene.world.storage, scene.ada.id)).throttle.failures
    for (let n = 1; n <= freeTries; n++) {
      expect((await attempt(false)).reason).toMatch(/^wrong/)
      expect(await count()).toBe(n)
    }
    const before = await stateOf(scene.world.storage, scene.ada.id)
    for (const right of [true, false]) {
      expect((await attempt(right)).reason).toMatch(/^wait$|^wrong-credentials$/)
    }
    expect(await stateOf(scene.world.storage, scene.ada.id)).toEqual(before)
    scene.world.clock.advance(limits.firstWaitMs)
    const answer = await attempt(true)
    expect(answer.ok === true || answer.status === 'granted' || answer.status === 'enroll').toBe(true)
  })

  it.each(Object.entries(flows))('in another flow makes %s wait', async (_, open) => {
    const scene = await inKnownBrowser()
    const attempt = await open(scene)
    const { nl, ada, client } = scene
    const elsewhereWrong = async (): Promise<unknown> =>
      (await stateOf(scene.world.storage, ada.id)).passkey.only
        ? nl.signIn.recover({ name: 'ada', accountId: ada.id, primary: 'password', client, code: wrongBackupCode })
        : nl.stepUp.verify({ grant: ada.grant, purpose, code: wrongBackupCode, client })
    for (let n = 0; n < freeTries; n++) await elsewhereWrong()
    expect((await attempt(true)).reason).toMatch(/^wait$|^wrong-credentials$/)
  })

  it('sent sixty times in parallel in two flows gets only as many verdicts as the budget allows', async () => {
    const scene = await inKnownBrowser()
    const { nl, ada, world, client } = scene
    const challenges: string[] = []
    for (let n = 0; n < 20; n++) challenges.push(await ada.challenge(client))
    const servers = [nl, world.instance(), world.instance()]
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, n) => {
        const server = servers[n % 3] ?? nl
        return n % 2 === 0
          ? server.signIn.verify({ challenge: challenges[n % 20], code: wrongBackupCode, client })
          : server.stepUp.verify({ grant: ada.grant, purpose, code: wrongBackupCode, client })
      }),
    )
    const verdicts = answers.filter((answer) => 'reason' in answer && answer.reason === 'wrong')
    expect(verdicts.length).toBe(freeTries)
    expect((await stateOf(world.storage, ada.id)).throttle.failures).toBe(freeTries)
  })
})

describe('[THR-9] an enrollment', () => {
  it('of an authenticator app ends after ten wrong codes', async () => {
    const { nl, ada, world } = await everything()
    const { grant } = ada
    const enrolled = expectOk(await nl.totp.enroll({ grant, proof: await ada.proof() }))
    const app = authenticator(enrolled.uri, enrolled.authenticator, world.clock)
    for (let n = 1; n < limits.enrollmentTries; n++) {
      const answer = await nl.totp.confirm({ grant, code: wrongCode(app), client })
      expect(answer).toMatchObject({ reason: 'wrong', triesLeft: limits.enrollmentTries - n })
    }
    expect(await nl.totp.confirm({ grant, code: wrongCode(app), client })).toMatchObject({ reason: 'too-many-tries' })
    expect(await nl.totp.confirm({ grant, code: app.code(), client })).toMatchObject({ reason: 'no-enrollment' })
  })

  it('[SMS-5] of a number ends after ten wrong codes, over several messages and enrollments', async () => {
    const { nl, ada, world, sms } = await everything()
    const { grant } = ada
    expectOk(await nl.sms.enroll({ grant, proof: await ada.proof(), number: '+36307654321' }))
    for (let n = 1; n <= limits.enrollmentTries; n++) {
      if (n === 4) {
        world.clock.advance(240_000)
        expectOk(await nl.sms.resend({ grant }))
      }
      if (n === 7) {
        world.clock.advance(240_000)
        expectOk(await nl.sms.enroll({ grant, proof: await ada.proof(), number: '+36307654321' }))
      }
      const code = otherCode(await latestCode(nl, sms))
      const reason = n === limits.enrollmentTries ? 'too-many-tries' : 'wrong'
      const triesLeft = limits.enrollmentTries - n
      expect(await nl.sms.confirm({ grant, code, client })).toMatchObject({ reason, triesLeft })
    }
    const code = await latestCode(nl, sms)
    expect(await nl.sms.confirm({ grant, code, client })).toMatchObject({ reason: 'no-enrollment' })
  })
})

it('[THR-9] a wrong passkey uses one try of its challenge, spends its ceremony and causes no wait', async () => {
  const { nl, ada, world, token } = await everything()
  const challenge = await ada.challenge(client)
  const before = (await stateOf(world.storage, ada.id)).throttle
  for (let n = 1; n <= limits.challengeTries; n++) {
    const answer = await passkeyAnswer(nl, token, challenge, { userPresent: false })
    const verdict = await nl.signIn.verifyPasskey({ ...answer, challenge, client })
    expect(verdict).toMatchObject(n < limits.challengeTries ? { triesLeft: 5 - n } : { reason: 'too-many-tries' })
  }
  expect((await stateOf(world.storage, ada.id)).throttle).toEqual(before)
  expect(await nl.signIn.passkeyOptions({ challenge })).toMatchObject({ reason: 'challenge-ended' })
})

/** Removes a factor on one server, and uses it on another. */
const losses: Readonly<Record<string, (scene: Scene, other: Nightlatch) => Promise<unknown>>> = {
  totp: async ({ nl, ada }, other) => {
    const challenge = async (): Promise<string> => ada.challenge(client, other)
    expectOk(await nl.totp.remove({ grant: script(ada.id), authenticator: ada.app.id }))
    return other.signIn.verify({ challenge: await challenge(), code: ada.app.code(), client })
  },
  sms: async ({ nl, ada, sms }, other) => {
    const open = await ada.challenge(client, other)
    await other.signIn.sendCode({ challenge: open, client })
    const code = await latestCode(other, sms)
    expectOk(await nl.sms.remove({ grant: script(ada.id) }))
    expect(await other.signIn.verify({ challenge: open, code, client })).toMatchObject({ reason: 'challenge-ended' })
    const challenge = await ada.challenge(client, other)
    return other.signIn.verify({ challenge, code, factor: 'sms', client })
  },
  passkey: async ({ nl, ada, token }, other) => {
    const waiting = await passkeyAnswer(other, token)
    const [passkey] = expectOk(await nl.passkeys.list({ grant: ada.grant })).passkeys
    expectOk(await nl.passkeys.remove({ grant: script(ada.id), passkey: passkey?.id }))
    expect(await other.signIn.passkeyOptions({ challenge: await ada.challenge(client) })).toMatchObject({
      reason: 'no-passkey',
    })
    return other.signIn.verifyPasskey({ ...waiting, client })
  },
  'backup-code': async ({ nl, ada }, other) => {
    expectOk(await nl.backupCodes.regenerate({ grant: script(ada.id) }))
    return other.signIn.verify({ challenge: await ada.challenge(client, other), code: ada.backupCodes[0], client })
  },
}

describe('[LIF-7] a factor that was removed on one server', () => {
  it.each(Object.entries(losses))('is refused on another server: %s', async (_, lose) => {
    const scene = await everything()
    const answer = await lose(scene, scene.world.instance())
    expect(answer).toMatchObject({ reason: expect.stringMatching(/^wrong$|^malformed$|^expired$|^unknown-passkey$/) })
  })

  it('gives no proof on another server', async () => {
    const { nl, ada, world, token } = await everything()
    const other = world.instance()
    const { grant } = ada
    const asked = expectOk(await other.stepUp.passkeyOptions({ grant }))
    const [passkey] = expectOk(await nl.passkeys.list({ grant })).passkeys
    const proof = await ada.proof()
    const left = expectOk(await nl.passkeys.remove({ grant, proof, passkey: passkey?.id })).grant ?? ''
    const response = token.get(asked.options, { origin })
    const verify = { purpose, ceremony: asked.ceremony, response } as const
    expect(await other.stepUp.verifyPasskey({ grant, ...verify })).toMatchObject({ reason: 'signed-out' })
    expect(await other.stepUp.verifyPasskey({ grant: left, ...verify })).toMatchObject({ reason: 'ceremony-ended' })
  })
})
