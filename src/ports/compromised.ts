/** Wrong codes behind a right password show that somebody else knows the password. */
export interface Compromised {
  readonly accountId: string
  /** `lock`: so many codes were wrong in a row that code entry locked. `luck`: all guesses for now are used up. */
  readonly reason: 'lock' | 'luck'
  /** ms since epoch */
  readonly at: number
}

/**
 * Told with the mail to the owner, so at most every 6 hours for each reason. Nothing waits for it. An error of it is
 * reported.
 */
export type OnCompromised = (told: Compromised) => void | Promise<void>
