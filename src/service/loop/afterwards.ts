import { limits } from '../../core/limits.ts'
import { inTime } from './in-time.ts'

/**
 * Work that no answer waits for. It begins a moment after the call, so that neither the time of this answer nor that of
 * the next one shows what was written for whom [THR-12].
 */
export interface Afterwards {
  add(work: () => Promise<unknown>): void
  /** Begins what waits at once, and resolves when all of it is done. */
  done(): Promise<void>
  /**
   * For a reader of what was written: begins what waits at once, and resolves when that is done. It waits neither for
   * what others add meanwhile, nor long for work that hangs.
   */
  caughtUp(): Promise<void>
}

export function createAfterwards(): Afterwards {
  let waiting: (() => Promise<unknown>)[] = []
  let timer: ReturnType<typeof setTimeout> | null = null
  const running = new Set<Promise<unknown>>()

  const begin = (): void => {
    if (timer !== null) clearTimeout(timer)
    timer = null
    const works = waiting
    waiting = []
    for (const work of works) {
      const settled = work()
        .catch(() => undefined)
        .finally(() => {
          running.delete(settled)
        })
      running.add(settled)
    }
  }

  return {
    add(work) {
      waiting.push(work)
      timer ??= setTimeout(begin, limits.afterwardsMs)
    },
    async done() {
      while (waiting.length > 0 || running.size > 0) {
        begin()
        await Promise.all(running)
      }
    },
    async caughtUp() {
      begin()
      await inTime(
        limits.caughtUpMs,
        () => Promise.all(running),
        () => null,
      )
    },
  }
}
