import { limits } from '../../core/limits.ts'

/**
 * Whose call it is. `own`: of a known device, a signed-in session or a script. `strong`: an answer that nobody guesses,
 * such as a passkey. Nobody else can take their places in the line of an account.
 */
export type Place = keyof typeof limits.queuePlaces

const places = Object.keys(limits.queuePlaces) as readonly Place[]

/**
 * Runs the calls of one account one after the other in this process, so that they do not conflict at the storage. A
 * call that hangs does not keep the others waiting for long. Their order is not needed for safety: the compare-and-swap
 * is enough.
 */
export interface AccountQueue {
  /** Whether a call of this account is running. */
  isBusy(id: string): boolean
  /** Null when the places of this kind are taken. The call is told if it had to wait. */
  run<T>(id: string, place: Place, call: (waited: boolean) => Promise<T>): Promise<T> | null
}

interface Line {
  readonly waiting: Readonly<Record<Place, (() => Promise<void>)[]>>
  running: Place
}

export function createAccountQueue(most: Readonly<Record<Place, number>> = limits.queuePlaces): AccountQueue {
  const lines = new Map<string, Line>()

  /** The kinds take turns, so that a flood of one kind does not stop the others. */
  const next = (id: string, line: Line): void => {
    const after = places.indexOf(line.running) + 1
    const place = [...places.slice(after), ...places.slice(0, after)].find((one) => line.waiting[one].length > 0)
    const call = place === undefined ? undefined : line.waiting[place].shift()
    if (place === undefined || call === undefined) {
      lines.delete(id)
      return
    }
    line.running = place
    start(id, line, call)
  }

  const start = (id: string, line: Line, call: () => Promise<void>): void => {
    let isOver = false
    const goOn = (): void => {
      if (isOver) return
      isOver = true
      clearTimeout(timer)
      next(id, line)
    }
    const timer = setTimeout(goOn, limits.turnMs)
    void call().finally(goOn)
  }

  return {
    isBusy: (id) => lines.has(id),

    run<T>(id: string, place: Place, call: (waited: boolean) => Promise<T>): Promise<T> | null {
      const line = lines.get(id)
      const taken = line === undefined ? 0 : line.waiting[place].length + (line.running === place ? 1 : 0)
      if (taken >= most[place]) return null
      return new Promise((resolve, reject) => {
        const turn = (): Promise<void> => call(line !== undefined).then(resolve, reject)
        if (line !== undefined) {
          line.waiting[place].push(turn)
          return
        }
        const begun: Line = { waiting: { own: [], strong: [], other: [] }, running: place }
        lines.set(id, begun)
        start(id, begun, turn)
      })
    },
  }
}
