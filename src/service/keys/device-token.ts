import { limits } from '../../core/limits.ts'
import type { DeviceAccount, TokenPayloads } from '../../core/token/index.ts'
import { accountHash } from './account-id.ts'
import type { OpenedClient } from './client.ts'
import type { Kernel } from '../loop/kernel.ts'

const mostAccounts = 8

/**
 * The token of a browser that completed a sign-in, and the header of the cookie that keeps it. One browser may be known
 * to several accounts: a sign-in to one keeps the others in the token, and their trust. By `id` this account knows it
 * from now on, and by `trust` it trusts it. `grant` is what the sign-in gave.
 */
export function keptDevice(
  kernel: Kernel,
  { grant, id, trust }: { readonly grant: TokenPayloads['grant']; readonly id: string; readonly trust: string | null },
  client: OpenedClient,
): { readonly setCookie: string; readonly deviceToken: string } {
  const { birth, commit } = grant
  const own: DeviceAccount = { account: accountHash(grant.account), id, birth, commit, trust: trust ?? '' }
  const others = client.deviceAccounts.filter(({ account }) => account !== own.account)
  const deviceToken = kernel.seal('device', {
    accounts: [own, ...others].slice(0, mostAccounts),
    expiresAt: kernel.now() + limits.deviceTokenMs,
  })
  return { setCookie: kernel.setCookie(deviceToken), deviceToken }
}
