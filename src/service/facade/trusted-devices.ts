import { endAllDeviceTrust, endDeviceTrust } from '../../core/account/sessions/end-device-trust.ts'
import type { TrustedDeviceView } from '../../core/account/record/views.ts'
import { viewTrustedDevices } from '../../core/account/record/views.ts'
import type { Kernel } from '../loop/kernel.ts'
import type { Failure, PageCall } from './call/page-call.ts'
import { runFor, signedOut, text } from './call/page-call.ts'

export interface TrustedDevices {
  /**
   * The browsers that are asked for no factor at sign-in, the one used last first.
   *
   * @contract effect(storage) · times ms · ok|signed-out · throws NL_STORAGE_FAILED, NL_RECORD_…
   */
  list(
    input: PageCall,
  ): Promise<{ readonly ok: true; readonly devices: readonly TrustedDeviceView[] } | Failure<'signed-out'>>
  /**
   * Takes the trust of one back, by the id that `list` shows.
   *
   * @contract effect(storage) · ok|signed-out|not-found|busy · throws NL_STORAGE_FAILED, NL_STORAGE_UNKNOWN, NL_RECORD_…
   */
  revoke(
    input: PageCall & { readonly device: unknown },
  ): Promise<{ readonly ok: true; readonly ended: number } | Failure<'signed-out' | 'not-found' | 'busy'>>
  /**
   * Takes the trust of all back.
   *
   * @contract effect(storage) · ok|signed-out|busy · throws NL_STORAGE_FAILED, NL_STORAGE_UNKNOWN, NL_RECORD_…
   */
  revokeAll(input: PageCall): Promise<{ readonly ok: true; readonly ended: number } | Failure<'signed-out' | 'busy'>>
}

export function createTrustedDevices(kernel: Kernel): TrustedDevices {
  return {
    async list(input) {
      const entered = await kernel.loadFor(input.grant)
      if (entered === null) return signedOut
      const { deviceId } = kernel.client(input.client, entered.acting.accountId)
      return { ok: true, devices: viewTrustedDevices(entered.record.state, deviceId, kernel.now()) }
    },

    async revoke(input) {
      const device = text(input.device)
      return runFor(kernel, input, endDeviceTrust, ({ auth }) => ({ auth, device }))
    },

    revokeAll: (input) => runFor(kernel, input, endAllDeviceTrust, ({ auth }) => ({ auth })),
  }
}
