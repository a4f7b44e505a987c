import type { SmsPurpose } from '../../sms/index.ts'

/** Whether a message may be sent to a number: the host's risk hook and the limits that many accounts share. */
export interface SendPermitTask {
  readonly kind: 'send-permit'
  /** E.164 */
  readonly phone: string
  readonly country: string
  readonly type: string
  readonly purpose: SmsPurpose
  /** A known device or a signed-in session asked for it. */
  readonly own: boolean
}

export type SendPermit = 'permitted' | 'limited' | 'denied'
