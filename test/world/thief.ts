import type { ClientInfo, Nightlatch } from 'nightlatch'
import type { Authenticator, Person } from './person.ts'
import { wrongCode } from './person.ts'
import type { Player } from './simulation.ts'

/** Somebody who knows the password of a person and types made-up codes. */
export interface Thief extends Player {
  /** Wrong codes that were evaluated. */
  guesses(): number
}

export interface ThiefOptions {
  readonly nl: Nightlatch
  readonly clock: () => number
  readonly victim: Pick<Person, 'name' | 'id'> & { readonly app: Authenticator }
  /** Where the nth try comes from. */
  readonly from: (n: number) => ClientInfo
  /** The shortest time between two guesses, in ms. Default: as soon as one is evaluated. */
  readonly gap?: number
  readonly factor?: 'totp' | 'backup-code' | 'sms'
  /** Another wrong code. Default: one of six digits. */
  readonly code?: () => string
}

const second = 1000
const hour = 3_600_000

/** A new sign-in for each guess, so that no challenge ends. */
export function thief({ nl, clock, victim, from, gap = 0, factor, code }: ThiefOptions): Thief {
  let tries = 0
  let evaluated = 0
  const guess = code ?? ((): string => wrongCode(victim.app))
  const { name, id: accountId } = victim

  return {
    guesses: () => evaluated,

    async act() {
      const client = from(tries++)
      const now = clock()
      const started = await nl.signIn.start({ name, accountId, primary: 'password', client })
      if (started.status === 'refused') return started.retryAt ?? now + hour
      if (started.status !== 'challenge') throw new Error(`a thief got ${started.status}`)
      if (started.retryAt !== undefined && started.retryAt > now) return started.retryAt
      const asked = { challenge: started.challenge, code: guess(), client }
      const answer = await nl.signIn.verify(factor === undefined ? asked : { ...asked, factor })
      if (answer.status === 'challenge' && answer.reason === 'wrong') {
        evaluated += 1
        return Math.max(now + gap, now + second)
      }
      if (answer.status === 'granted') throw new Error('a made-up code opened the account')
      return answer.retryAt ?? now + hour
    },
  }
}
