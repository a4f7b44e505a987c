import { NightlatchError } from '../core/errors.ts'
import type { SmsMessage, SmsSender } from '../ports/sms.ts'
import type { OutletBehavior } from './outlet.ts'
import { createOutlet } from './outlet.ts'

export type SmsBehavior = OutletBehavior

export interface MemorySms extends SmsSender {
  /** Every accepted message, the oldest first. */
  readonly messages: readonly SmsMessage[]
  /** How often `send` was called. */
  readonly calls: number
  behave(behavior: SmsBehavior): void
  clear(): void
}

/**
 * A sender that keeps messages in memory, for tests and for development. A test can make it fail or hang.
 *
 * @contract effect(memory) · accepted · throws NL_SMS_FAILED (on demand)
 * @example
 * const sms = memorySms()
 * const nl = createNightlatch({ ...options, sms: { sender: sms, countries: ['HU'] } })
 */
export function memorySms(): MemorySms {
  const outlet = createOutlet<SmsMessage>(() => new NightlatchError('NL_SMS_FAILED', 'the SMS sender was told to fail'))
  const { taken: messages, send, behave, clear } = outlet
  return {
    messages,
    get calls() {
      return outlet.calls
    },
    send,
    behave,
    clear,
  }
}
