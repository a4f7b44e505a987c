import type { ClientInfo, Nightlatch, NightlatchOptions, SmsOptions } from 'nightlatch'
import type { MemorySms } from 'nightlatch/testing'
import { memorySms } from 'nightlatch/testing'
import type { SmsMessage } from '../../src/ports/sms.ts'
import { expectOk, expectStatus } from './expect-outcome.ts'
import { home } from './person.ts'
import type { World, WorldOptions } from './world.ts'
import { createWorld } from './world.ts'

export interface PhoneWorld extends World {
  readonly sms: MemorySms
  /** What came to a number, oldest first, once every message was sent. */
  received(number?: string): Promise<readonly SmsMessage[]>
  /** The newest code that came to a number. */
  code(number?: string): Promise<string>
}

export const phoneNumber = '+36301234567'
export const otherNumber = '+36209876543'

/** Limits that leave a test to its own subject: a code may be sent every second. */
export const frequentSends = { firstDelayMs: 1000, longestDelayMs: 1000, hourly: 50, daily: 50 } as const

/** A world in which codes are sent to Hungarian numbers. */
export function createPhoneWorld(given: WorldOptions & { readonly sms?: Partial<SmsOptions> } = {}): PhoneWorld {
  const sender = memorySms()
  const sms = { sender, countries: ['HU'], defaultCountry: 'HU', ...given.sms }
  const world = createWorld({ ...given, options: { sms, ...given.options } })
  const instances: Nightlatch[] = [world.nl]
  const received: PhoneWorld['received'] = async (number = phoneNumber) => {
    for (const nl of instances) await nl.outbox.idle()
    return sender.messages.filter(({ to }) => to === number)
  }
  return {
    ...world,
    sms: sender,
    instance(overrides?: Partial<NightlatchOptions>) {
      const nl = world.instance(overrides)
      instances.push(nl)
      return nl
    },
    received,
    async code(number) {
      const text = (await received(number)).at(-1)?.text ?? ''
      const [code] = /\d{6}/.exec(text) ?? []
      if (code === undefined) throw new Error(`no code in ${JSON.stringify(text)}`)
      return code
    },
  }
}

/** Another code of six digits. */
export function anotherCode(code: string, by = 1): string {
  return String((Number(code) + by) % 1_000_000).padStart(6, '0')
}

/** The first sign-in of somebody without a factor: a full grant, and the token of the browser. */
export async function newcomer(
  { nl }: Pick<World, 'nl'>,
  id = 'ada',
  client: ClientInfo = home,
): Promise<{ readonly grant: string; readonly deviceToken: string }> {
  const name = `${id}@people.example`
  return expectStatus(await nl.signIn.start({ name, accountId: id, primary: 'password', client }), 'granted')
}

export interface PhonePerson {
  readonly id: string
  readonly number: string
  readonly backupCodes: readonly string[]
  /** The browser that the account knows. */
  readonly known: ClientInfo
  /** Of the session that enrolled the number. */
  readonly grant: string
  /** Starts a sign-in by a right password: the challenge, and whether its code was sent. */
  start(
    client?: ClientInfo,
    nl?: Nightlatch,
  ): Promise<Extract<Awaited<ReturnType<Nightlatch['signIn']['start']>>, { status: 'challenge' }>>
}

/** Somebody whose only factor is a number, confirmed by the first code that was sent. */
export async function phonePerson(world: PhoneWorld, id = 'ada', number = phoneNumber): Promise<PhonePerson> {
  const { nl } = world
  const { grant, deviceToken } = await newcomer(world, id)
  expectOk(await nl.sms.enroll({ grant, number, client: home }))
  const code = await world.code(number)
  const confirmed = expectOk(await nl.sms.confirm({ grant, code, client: home }))
  const known = { ...home, device: deviceToken }
  const name = `${id}@people.example`
  return {
    id,
    number,
    backupCodes: confirmed.backupCodes ?? [],
    known,
    grant: confirmed.grant ?? '',
    async start(client = known, through = nl) {
      const started = await through.signIn.start({ name, accountId: id, primary: 'password', client })
      return expectStatus(started, 'challenge')
    },
  }
}
