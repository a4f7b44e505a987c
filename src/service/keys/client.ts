import { argumentError } from '../../core/arguments.ts'
import { cleanText } from '../../core/text.ts'
import { limits } from '../../core/limits.ts'
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
  /** Hashes of the accounts that the device token names. */
  readonly deviceAccounts: readonly string[]
  /** For each of these accounts the text by which it trusts the device; empty if it does not. */
  readonly deviceTrusts: readonly string[]
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
  const live = token !== null && token.expiresAt > now ? token : null
  const found = account === null ? -1 : (live?.accounts.indexOf(accountHash(account)) ?? -1)
  const own = found < 0 ? undefined : found
  return {
    ip: parsed.ok ? formatAddress(parsed.address) : null,
    network: parsed.ok ? networkOf(parsed.address) : null,
    userAgent: typeof userAgent === 'string' && userAgent !== '' ? cleanText(userAgent, limits.userAgentLength) : null,
    deviceId: live?.id ?? null,
    deviceNamesAccount: own !== undefined,
    deviceTrust: (own !== undefined && live?.trusts[own]) || null,
    deviceAccounts: live?.accounts ?? [],
    deviceTrusts: live?.trusts ?? [],
  }
}
