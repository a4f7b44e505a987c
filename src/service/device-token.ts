import { limits } from '../core/limits.ts'
import { accountHash } from './account-id.ts'
import type { OpenedClient } from './client.ts'
import type { Kernel } from './kernel.ts'

const mostAccounts = 8

/**
 * The token of a browser that completed a sign-in. One browser may be known to several accounts: signing in to one does
 * not make it forget the others.
 */
export function sealDevice(kernel: Kernel, account: string, deviceId: string, client: OpenedClient): string {
  const own = accountHash(account)
  const accounts = [own, ...client.deviceAccounts.filter((other) => other !== own)].slice(0, mostAccounts)
  return kernel.seal('device', { id: deviceId, accounts, expiresAt: kernel.now() + limits.deviceTokenMs })
}
