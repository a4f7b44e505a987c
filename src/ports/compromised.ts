/** Wrong codes behind a right password show that somebody else knows the password. */
export interface Compromised {
  readonly accountId: string
  /** `lock`: so many codes were wrong in a row that code entry locked. `luck`: all guesses for now are used up. */
  readonly reason: 'lock' | 'luck'
  /** ms since epoch */
  readonly at: number
}

/**
 * Told at most every 6 hours of the lock and every 24 of luck, and anew after a change of the password. Nothing waits
 * for it. An error of it, or no end within 10 s, is reported.
 */
export type OnCompromised = (told: Compromised) => void | Promise<void>
