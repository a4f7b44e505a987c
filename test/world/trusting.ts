import type { ClientInfo, Nightlatch, NightlatchOptions } from 'nightlatch'
import { trustDevices } from 'nightlatch'
import type { DeviceTrust } from '../../src/core/account/record/state.ts'
import { expectStatus } from './expect-outcome.ts'
import type { Person } from './person.ts'
import { stateOf } from './reading.ts'
import { createWorld } from './world.ts'
import type { World } from './world.ts'

const step = 30_000

export interface Trusting {
  readonly world: World
  readonly nl: Nightlatch
  readonly ada: Person
  /** The browser that ada trusts; `device` is its latest token. */
  browser: ClientInfo & { device: string }
}

export async function trustingWorld(
  options: Partial<NightlatchOptions> = { trustedDevices: trustDevices() },
): Promise<Trusting> {
  const world = createWorld({ options })
  const ada = await world.person()
  const browser = { ...ada.client, device: await trusted(world, ada) }
  return { world, nl: world.nl, ada, browser }
}

/** A sign-in with a factor that makes the browser trusted; the device token that it leaves. */
export async function trusted(world: World, person: Person, from: ClientInfo = person.client): Promise<string> {
  world.clock.advance(step)
  const challenge = await person.challenge(from)
  const code = person.app.code()
  const verified = await world.nl.signIn.verify({ challenge, code, client: from, trustDevice: true })
  const { grant, deviceToken } = expectStatus(verified, 'granted')
  person.grant = grant
  return deviceToken
}

/** Starts a sign-in by a right password, in the trusted browser unless another is named. */
export const start = (
  { nl, ada, browser }: Trusting,
  client: ClientInfo = browser,
): ReturnType<Nightlatch['signIn']['start']> =>
  nl.signIn.start({ name: ada.name, accountId: ada.id, primary: 'password', client })

/** A sign-in that is granted without a factor, as the browser is trusted; the browser has a new token after it. */
export async function enters(scene: Trusting): Promise<string> {
  const granted = expectStatus(await start(scene), 'granted')
  scene.browser.device = granted.deviceToken
  return granted.grant
}

/** The first trust in a browser that the record holds. */
export const trustOf = async ({ world, ada }: Trusting): Promise<DeviceTrust | null> =>
  (await stateOf(world.storage, ada.id)).knownDevices.find(({ trust }) => trust !== null)?.trust ?? null
