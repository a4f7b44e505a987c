/**
 * `deliver`: accepts. `fail`: refuses. `lose-reply`: accepts and then rejects, as when a connection breaks after the
 * other side took the message. `hang`: waits until the behavior changes, and then does what the new one says.
 */
export type OutletBehavior = 'deliver' | 'fail' | 'lose-reply' | 'hang'

/** Takes messages and keeps them in memory. Can be made to fail or to hang. */
export interface Outlet<Message> {
  /** Every accepted message, the oldest first. */
  readonly taken: readonly Message[]
  readonly calls: number
  send(message: Message): Promise<void>
  behave(behavior: OutletBehavior): void
  clear(): void
}

export function createOutlet<Message>(failed: () => Error): Outlet<Message> {
  const taken: Message[] = []
  let behavior: OutletBehavior = 'deliver'
  let calls = 0
  let waiting: (() => void)[] = []
  return {
    taken,
    get calls() {
      return calls
    },
    async send(message) {
      calls++
      while (behavior === 'hang') await new Promise<void>((resolve) => waiting.push(resolve))
      if (behavior === 'fail') throw failed()
      taken.push(message)
      if (behavior === 'lose-reply') throw failed()
    },
    behave(next) {
      behavior = next
      const settled = waiting
      waiting = []
      for (const resume of settled) resume()
    },
    clear() {
      taken.length = 0
    },
  }
}
