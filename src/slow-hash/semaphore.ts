/** Runs tasks in the order they came, at most `limit` at once. A task that fails ends like any other. */
export function createSemaphore(limit: number): <Value>(task: () => Promise<Value>) => Promise<Value> {
  const waiting: (() => void)[] = []
  let running = 0

  return async (task) => {
    if (running < limit) running++
    // A task that ends gives its place to the first that waits, so that a new one cannot come before it.
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
