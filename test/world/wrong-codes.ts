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
  return nl.signIn.verify({ challenge, code: wrongCode(person.app), factor: 'totp', client })
}

/** As many wrong codes, each from another network, counted up from the first. */
export async function typeWrongCodes(nl: Nightlatch, person: Person, count: number, first = 0): Promise<void> {
  for (const n of times(count)) await typeWrongCode(nl, person, elsewhere(first + n))
}

/**
 * Wrong codes, each after the wait or the lock of the one before, until TOTP is off: from ever new networks while they
 * are evaluated there, then from the known device of the person.
 */
export async function typeWrongCodesUntilOff({ nl, clock, storage }: World, person: Person, first = 0): Promise<void> {
  for (let n = first; n < first + 1000; n++) {
    const { failures, strangers } = (await stateOf(storage, person.id)).totp
    if (failures >= limits.hardStop) return
    clock.advance(limits.lockMs)
    const known = { ...person.client, device: person.deviceToken }
    await typeWrongCode(nl, person, strangers < limits.strangersStop ? elsewhere(n) : known)
  }
  throw new Error('no number of wrong codes switches TOTP off')
}
