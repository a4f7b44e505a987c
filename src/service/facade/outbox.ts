import type { SweepResult } from '../messages/sweeper.ts'

/** Mails and codes by SMS that wait to be sent. The process that made a message sends it; a sweeper sends the rest. */
export interface OutboxControl {
  /**
   * Takes messages that are due and sends them. For a scheduled job, where no process runs long enough to sweep.
   *
   * @contract effect(storage, mailer, sms) · limit messages (default 20) · how many were sent
   *   · throws NL_ARGUMENT, NL_STORAGE_FAILED
   * @example
   * const { sent, retried, dead } = await nl.outbox.sweep({ limit: 100 })
   */
  sweep(options?: { readonly limit?: number }): Promise<SweepResult>
  /**
   * Waits until everything that this process is sending is settled, and every fact is stored.
   *
   * @contract effect(none) · nothing · throws none
   * @example
   * await nl.outbox.idle()
   */
  idle(): Promise<void>
  /**
   * Starts the sweeper, if it does not run yet. It runs by itself from the first call on, unless `outbox.sweep` is
   * `manual`.
   *
   * @contract effect(storage, mailer, sms) · everyMs ms (1 s to 24 h) · nothing · throws NL_ARGUMENT
   * @example
   * nl.outbox.start(30_000)
   */
  start(everyMs: number): void
  /**
   * Stops the sweeper. What is being sent goes on: wait for `idle` before the process ends.
   *
   * @contract effect(none) · nothing · throws none
   * @example
   * nl.outbox.stop()
   * await nl.outbox.idle()
   */
  stop(): void
}
