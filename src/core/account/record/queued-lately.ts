import type { limits } from '../../limits.ts'
import type { Counts } from './tally.ts'

/** A share of the messages of an account. */
export type Pool = keyof typeof limits.messages

/** How many messages of an account were queued in the last days. */
export interface QueuedLately extends Readonly<Record<Pool, Counts>> {
  /** The number of the newest piece of time. */
  readonly piece: number
  /** For each notice how many pieces ago it took the place of its first, by the order of its place. `-`: it did not. */
  readonly firsts: string
}

export const noneQueued: QueuedLately = { piece: 0, own: '', others: '', alerts: '', changes: '', firsts: '' }
