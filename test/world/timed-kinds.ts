import type { ClientInfo, Nightlatch } from 'nightlatch'
import { memorySms } from 'nightlatch/testing'
import { limits } from '../../src/core/limits.ts'
import { smsLimits } from '../../src/core/sms/limits.ts'
import { skewed } from './clock.ts'
import { expectOk, expectStatus } from './expect-outcome.ts'
import { createAuthenticator } from './passkey-authenticator.ts'
import { origin } from './passkey-ceremony.ts'
import { authenticator, elsewhere } from './person.ts'
import { frequentSends, newcomer } from './phone.ts'
import { newestOf } from './reading.ts'
import type { Scene as Owner } from './several-factors.ts'
import { everyMethod, latestCode, passkeyAnswer, personWithEverything } from './several-factors.ts'
import { unlimited } from './unlimited.ts'
import { createWorld } from './world.ts'

/** One account on two servers whose clocks differ. `nl` is behind, and goes by the clock of the world. */
export interface TwoClocks extends Owner {
  readonly fast: Nightlatch
  clockOf(server: Nightlatch): number
  /** A network that nothing came from before. */
  fresh(): ClientInfo
}

/** Uses a thing on a server: `accepted`, or why it was not. */
export type Use = (server: Nightlatch) => Promise<string>

/** Something that a server makes and that any server accepts until its end. */
export interface TimedKind {
  readonly title: string
  /** From when it is made to its end. Infinity: it has none. */
  readonly lifeMs: number
  /** It is accepted by clocks that are so far behind. */
  readonly earlyMs?: number
  /** It is accepted once. Otherwise it is accepted until its end. */
  readonly once: boolean
  /** What it is answered once it is used or over. */
  readonly refusals: readonly string[]
  make(scene: TwoClocks, server: Nightlatch): Promise<Use>
}

const step = 30_000
const start = { name: 'ada@people.example', accountId: 'ada', primary: 'password' } as const
const answerOf = (outcome: { readonly status: string; readonly reason?: string }): string =>
  outcome.status === 'granted' ? 'accepted' : (outcome.reason ?? outcome.status)
const resultOf = (outcome: { readonly ok: boolean; readonly reason?: string }): string =>
  outcome.ok ? 'accepted' : (outcome.reason ?? '')

/** Somebody with every method on, an hour later, at the first millisecond of a step of both clocks. */
export async function twoClocks(apartMs: number): Promise<TwoClocks> {
  const sms = memorySms()
  const token = createAuthenticator()
  const methods = everyMethod(sms)
  const world = createWorld({ options: { ...methods, sms: { ...methods.sms, sends: frequentSends }, ...unlimited } })
  const { nl, clock } = world
  const ada = await personWithEverything(world, sms, token)
  const fast = world.instance({ clock: skewed(clock, apartMs) })
  let networks = 0
  clock.set(Math.ceil(clock() / step) * step + 120 * step)
  return {
    world,
    nl,
    sms,
    token,
    ada,
    fast,
    clockOf: (server) => clock() + (server === fast ? apartMs : 0),
    fresh: () => elsewhere(networks++),
  }
}

/**
 * The owner signs in twice and spends a proof on a server, all by passkey. So that server drops from every list of the
 * record what is over by its clock.
 */
export async function comesBy({ token }: Pick<TwoClocks, 'token'>, server: Nightlatch): Promise<void> {
  const alone = await server.signIn.verifyPasskey(await passkeyAnswer(server, token))
  expectStatus(alone, 'granted')
  const { challenge } = expectStatus(await server.signIn.start(start), 'challenge')
  const asked = await passkeyAnswer(server, token, challenge)
  const { grant } = expectStatus(await server.signIn.verifyPasskey({ ...asked, challenge }), 'granted')
  const { proof } = await stepUp(server, { token, grant })
  expectOk(await server.passkeys.register({ grant, proof }))
}

async function stepUp(
  server: Nightlatch,
  { token, grant }: { readonly token: TwoClocks['token']; readonly grant: string },
): Promise<{ readonly proof: string; readonly grant: string }> {
  const { ceremony, options } = expectOk(await server.stepUp.passkeyOptions({ grant }))
  const response = token.get(options, { origin })
  return expectOk(await server.stepUp.verifyPasskey({ grant, purpose: 'factors', ceremony, response }))
}

