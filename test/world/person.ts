import type { ClientInfo, Nightlatch } from 'nightlatch'
import { parseKeyUri, totp } from 'nightlatch/otp'
import type { FakeClock } from './clock.ts'
import { expectOk, expectStatus } from './expect-outcome.ts'
import { times } from './times.ts'

/** An authenticator app with one key. */
export interface Authenticator {
  readonly id: string
  readonly secret: Uint8Array
  /** The code now, or `steps` steps of 30 s away from now. */
  code(steps?: number): string
}

export interface Person {
  readonly id: string
  readonly name: string
  readonly client: ClientInfo
  readonly app: Authenticator
  readonly backupCodes: readonly string[]
  /** The grant and the device token that the enrollment left: renew them with {@link Person.signIn}. */
  grant: string
  deviceToken: string
  /** A challenge, by a right password. */
  challenge(client?: ClientInfo, nl?: Nightlatch): Promise<string>
  /** A whole sign-in in the next time step, which leaves grant and device token. */
  signIn(client?: ClientInfo): Promise<void>
  /** A proof for a sensitive change, in the next time step. */
  proof(): Promise<string>
}

export interface PersonOptions {
  readonly nl: Nightlatch
  readonly clock: FakeClock
  readonly id: string
  readonly client?: ClientInfo
}

const step = 30_000

export function authenticator(uri: string, id: string, clock: FakeClock): Authenticator {
  const parsed = parseKeyUri(uri)
  if (!parsed.ok || parsed.key.type !== 'totp') throw new Error('the key URI of no authenticator')
  const { secret, digits, period, algorithm } = parsed.key
  return {
    id,
    secret,
    code: (steps = 0) => totp({ secret, now: clock() + steps * period * 1000, digits, period, algorithm }),
  }
}

/** Registers through the facade as a host would: first sign-in, enrollment in three steps, then one full sign-in. */
export async function enrolledPerson({ nl, clock, id, client = home }: PersonOptions): Promise<Person> {
  const name = `${id}@people.example`
  const first = expectStatus(await nl.signIn.start({ name, accountId: id, primary: 'password', client }), 'granted')
  const enrolled = expectOk(await nl.totp.enroll({ grant: first.grant, label: 'Phone', client }))
  const app = authenticator(enrolled.uri, enrolled.authenticator, clock)
  const confirmed = expectOk(await nl.totp.confirm({ grant: first.grant, code: app.code(), client }))
  clock.advance(step)
  const person: Person = {
    id,
    name,
    client,
    app,
    backupCodes: confirmed.backupCodes ?? [],
    grant: confirmed.grant ?? '',
    deviceToken: first.deviceToken,
    async challenge(from = client, through = nl) {
      const started = await through.signIn.start({ name, accountId: id, primary: 'password', client: from })
      return expectStatus(started, 'challenge').challenge
    },
    async signIn(from = client) {
      clock.advance(step)
      const challenge = await person.challenge(from)
      const granted = expectStatus(await nl.signIn.verify({ challenge, code: app.code(), client: from }), 'granted')
      person.grant = granted.grant
      person.deviceToken = granted.deviceToken
    },
    async proof() {
      clock.advance(step)
      const code = app.code()
      return expectOk(await nl.stepUp.verify({ grant: person.grant, purpose: 'factors', code, client })).proof
    },
  }
  return person
}

/** As many challenges as asked for, each begun from another network, counted up from the first. */
export async function challengesOf(person: Person, count: number, first = 0): Promise<readonly string[]> {
  const challenges: string[] = []
  for (const i of times(count)) challenges.push(await person.challenge(elsewhere(first + i)))
  return challenges
}

/** A well-formed code that is wrong in every step near now. */
export function wrongCode({ code }: Authenticator): string {
  const near = Array.from({ length: 13 }, (_, index) => code(index - 6))
  for (let n = 0; ; n++) {
    const text = String(n).padStart(near[0]?.length ?? 6, '0')
    if (!near.includes(text)) return text
  }
}

/** The client of every person, unless told otherwise. */
export const home: ClientInfo = { ip: '192.0.2.7', userAgent: 'Firefox' }

/** A client of its own network, an IPv4 /24, for every number below 2^23, without a device token. */
export function elsewhere(n: number): ClientInfo {
  return { ip: `${10 + ((n >> 16) & 127)}.${(n >> 8) & 255}.${n & 255}.9`, userAgent: 'curl' }
}
