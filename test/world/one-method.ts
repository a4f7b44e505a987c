import type { Method, Nightlatch, NightlatchOptions, Storage } from 'nightlatch'
import { memorySms } from 'nightlatch/testing'
import type { MemorySms } from 'nightlatch/testing'
import { memoryStorage } from 'nightlatch/storage/memory'
import type { AccountState } from '../../src/core/account/record/state.ts'
import { expectOk, expectStatus } from './expect-outcome.ts'
import { createAuthenticator } from './passkey-authenticator.ts'
import type { Authenticator } from './passkey-authenticator.ts'
import { origin } from './passkey-ceremony.ts'
import { authenticator, home } from './person.ts'
import type { Authenticator as App } from './person.ts'
import { everyMethod, latestCode, mobile, passkeyAnswer, provePasskey } from './several-factors.ts'
import type { Page } from './several-factors.ts'
import { createWorld } from './world.ts'
import type { World } from './world.ts'
import { bodyOf } from './peek.ts'

type Changes = Parameters<Storage['commit']>[0]
type Begun = { readonly ok: true; confirm(nl?: Nightlatch): ReturnType<Nightlatch['totp']['confirm']> }
type Refusal = { readonly ok: false; readonly reason: string }

/** An account without a factor, which may add any, and what was committed for it. */
export interface Scene {
  readonly world: World
  readonly nl: Nightlatch
  readonly sms: MemorySms
  readonly token: Authenticator
  /** Every version of the account so far, oldest first, with the commit that wrote it. */
  readonly versions: readonly { readonly state: AccountState; readonly change: Changes }[]
  grant: string
  app: App | null
  codes: readonly string[]
}

export async function bareAccount(options: Partial<NightlatchOptions> = {}): Promise<Scene> {
  const sms = memorySms()
  const memory = memoryStorage()
  const versions: { state: AccountState; change: Changes }[] = []
  const storage: Storage = {
    ...memory,
    async commit(change) {
      const answer = await memory.commit(change)
      const { state } = bodyOf<{ state: AccountState }>(change.doc)
      if (answer === 'committed') versions.push({ state, change })
      return answer
    },
  }
  const world = createWorld({ storage, options: { ...everyMethod(sms), ...options } })
  const start = { name: 'ada', accountId: 'ada', primary: 'password', client: home } as const
  const { grant } = expectStatus(await world.nl.signIn.start(start), 'granted')
  return { world, nl: world.nl, sms, token: createAuthenticator(), versions, grant, app: null, codes: [] }
}

/** Begins the enrollment of any method; what it answers confirms the enrollment. */
export async function begin(
  scene: Scene,
  method: Method,
  page: Omit<Page, 'grant'> = {},
  nl: Nightlatch = scene.nl,
): Promise<Begun | Refusal> {
  const { sms, token, world } = scene
  const call = { client: home, ...page, grant: scene.grant }
  const confirmed = async (answer: ReturnType<Nightlatch['totp']['confirm']>): ReturnType<typeof nl.totp.confirm> => {
    const told = await answer
    if (!told.ok) return told
    scene.grant = told.grant ?? ''
    scene.codes = told.backupCodes ?? scene.codes
    return told
  }
  if (method === 'totp') {
    const enrolled = await nl.totp.enroll(call)
    if (!enrolled.ok) return enrolled
    const app = authenticator(enrolled.uri, enrolled.authenticator, world.clock)
    return {
      ok: true,
      confirm: (through = nl) => {
        scene.app = app
        return confirmed(through.totp.confirm({ ...call, code: app.code() }))
      },
    }
  }
  if (method === 'sms') {
    const enrolled = await nl.sms.enroll({ ...call, number: mobile })
    if (!enrolled.ok) return enrolled
    const code = await latestCode(nl, sms)
    return {
      ok: true,
      confirm: (through = nl) =>
        confirmed(through.sms.confirm({ ...call, code }) as ReturnType<Nightlatch['totp']['confirm']>),
    }
  }
  const registered = await nl.passkeys.register(call)
  if (!registered.ok) return registered
  const { ceremony, options } = registered
  const response = token.create(options, { origin })
  return {
    ok: true,
    confirm: (through = nl) =>
      confirmed(through.passkeys.confirm({ ...call, ceremony, response }) as ReturnType<Nightlatch['totp']['confirm']>),
  }
}

export async function enroll(scene: Scene, method: Method, page: Omit<Page, 'grant'> = {}): Promise<void> {
  const begun = await begin(scene, method, page)
  if (!begun.ok) throw new Error(`not begun: ${begun.reason}`)
  expectOk(await begun.confirm())
}

/** A proof by one method. A code by SMS waits until one may be sent. */
export async function proveBy(scene: Scene, method: Method | 'backup-code'): Promise<string> {
  const { nl, world, sms, token, grant, codes } = scene
  if (method === 'passkey') return provePasskey(nl, grant, token)
  let [code = ''] = codes
  if (method === 'backup-code') scene.codes = codes.slice(1)
  if (method === 'totp') {
    world.clock.advance(30_000)
    code = scene.app?.code() ?? ''
  }
  if (method === 'sms') {
    world.clock.advance(600_000)
    expectOk(await nl.stepUp.sendCode({ grant, client: home }))
    code = await latestCode(nl, sms)
  }
  return expectOk(await nl.stepUp.verify({ grant, purpose: 'factors', code, client: home })).proof
}

/** A whole sign-in by one method; whether it was granted. */
export async function entersBy(scene: Scene, method: Method | 'backup-code'): Promise<boolean> {
  const { nl, world, sms, token, app, codes } = scene
  world.clock.advance(600_000)
  const client = home
  const started = await nl.signIn.start({ name: 'ada', accountId: 'ada', primary: 'password', client })
  const { challenge } = expectStatus(started, 'challenge')
  if (method === 'passkey') {
    const asked = await nl.signIn.passkeyOptions({ challenge })
    if (!asked.ok) return false
    const answer = await passkeyAnswer(nl, token, challenge)
    return (await nl.signIn.verifyPasskey({ ...answer, challenge, client })).status === 'granted'
  }
  if (method === 'sms' && started.status === 'challenge' && started.sms === undefined) {
    const sent = await nl.signIn.sendCode({ challenge, client })
    if (sent.status !== 'challenge' || sent.sms?.status !== 'queued') return false
  }
  const code = method === 'totp' ? app?.code() : method === 'sms' ? await latestCode(nl, sms) : codes[0]
  if (method === 'backup-code') scene.codes = codes.slice(1)
  return (await nl.signIn.verify({ challenge, code, client })).status === 'granted'
}
