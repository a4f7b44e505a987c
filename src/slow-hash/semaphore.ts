/** Runs tasks in the order they came, at most `limit` at once; a task that fails makes room like any other. */
export function createSemaphore(limit: number): <Value>(task: () => Promise<Value>) => Promise<Value> {
  const waiting: (() => void)[] = []
  let running = 0

  return async (task) => {
    if (running < limit) running++
    // The one that ends hands its place on, so that a newcomer cannot slip in before the first who waits.
    else await new Promise<void>((resolve) => waiting.push(resolve))
    try {
      return await task()
    } finally {
      const next = waiting.shift()
      if (next) next()
      else running--
    }
  }
}
