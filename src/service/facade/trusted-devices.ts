import { endAllDeviceTrust, endDeviceTrust } from '../../core/account/sessions/end-device-trust.ts'
import type { TrustedDeviceView } from '../../core/account/sessions/view.ts'
import { viewTrustedDevices } from '../../core/account/sessions/view.ts'
import type { Kernel } from '../loop/kernel.ts'
import type { Failure, PageCall } from './call/page-call.ts'
import { runFor, signedOut } from './call/page-call.ts'
import { idInput } from './call/form-input.ts'
import type { RefusalOf } from './call/refusal.ts'

export interface TrustedDevices {
  /**
   * The browsers that are asked for no factor at sign-in, the one used last first.
   *
   * @contract effect(storage) · times ms · ok|signed-out · throws NL_STORAGE_FAILED, NL_RECORD_…
   * @example
   * const listed = await nl.trustedDevices.list({ grant, client })
   * if (listed.ok) res.json(listed.devices)
   */
  list(
    input: PageCall,
  ): Promise<{ readonly ok: true; readonly devices: readonly TrustedDeviceView[] } | Failure<'signed-out'>>
  /**
   * Ends the trust of one browser, by the id that `list` shows.
   *
   * @contract effect(storage) · ok|signed-out|not-found|busy
   *   · throws NL_STORAGE_FAILED, NL_STORAGE_UNKNOWN, NL_RECORD_…
   * @example
   * await nl.trustedDevices.revoke({ grant, device: req.body.id, client })
   */
  revoke(
    input: PageCall & { readonly device: unknown },
  ): Promise<{ readonly ok: true; readonly ended: number } | Failure<RefusalOf<typeof endDeviceTrust>>>
  /**
   * Ends the trust of all browsers.
   *
   * @contract effect(storage) · ok|signed-out|busy · throws NL_STORAGE_FAILED, NL_STORAGE_UNKNOWN, NL_RECORD_…
   * @example
   * const all = await nl.trustedDevices.revokeAll({ grant, client })
   * if (all.ok) res.json({ ended: all.ended })
   */
  revokeAll(
    input: PageCall,
  ): Promise<{ readonly ok: true; readonly ended: number } | Failure<RefusalOf<typeof endAllDeviceTrust>>>
}

export function createTrustedDevices(kernel: Kernel): TrustedDevices {
  return {
    async list(input) {
      const signedIn = await kernel.loadSignedIn(input.grant)
      if (signedIn === null) return signedOut
      const { deviceId } = kernel.client(input.client, signedIn.acting.accountId)
      return { ok: true, devices: viewTrustedDevices(signedIn.record.state, deviceId, kernel.now()) }
    },

    async revoke(input) {
      const device = idInput(input.device)
      return runFor(kernel, input, endDeviceTrust, ({ auth }) => ({ auth, device }))
    },

    revokeAll: (input) => runFor(kernel, input, endAllDeviceTrust, ({ auth }) => ({ auth })),
  }
}