/** A session and a proof that were made on a server just now. */
async function signedIn(server: Nightlatch, { token }: TwoClocks): ReturnType<typeof stepUp> {
  const { grant } = expectStatus(await server.signIn.verifyPasskey(await passkeyAnswer(server, token)), 'granted')
  return stepUp(server, { token, grant })
}

async function begin(server: Nightlatch, client: ClientInfo = {}): Promise<string> {
  return expectStatus(await server.signIn.start({ ...start, client }), 'challenge').challenge
}

const ofSignIn: readonly TimedKind[] = [
  {
    title: 'a challenge',
    lifeMs: limits.challengeMs,
    once: true,
    refusals: ['challenge-ended'],
    async make({ ada, fresh }, server) {
      const challenge = await begin(server)
      const codes = [...ada.backupCodes]
      return async (asked) => {
        const answer = answerOf(await asked.signIn.verify({ challenge, code: codes[0], client: fresh() }))
        if (answer === 'accepted') codes.shift()
        return answer
      }
    },
  },
  {
    title: 'a ceremony under a challenge',
    lifeMs: limits.ceremonyMs,
    once: true,
    refusals: ['challenge-ended'],
    async make({ token }, server) {
      const challenge = await begin(server)
      const answer = await passkeyAnswer(server, token, challenge)
      return async (asked) => answerOf(await asked.signIn.verifyPasskey({ ...answer, challenge }))
    },
  },
  {
    title: 'a ceremony without a name',
    lifeMs: limits.ceremonyMs,
    once: true,
    refusals: ['challenge-ended'],
    async make({ token }, server) {
      const answer = await passkeyAnswer(server, token)
      return async (asked) => answerOf(await asked.signIn.verifyPasskey(answer))
    },
  },
  {
    title: 'a code by SMS for a sign-in',
    lifeMs: smsLimits.codeMs,
    once: true,
    refusals: ['expired', 'challenge-ended'],
    async make({ sms, fresh }, server) {
      const challenge = await begin(server)
      expectStatus(await server.signIn.sendCode({ challenge }), 'challenge')
      const code = await latestCode(server, sms)
      return async (asked) => answerOf(await asked.signIn.verify({ challenge, code, factor: 'sms', client: fresh() }))
    },
  },
  {
    title: 'a step of an authenticator',
    lifeMs: 2 * step,
    earlyMs: step,
    once: true,
    refusals: ['used', 'wrong'],
    async make({ ada, clockOf, world, fresh }, server) {
      const code = ada.app.code((clockOf(server) - world.clock()) / step)
      return async (asked) => {
        const client = fresh()
        const challenge = await begin(asked, client)
        return answerOf(await asked.signIn.verify({ challenge, code, factor: 'totp', client }))
      }
    },
  },
  {
    title: 'a backup code',
    lifeMs: Infinity,
    once: true,
    refusals: ['used'],
    async make({ ada, fresh }) {
      const [code] = ada.backupCodes
      return async (asked) => {
        const client = fresh()
        const challenge = await begin(asked, client)
        return answerOf(await asked.signIn.verify({ challenge, code, client }))
      }
    },
  },
]

const ofDevices: readonly TimedKind[] = [
  {
    title: 'the text by which a device is trusted',
    lifeMs: 30 * 86_400_000,
    once: true,
    refusals: ['challenge'],
    async make({ token }, server) {
      const challenge = await begin(server)
      const shown = await passkeyAnswer(server, token, challenge)
      const entered = await server.signIn.verifyPasskey({ ...shown, challenge, trustDevice: true })
      const { deviceToken: device } = expectStatus(entered, 'granted')
      return async (asked) => answerOf(await asked.signIn.start({ ...start, client: { device } }))
    },
  },
  {
    title: 'a device token',
    lifeMs: limits.deviceTokenMs,
    once: false,
    refusals: ['unknown'],
    async make({ token, nl }, server) {
      const entered = await server.signIn.verifyPasskey(await passkeyAnswer(server, token))
      const { deviceToken: device } = expectStatus(entered, 'granted')
      return async (asked) => {
        await begin(asked, { device })
        const begun = await newestOf(nl, 'ada', 'mfa_challenge')
        return begun?.values.knownDevice === true ? 'accepted' : 'unknown'
      }
    },
  },
]

