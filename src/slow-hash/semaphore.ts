/** How long a task may wait for its place, and how long it may then keep it. */
export interface Patience {
  readonly waitMs: number
  readonly runMs: number
  /** The error for the caller of a task that took longer. */
  readonly late: () => Error
}

/**
 * Runs tasks in the order they came, at most `limit` at once. A task that fails ends like any other. One that waits too
 * long leaves the line and is never begun. One that runs too long is given up: it cannot be stopped, but the next one
 * gets its place.
 */
export function createSemaphore(
  limit: number,
  { waitMs, runMs, late }: Patience,
): <Value>(task: () => Promise<Value>) => Promise<Value> {
  const waiting = new Set<() => void>()
  let running = 0

  const beginNext = (): void => {
    for (const begin of waiting) {
      if (running >= limit) return
      waiting.delete(begin)
      running++
      begin()
    }
  }

  return <Value>(task: () => Promise<Value>) =>
    new Promise<Value>((resolve, reject) => {
      const begin = (): void => {
        clearTimeout(timer)
        let isOver = false
        const end = (): void => {
          if (isOver) return
          isOver = true
          clearTimeout(timer)
          running--
          beginNext()
        }
        timer = setTimeout(() => {
          reject(late())
          end()
        }, runMs)
        void Promise.resolve().then(task).then(resolve, reject).finally(end)
      }
      let timer = setTimeout(() => {
        waiting.delete(begin)
        reject(late())
      }, waitMs)
      waiting.add(begin)
      beginNext()
    })
}
