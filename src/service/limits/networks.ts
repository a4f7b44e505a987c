import { limits } from '../../core/limits.ts'
import { parseAddress } from '../../core/network/address.ts'
import { prefixOf } from '../../core/network/prefix.ts'
import type { Client } from '../../core/account/record/context.ts'

/** A network that a request comes from, with the tries that it has for one name. */
export interface CountedNetwork {
  readonly text: string
  readonly tries: number
}

/** The networks of a request, the smallest first. They lie within each other. Without an address it is one for all. */
export function countedNetworks({ ip }: Pick<Client, 'ip'>): readonly CountedNetwork[] {
  const parsed = parseAddress(ip)
  if (!parsed.ok) return [{ text: 'unknown', tries: limits.unknownNetworkTries }]
  const prefixes = parsed.address.family === 4 ? limits.ipv4Tries : limits.ipv6Tries
  return prefixes.map(([bits, tries]) => ({ text: prefixOf(parsed.address, bits), tries }))
}

/** The network that is counted over all names: the address itself, or an IPv6 /48. Null without an address. */
export function wholeNetwork({ ip }: Pick<Client, 'ip'>): string | null {
  const parsed = parseAddress(ip)
  return parsed.ok ? prefixOf(parsed.address, parsed.address.family === 4 ? 32 : 48) : null
}
