import { requireInteger } from '../../core/arguments.ts'

/** Sweeps at an interval until it is stopped. */
export interface SweepTimer {
  start(everyMs: number): void
  stop(): void
}

export function createSweepTimer(sweep: () => void): SweepTimer {
  let timer: ReturnType<typeof setInterval> | null = null
  return {
    start(everyMs) {
      requireInteger(everyMs, 'everyMs', { from: 1000, to: 86_400_000 })
      if (timer !== null) return
      timer = setInterval(sweep, everyMs)
      // The timer alone must not keep a process running.
      if (typeof timer === 'object' && 'unref' in timer) timer.unref()
    },
    stop() {
      if (timer !== null) clearInterval(timer)
      timer = null
    },
  }
}
