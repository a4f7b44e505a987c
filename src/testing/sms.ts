import { NightlatchError } from '../core/errors.ts'
import type { Sms, SmsSender } from '../ports/sms.ts'

/**
 * `deliver`: accepts. `fail`: refuses. `lose-reply`: accepts, and then rejects, as when a connection breaks after the
 * gateway took the message. `hang`: neither, until the behavior is changed; then what hung is settled by the new one.
 */
export type SmsBehavior = 'deliver' | 'fail' | 'lose-reply' | 'hang'

export interface MemorySms extends SmsSender {
  /** Every accepted message, the oldest first. */
  readonly messages: readonly Sms[]
  /** How often `send` was called. */
  readonly calls: number
  behave(behavior: SmsBehavior): void
  clear(): void
}

/**
 * An inbox in memory for every number: shows in development what a telephone would, and fails or hangs when told to.
 *
 * @contract effect(memory) · outcomes accepted · throws NL_SMS_FAILED (when told to)
 */
export function memorySms(): MemorySms {
  const messages: Sms[] = []
  let behavior: SmsBehavior = 'deliver'
  let calls = 0
  let waiting: (() => void)[] = []

  function failed(): NightlatchError {
    return new NightlatchError('NL_SMS_FAILED', 'the SMS sender was told to fail')
  }
  async function send(sms: Sms): Promise<void> {
    calls++
    while (behavior === 'hang') await new Promise<void>((resolve) => waiting.push(resolve))
    if (behavior === 'fail') throw failed()
    messages.push(sms)
    if (behavior === 'lose-reply') throw failed()
  }
  return {
    messages,
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
      messages.length = 0
    },
  }
}
