import type { DraftMessage } from '../../core/account/record/messages.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Random } from '../../ports/random.ts'
import type { NewMessage, RecordId, Storage } from '../../ports/storage.ts'
import type { Installation } from '../keys/installation.ts'
import type { Afterwards } from '../loop/afterwards.ts'
import type { Facts } from '../loop/facts.ts'
import type { Send } from './channels.ts'
import { createDeliver } from './deliver.ts'
import { sealMessage } from './sealed-message.ts'
import type { Sweep } from './sweeper.ts'
import { createSweep } from './sweeper.ts'

interface OutboxParts {
  readonly storage: Storage
  readonly installation: Installation
  readonly random: Random
  readonly now: Clock
  readonly facts: Facts
  readonly afterwards: Afterwards
  readonly send: Send
}

export interface Outbox {
  seal(recordId: RecordId, messages: readonly DraftMessage[], now: number): readonly NewMessage[]
  /** Sends what this process just committed. The caller does not wait. */
  dispatch(recordId: RecordId, messages: readonly NewMessage[], leaseToken: string): void
  readonly sweep: Sweep
  /** Nobody waits for it but `idle`. */
  sweepBehind(): void
  /** Resolves when everything that this process does behind its answers is done. */
  idle(): Promise<void>
}

export function createOutbox({ storage, installation, random, now, facts, afterwards, send }: OutboxParts): Outbox {
  const deliver = createDeliver({ storage, installation, now, facts, send })
  const sweep = createSweep({ storage, random, now, deliver })
  const running = new Set<Promise<unknown>>()

  /** If the work fails, the message stays leased. The sweeper takes it when the lease is over. */
  const track = (work: Promise<unknown>): void => {
    const settled = work
      .catch(() => undefined)
      .finally(() => {
        running.delete(settled)
      })
    running.add(settled)
  }

  return {
    sweep,

    sweepBehind() {
      track(sweep())
    },

    seal(recordId, messages, at) {
      return messages.map((message) => sealMessage({ ...installation, random }, recordId, message, at))
    },

    dispatch(recordId, messages, leaseToken) {
      for (const message of messages) track(deliver({ ...message, recordId, attempts: 1 }, leaseToken))
    },

    async idle() {
      await afterwards.done()
      while (running.size > 0) await Promise.all(running)
      // A message that was given up leaves a fact, and a sign-in that was recorded afterwards leaves messages.
      await afterwards.done()
    },
  }
}
