import type { DraftMessage } from '../../core/account/record/messages.ts'
import type { Channel, NewMessage, RecordId } from '../../ports/storage.ts'
import type { Afterwards } from '../loop/afterwards.ts'
import type { DeliverParts } from './deliver.ts'
import { createDeliver } from './deliver.ts'
import { createDispatch } from './dispatch.ts'
import type { Lease } from './lease.ts'
import { sealMessage } from './sealed-message.ts'
import type { Sweep } from './sweeper.ts'
import { channels, createSweep, createSweepChannel, usualSweep } from './sweeper.ts'

type OutboxParts = DeliverParts & { readonly afterwards: Afterwards }

export interface Outbox {
  seal(recordId: RecordId, messages: readonly DraftMessage[], now: number): readonly NewMessage[]
  /** Sends what this process just committed. The caller does not wait. */
  dispatch(recordId: RecordId, messages: readonly NewMessage[], lease: Lease): void
  readonly sweep: Sweep
  /** Nobody waits for it but `idle`. */
  sweepBehind(): void
  /** Resolves when everything that this process does behind its answers is done. */
  idle(): Promise<void>
}

export function createOutbox({ afterwards, ...parts }: OutboxParts): Outbox {
  const { installation, random } = parts
  const deliver = createDeliver(parts)
  const dispatch = createDispatch(deliver, parts.now)
  const sweepChannel = createSweepChannel({ ...parts, deliver })
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

  const sweptBehind = new Set<Channel>()

  /** As long as everything goes out, more is taken at once. A channel that is being swept is not swept twice. */
  const drain = async (channel: Channel): Promise<void> => {
    if (sweptBehind.has(channel)) return
    sweptBehind.add(channel)
    try {
      for (let isFull = true; isFull;) {
        const { sent, dead } = await sweepChannel(channel, usualSweep)
        isFull = sent + dead === usualSweep
      }
    } finally {
      sweptBehind.delete(channel)
    }
  }

  return {
    sweep: createSweep(sweepChannel),

    sweepBehind() {
      for (const channel of channels) track(drain(channel))
    },

    seal(recordId, messages, at) {
      return messages.map((message) => sealMessage({ ...installation, random }, recordId, message, at))
    },

    dispatch(recordId, messages, lease) {
      for (const message of messages) track(dispatch({ ...message, recordId, attempts: 1 }, lease))
    },

    async idle() {
      await afterwards.done()
      while (running.size > 0) await Promise.all(running)
      // A message that was given up leaves a fact, and a sign-in that was recorded afterwards leaves messages.
      await afterwards.done()
    },
  }
}
