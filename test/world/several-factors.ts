import { asSystem, trustDevices } from 'nightlatch'
import type { ClientInfo, Nightlatch, NightlatchOptions } from 'nightlatch'
import { webauthn } from 'nightlatch/passkeys'
import { memorySms } from 'nightlatch/testing'
import type { MemorySms } from 'nightlatch/testing'
import { expectOk } from './expect-outcome.ts'
import { createAuthenticator } from './passkey-authenticator.ts'
import type { Authenticator, AuthenticatorTraits } from './passkey-authenticator.ts'
import { origin, site } from './passkey-ceremony.ts'
import { authenticator } from './person.ts'
import type { Authenticator as App, Person } from './person.ts'
import type { FakeClock } from './clock.ts'
import type { World } from './world.ts'
import { createWorld } from './world.ts'

type Confirmed = Extract<Awaited<ReturnType<Nightlatch['totp']['confirm']>>, { ok: true }>

/** What a call from the security page of an account hands over. */
export interface Page {
  readonly grant: Parameters<Nightlatch['totp']['enroll']>[0]['grant']
  readonly proof?: string | undefined
  readonly client?: ClientInfo | undefined
  readonly switching?: boolean | undefined
}

export const mobile = '+36301234567'

/** A world's options with every method, and browsers that may be trusted. */
export function everyMethod(
  sms: MemorySms = memorySms(),
): Required<Pick<NightlatchOptions, 'sms' | 'passkeys' | 'trustedDevices'>> {
  return {
    sms: { sender: sms, countries: ['HU'], defaultCountry: 'HU' },
    passkeys: { verifier: webauthn(site) },
    trustedDevices: trustDevices(),
  }
}

/** The code of the message that was sent last. */
export async function latestCode(nl: Nightlatch, sms: MemorySms): Promise<string> {
  await nl.outbox.idle()
  const [code] = /\b\d{6}\b/.exec(sms.messages.at(-1)?.text ?? '') ?? []
  if (code === undefined) throw new Error('no code was sent')
  return code
}

/** Another code of six digits. */
export function otherCode(code: string): string {
  return String((Number(code) + 1) % 1_000_000).padStart(6, '0')
}

export async function bindNumber(
  nl: Nightlatch,
  sms: MemorySms,
  page: Page,
  number: string = mobile,
): Promise<Confirmed> {
  expectOk(await nl.sms.enroll({ ...page, number }))
  return expectOk(await nl.sms.confirm({ ...page, code: await latestCode(nl, sms) }))
}

export async function bindPasskey(
  nl: Nightlatch,
  page: Page,
  token: Authenticator = createAuthenticator(),
): Promise<Confirmed> {
  const { ceremony, options } = expectOk(await nl.passkeys.register({ ...page, label: 'Key' }))
  const response = token.create(options, { origin })
  return expectOk(await nl.passkeys.confirm({ ...page, ceremony, response }))
}

export async function bindApp(
  nl: Nightlatch,
  clock: FakeClock,
  page: Page,
): Promise<{ readonly app: App; readonly confirmed: Confirmed }> {
  const enrolled = expectOk(await nl.totp.enroll(page))
  const app = authenticator(enrolled.uri, enrolled.authenticator, clock)
  return { app, confirmed: expectOk(await nl.totp.confirm({ ...page, code: app.code() })) }
}

/** A proof by passkey. */
export async function provePasskey(
  nl: Nightlatch,
  grant: string,
  token: Authenticator,
  purpose: 'factors' | 'passkey-only' = 'factors',
): Promise<string> {
  const { ceremony, options } = expectOk(await nl.stepUp.passkeyOptions({ grant }))
  const response = token.get(options, { origin })
  return expectOk(await nl.stepUp.verifyPasskey({ grant, purpose, ceremony, response })).proof
}

/** The answer of an authenticator to a challenge of a sign-in; without one, to a sign-in by passkey alone. */
export async function passkeyAnswer(
  nl: Nightlatch,
  token: Authenticator,
  challenge?: string,
  traits: AuthenticatorTraits = {},
): Promise<{ readonly ceremony: string; readonly response: unknown }> {
  const { ceremony, options } = expectOk(await nl.signIn.passkeyOptions({ challenge }))
  return { ceremony, response: token.get(options, { origin, ...traits }) }
}

/** Somebody with an app, backup codes, a number and a passkey, and a grant that is current. */
export async function personWithEverything(
  world: World,
  sms: MemorySms,
  token: Authenticator = createAuthenticator(),
): Promise<Person> {
  const { nl } = world
  const person = await world.person()
  const { client } = person
  person.grant = (await bindNumber(nl, sms, { grant: person.grant, proof: await person.proof(), client })).grant ?? ''
  person.grant =
    (await bindPasskey(nl, { grant: person.grant, proof: await person.proof(), client }, token)).grant ?? ''
  await person.signIn()
  return person
}

export const script = (id: string): ReturnType<typeof asSystem> => asSystem(id, 'a test')

/** Somebody with every method on, an hour after the enrollments, and what a test needs of them. */
export interface Scene {
  readonly world: World
  readonly nl: Nightlatch
  readonly sms: MemorySms
  readonly token: Authenticator
  readonly ada: Person
}

export async function everything(options: Partial<NightlatchOptions> = {}): Promise<Scene> {
  const sms = memorySms()
  const token = createAuthenticator()
  const world = createWorld({ options: { ...everyMethod(sms), ...options } })
  const ada = await personWithEverything(world, sms, token)
  world.clock.advance(3_600_000)
  return { world, nl: world.nl, sms, token, ada }
}
