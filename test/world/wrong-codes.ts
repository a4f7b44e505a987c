import type { ClientInfo, Nightlatch, SignInOutcome } from 'nightlatch'
import { limits } from '../../src/core/limits.ts'
import type { Person } from './person.ts'
import { elsewhere, wrongCode } from './person.ts'
import { stateOf } from './reading.ts'
import { times } from './times.ts'
import type { World } from './world.ts'

/** What came of a wrong code under a challenge of its own. */
export async function typeWrongCode(nl: Nightlatch, person: Person, client: ClientInfo): Promise<SignInOutcome> {
  const challenge = await person.challenge(client)
  return nl.signIn.verify({ challenge, code: wrongCode(person.app), client })
}

/** As many wrong codes, each from another network, counted up from the first. */
export async function typeWrongCodes(nl: Nightlatch, person: Person, count: number, first = 0): Promise<void> {
  for (const n of times(count)) await typeWrongCode(nl, person, elsewhere(first + n))
}

/** Wrong codes from ever new networks, each after the lock of the one before, until TOTP is off. */
export async function typeWrongCodesUntilOff({ nl, clock, storage }: World, person: Person, first = 0): Promise<void> {
  for (let n = first; (await stateOf(storage, person.id)).totp.failures < limits.hardStop; n++) {
    clock.advance(limits.lockMs)
    await typeWrongCode(nl, person, elsewhere(n))
  }
}
