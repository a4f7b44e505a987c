/** Runs the calls of one account one after the other in this process, so that they do not conflict at the storage. */
export interface AccountQueue {
  /** Null when too many calls of this account wait already. */
  run<T>(id: string, call: () => Promise<T>): Promise<T> | null
}

export function createAccountQueue(longest = 256): AccountQueue {
  const lines = new Map<string, { tail: Promise<unknown>; length: number }>()
  return {
    run<T>(id: string, call: () => Promise<T>): Promise<T> | null {
      const line = lines.get(id) ?? { tail: Promise.resolve(), length: 0 }
      if (line.length >= longest) return null
      lines.set(id, line)
      line.length += 1
      const turn = line.tail.then(call)
      line.tail = turn
        .catch(() => undefined)
        .then(() => {
          line.length -= 1
          if (line.length === 0) lines.delete(id)
        })
      return turn
    },
  }
}
