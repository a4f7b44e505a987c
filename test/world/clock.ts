export interface FakeClock {
  (): number
  /** Moves time by so many ms; a negative number moves it back. */
  advance(ms: number): void
  set(at: number): void
}

/** 2026-01-01T00:00:00Z: the first millisecond of a TOTP step. */
export const newYear = 1_767_225_600_000

/** A clock that stands still until it is moved. */
export function fakeClock(start: number = newYear): FakeClock {
  let at = start
  const clock = (): number => at
  return Object.assign(clock, {
    advance(ms: number): void {
      at += ms
    },
    set(to: number): void {
      at = to
    },
  })
}

/** The clock of a server that is ahead (or behind, when negative) of another clock. */
export function skewed(clock: FakeClock, byMs: number): FakeClock {
  return Object.assign(() => clock() + byMs, { advance: clock.advance, set: clock.set })
}