const ofSessions: readonly TimedKind[] = [
  {
    title: 'a grant',
    lifeMs: limits.sessionMs,
    once: false,
    refusals: ['signed-out'],
    async make({ token }, server) {
      const { grant } = expectStatus(await server.signIn.verifyPasskey(await passkeyAnswer(server, token)), 'granted')
      return async (asked) => resultOf(await asked.sessions.check({ grant }))
    },
  },
  {
    title: 'a ceremony of a step-up',
    lifeMs: limits.ceremonyMs,
    once: true,
    refusals: ['ceremony-ended'],
    async make(scene, server) {
      const { grant } = await signedIn(server, scene)
      const { ceremony, options } = expectOk(await server.stepUp.passkeyOptions({ grant }))
      const response = scene.token.get(options, { origin })
      return async (asked) =>
        resultOf(await asked.stepUp.verifyPasskey({ grant, purpose: 'factors', ceremony, response }))
    },
  },
  {
    title: 'a code by SMS for a step-up',
    lifeMs: smsLimits.codeMs,
    once: true,
    refusals: ['expired'],
    async make(scene, server) {
      const { grant } = await signedIn(server, scene)
      expectOk(await server.stepUp.sendCode({ grant }))
      const code = await latestCode(server, scene.sms)
      return async (asked) => resultOf(await asked.stepUp.verify({ grant, purpose: 'factors', code, factor: 'sms' }))
    },
  },
  {
    title: 'a proof',
    lifeMs: limits.proofMs,
    once: true,
    refusals: ['step-up'],
    async make(scene, server) {
      const page = await signedIn(server, scene)
      return async (asked) => resultOf(await asked.totp.enroll(page))
    },
  },
]

const ofEnrollments: readonly TimedKind[] = [
  {
    title: 'a ceremony of a registration',
    lifeMs: limits.ceremonyMs,
    once: true,
    refusals: ['no-enrollment'],
    async make(scene, server) {
      const page = await signedIn(server, scene)
      const { ceremony, options } = expectOk(await server.passkeys.register(page))
      const response = createAuthenticator().create(options, { origin })
      return confirming(page.grant, (asked, grant) => asked.passkeys.confirm({ grant, ceremony, response }))
    },
  },
  {
    title: 'an authenticator that waits for its first code',
    lifeMs: limits.enrollmentMs,
    once: true,
    refusals: ['no-enrollment'],
    async make(scene, server) {
      const page = await signedIn(server, scene)
      const { uri, authenticator: id } = expectOk(await server.totp.enroll(page))
      const app = authenticator(uri, id, scene.world.clock)
      return confirming(page.grant, (asked, grant) => {
        const code = app.code(Math.floor((scene.clockOf(asked) - scene.world.clock()) / step))
        return asked.totp.confirm({ grant, code })
      })
    },
  },
  {
    title: 'a code by SMS for a new number',
    lifeMs: smsLimits.codeMs,
    once: true,
    refusals: ['expired', 'no-enrollment'],
    async make(scene, server) {
      const page = await signedIn(server, scene)
      expectOk(await server.sms.enroll({ ...page, number: '+36209876543' }))
      const code = await latestCode(server, scene.sms)
      return confirming(page.grant, (asked, grant) => asked.sms.confirm({ grant, code }))
    },
  },
  {
    title: 'a password before the first factor',
    lifeMs: limits.freshPrimaryMs,
    once: false,
    refusals: ['reauthenticate'],
    async make(_, server) {
      const { grant } = await newcomer({ nl: server }, 'bob')
      return async (asked) => resultOf(await asked.totp.enroll({ grant }))
    },
  },
]

/** Confirms with the newest grant of the session, which the confirmation renews. */
function confirming(first: string, confirm: (server: Nightlatch, grant: string) => Confirmed): Use {
  let grant = first
  return async (server) => {
    const confirmed = await confirm(server, grant)
    if (confirmed.ok) grant = confirmed.grant ?? ''
    return resultOf(confirmed)
  }
}

type Confirmed = ReturnType<Nightlatch['totp' | 'sms' | 'passkeys']['confirm']>

export const timedKinds: readonly TimedKind[] = [...ofSignIn, ...ofDevices, ...ofSessions, ...ofEnrollments]
