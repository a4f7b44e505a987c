import { once } from 'node:events'
import type { ClientInfo } from 'nightlatch'
import { sqlStorage } from 'nightlatch/storage/sql'
import { fakeClock } from '../world/clock.ts'
import { createWorld } from '../world/world.ts'
import { openFile } from './sqlite-file.ts'

export interface Guess {
  readonly flow: 'sign-in' | 'step-up' | 'turn-off'
  /** A challenge at sign-in, a grant in the other flows. */
  readonly token: string
  readonly code: string
  readonly client: ClientInfo
}

export interface Job {
  readonly file: string
  /** ms since epoch: time stands still, so that no wait runs out on a slow machine. */
  readonly at: number
  readonly guesses: readonly Guess[]
}

/**
 * One server in a process of its own. When its parent sends a message, it types all its guesses at once. Then it sends
 * the answers.
 */
process.on('disconnect', () => process.exit(0))
process.send?.('ready')
for (;;) {
  const [{ file, at, guesses }] = (await once(process, 'message')) as [Job]
  const db = openFile(file, { busyTimeout: 60_000 })
  // Random bytes of its own, so that its pauses after a conflict differ from those of the others.
  const random = (length: number): Uint8Array => crypto.getRandomValues(new Uint8Array(length))
  const { nl } = createWorld({ storage: sqlStorage(db), clock: fakeClock(at), options: { random } })
  const attempt = {
    'sign-in': ({ token, code, client }: Guess) => nl.signIn.verify({ challenge: token, code, client }),
    'step-up': ({ token, code, client }: Guess) => nl.stepUp.verify({ grant: token, purpose: 'factors', code, client }),
    'turn-off': ({ token, code, client }: Guess) => nl.accounts.turnOffTwoFactor({ grant: token, code, client }),
  } as const
  process.send?.('ready')
  await once(process, 'message')
  const answers = await Promise.all(guesses.map((guess) => attempt[guess.flow](guess)))
  await nl.outbox.idle()
  await db.destroy()
  process.send?.(answers.map((answer) => ('reason' in answer ? answer.reason : 'accepted')))
}
