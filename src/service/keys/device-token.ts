import { limits } from '../../core/limits.ts'
import { accountHash } from './account-id.ts'
import type { OpenedClient } from './client.ts'
import type { Kernel } from '../loop/kernel.ts'

const mostAccounts = 8

/**
 * The token of a browser that completed a sign-in. One browser may be known to several accounts: a sign-in to one keeps
 * the others in the token, and their trust. `trust` is the text by which this account trusts it from now on.
 */
export function sealDevice(
  kernel: Kernel,
  device: { readonly account: string; readonly id: string; readonly trust: string | null },
  client: OpenedClient,
): string {
  const own = accountHash(device.account)
  const others = client.deviceAccounts
    .map((account, index) => ({ account, trust: client.deviceTrusts[index] ?? '' }))
    .filter(({ account }) => account !== own)
  const known = [{ account: own, trust: device.trust ?? '' }, ...others].slice(0, mostAccounts)
  return kernel.seal('device', {
    id: device.id,
    accounts: known.map(({ account }) => account),
    trusts: known.map(({ trust }) => trust),
    expiresAt: kernel.now() + limits.deviceTokenMs,
  })
}
