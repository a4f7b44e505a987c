import { NightlatchError } from '../core/errors.ts'
import type { Mail, Mailer } from '../ports/mailer.ts'
import type { OutletBehavior } from './outlet.ts'
import { createOutlet } from './outlet.ts'

export type MailerBehavior = OutletBehavior

export interface MemoryMailer extends Mailer {
  /** Every accepted mail, the oldest first. */
  readonly mails: readonly Mail[]
  /** How often `send` was called. */
  readonly calls: number
  behave(behavior: MailerBehavior): void
  clear(): void
}

/**
 * A mailer that keeps mails in memory. A test can make it fail or hang.
 *
 * @contract effect(memory) · accepted · throws NL_MAIL_FAILED (on demand)
 * @example
 * const mailer = memoryMailer()
 * const nl = createNightlatch({ ...options, mailer })
 */
export function memoryMailer(): MemoryMailer {
  const outlet = createOutlet<Mail>(() => new NightlatchError('NL_MAIL_FAILED', 'the mailer was told to fail'))
  const { taken: mails, send, behave, clear } = outlet
  return {
    mails,
    get calls() {
      return outlet.calls
    },
    send,
    behave,
    clear,
  }
}
