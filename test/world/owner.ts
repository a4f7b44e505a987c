import type { ClientInfo } from 'nightlatch'
import type { Person } from './person.ts'
import type { Player } from './simulation.ts'
import type { World } from './world.ts'

const step = 30_000
const hour = 3_600_000

export interface Owner extends Player {
  /** What each sign-in came to: `granted` at the first code, or why not. */
  readonly answers: string[]
}

export interface OwnerOptions {
  readonly world: World
  readonly person: Person
  readonly every: number
  /** When the first sign-in is, in ms from now. */
  readonly first?: number
  readonly client: () => ClientInfo
  /** Default: the code that the app shows. */
  readonly code?: () => string | undefined
  /** Called with the device token of each sign-in. */
  readonly keep?: (deviceToken: string) => void
}

/** Signs in again and again, with one code each time. */
export function owner({ world, person, every, first = 0, client, code, keep }: OwnerOptions): Owner {
  const { nl, clock } = world
  const answers: string[] = []
  const begins = clock() + first
  return {
    answers,
    async act() {
      if (clock() < begins) return begins
      // The app shows a code that was not used yet.
      clock.advance(step)
      const from = client()
      const { name, id: accountId } = person
      const started = await nl.signIn.start({ name, accountId, primary: 'password', client: from })
      if (started.status !== 'challenge') {
        answers.push(`start: ${started.status === 'refused' ? started.reason : started.status}`)
        return clock() + every
      }
      const typed = code === undefined ? person.app.code() : code()
      const answer = await nl.signIn.verify({ challenge: started.challenge, code: typed, client: from })
      answers.push(answer.status === 'granted' ? 'granted' : `verify: ${'reason' in answer ? answer.reason : ''}`)
      if (answer.status === 'granted') {
        person.grant = answer.grant
        keep?.(answer.deviceToken)
      }
      return clock() + Math.max(every, hour)
    },
  }
}

/** Signs in on a browser that keeps its device token. */
export function ownerAtHome(world: World, person: Person, every: number, browser: ClientInfo): Owner {
  let device = person.deviceToken
  return owner({
    world,
    person,
    every,
    client: () => ({ ...browser, device }),
    keep: (token) => {
      device = token
    },
  })
}
