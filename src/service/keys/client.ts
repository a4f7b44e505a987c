import { argumentError } from '../../core/arguments.ts'
import { cleanText } from '../../core/text.ts'
import { limits } from '../../core/limits.ts'
import type { DeviceAccount } from '../../core/token/index.ts'
import { formatAddress, networkOf, parseAddress } from '../../core/network/address.ts'
import type { Client } from '../../core/account/record/context.ts'
import { accountHash } from './account-id.ts'
import { openToken } from './tokens.ts'
import type { Installation } from './installation.ts'

/** What the host knows of a request's sender. */
export interface ClientInfo {
  /** The client's address as the host determined it, never a header as received. Absent or unreadable: unknown. */
  readonly ip?: string | null | undefined
  readonly userAgent?: string | null | undefined
  /** The device token from the cookie. */
  readonly device?: string | null | undefined
}

export interface OpenedClient extends Client {
  /** What the device token says of each account that it names. */
  readonly deviceAccounts: readonly DeviceAccount[]
}

/** Reads a request's sender. Only a wrong type throws, because that is the host's mistake and not the sender's. */
export function openClient(
  installation: Installation,
  info: ClientInfo | undefined,
  { now, account }: { readonly now: number; readonly account: string | null },
): OpenedClient {
  if (info !== undefined && (typeof info !== 'object' || info === null)) throw argumentError('client', 'an object')
  const { ip, userAgent, device } = info ?? {}
  if (ip !== undefined && ip !== null && typeof ip !== 'string') throw argumentError('client.ip', 'a string')
  const parsed = parseAddress(ip)
  const token = openToken(installation, 'device', device)
  const accounts = token !== null && token.expiresAt > now ? token.accounts : []
  const name = account === null ? null : accountHash(account)
  const own = accounts.find((entry) => entry.account === name) ?? null
  return {
    ip: parsed.ok ? formatAddress(parsed.address) : null,
    network: parsed.ok ? networkOf(parsed.address) : null,
    userAgent: typeof userAgent === 'string' && userAgent !== '' ? cleanText(userAgent, limits.userAgentLength) : null,
    // If a call names no account, the id for the account of the last sign-in is used for its counts.
    deviceId: (account === null ? accounts[0]?.id : own?.id) ?? null,
    deviceNamesAccount: own !== null,
    deviceMark: own === null ? null : { birth: own.birth, commit: own.commit },
    // Empty: this account does not trust the device.
    deviceTrust: own === null || own.trust === '' ? null : own.trust,
    deviceAccounts: accounts,
  }
}
