import { NightlatchError } from '../core/errors.ts'
import type { Mail, Mailer } from '../ports/mailer.ts'

/**
 * `deliver`: accepts. `fail`: refuses. `lose-reply`: accepts, and then rejects, as when a connection breaks after the
 * server took the mail. `hang`: neither, until the behavior is changed; then what hung is settled by the new one.
 */
export type MailerBehavior = 'deliver' | 'fail' | 'lose-reply' | 'hang'

export interface MemoryMailer extends Mailer {
  /** Every accepted mail, the oldest first. */
  readonly mails: readonly Mail[]
  /** How often `send` was called. */
  readonly calls: number
  behave(behavior: MailerBehavior): void
  clear(): void
}

/**
 * A mailer that keeps mails in memory and fails or hangs when told to.
 *
 * @contract effect(memory) · outcomes accepted · throws NL_MAIL_FAILED (when told to)
 */
export function memoryMailer(): MemoryMailer {
  const mails: Mail[] = []
  let behavior: MailerBehavior = 'deliver'
  let calls = 0
  let waiting: (() => void)[] = []

  function failed(): NightlatchError {
    return new NightlatchError('NL_MAIL_FAILED', 'the mailer was told to fail')
  }
  async function send(mail: Mail): Promise<void> {
    calls++
    while (behavior === 'hang') await new Promise<void>((resolve) => waiting.push(resolve))
    if (behavior === 'fail') throw failed()
    mails.push(mail)
    if (behavior === 'lose-reply') throw failed()
  }
  return {
    mails,
    get calls() {
      return calls
    },
    send,
    behave(next) {
      behavior = next
      const settled = waiting
      waiting = []
      for (const resume of settled) resume()
    },
    clear() {
      mails.length = 0
    },
  }
}
