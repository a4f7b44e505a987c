import { argumentError } from '../../core/arguments.ts'
import { cleanText } from '../../core/text.ts'
import { limits } from '../../core/limits.ts'
import type { DeviceAccount } from '../../core/token/index.ts'
import { formatAddress, networkOf } from '../../core/network/address.ts'
import { readClientAddress } from '../../core/network/client-address.ts'
import type { Client } from '../../core/account/record/context.ts'
import { accountHash } from './account-id.ts'
import { readDeviceCookies } from './device-cookie.ts'
import { openToken } from './tokens.ts'
import type { Installation } from './installation.ts'

/** What the host knows of a request's sender. */
export interface ClientInfo {
  /**
   * The client's address as the host determined it, never a header as received. A port, brackets and a zone are read.
   * A list is not: nobody knows which of its addresses is true. Absent or unreadable: unknown, and `report` is told.
   */
  readonly ip?: string | null | undefined
  readonly userAgent?: string | null | undefined
  /** The request's Cookie header as it came. The device token is read from it. */
  readonly cookies?: string | null | undefined
  /** The device token itself, for an app without cookies. */
  readonly device?: string | null | undefined
}

export interface OpenedClient extends Client {
  /** Why the address that the host passed is not known. Null: it is known, or none was passed. */
  readonly addressFault: 'list' | 'unreadable' | null
  /** What the device token says of each account that it names. */
  readonly deviceAccounts: readonly DeviceAccount[]
  /** The device token as it came. Null: none that counts. */
  readonly deviceToken: string | null
}

/** Reads a request's sender. Only a wrong type throws, because that is the host's mistake and not the sender's. */
export function openClient(
  installation: Installation,
  info: ClientInfo | undefined,
  { now, account, cookieName }: { readonly now: number; readonly account: string | null; readonly cookieName: string },
): OpenedClient {
  if (info !== undefined && (typeof info !== 'object' || info === null)) throw argumentError('client', 'an object')
  const { ip, userAgent, cookies, device } = info ?? {}
  requireText(ip, 'client.ip', 'a string')
  requireText(cookies, 'client.cookies', "the text of the request's Cookie header")
  const read = ip ? readClientAddress(ip) : null
  const name = account === null ? null : accountHash(account)
  const texts = [device, ...(cookies ? readDeviceCookies(cookies, cookieName) : [])]
  const { text: deviceToken, accounts, own } = openDevice(installation, texts, { now, name })
  return {
    ip: read?.ok ? formatAddress(read.address) : null,
    network: read?.ok ? networkOf(read.address) : null,
    addressFault: read === null || read.ok ? null : read.reason,
    userAgent: typeof userAgent === 'string' && userAgent !== '' ? cleanText(userAgent, limits.userAgentLength) : null,
    // If a call names no account, the id for the account of the last sign-in is used for its counts.
    deviceId: (account === null ? accounts[0]?.id : own?.id) ?? null,
    deviceNamesAccount: own !== null,
    deviceMark: own === null ? null : { birth: own.birth, commit: own.commit },
    // Empty: this account does not trust the device.
    deviceTrust: own === null || own.trust === '' ? null : own.trust,
    deviceAccounts: accounts,
    deviceToken,
  }
}

function requireText(value: unknown, name: string, rule: string): void {
  if (value !== undefined && value !== null && typeof value !== 'string') throw argumentError(name, rule)
}

interface OpenedDevice {
  readonly text: string | null
  readonly accounts: readonly DeviceAccount[]
  readonly own: DeviceAccount | null
}

/** The first token that names the account, or else the first one that counts: one of somebody else hides none. */
function openDevice(
  installation: Installation,
  texts: readonly unknown[],
  { now, name }: { readonly now: number; readonly name: string | null },
): OpenedDevice {
  let found: OpenedDevice = { text: null, accounts: [], own: null }
  for (const text of texts) {
    const token = openToken(installation, 'device', text)
    if (token === null || token.expiresAt <= now) continue
    const own = token.accounts.find(({ account }) => account === name) ?? null
    if (own !== null || found.text === null) found = { text: String(text), accounts: token.accounts, own }
    if (own !== null || name === null) break
  }
  return found
}
