import fc from 'fast-check'
import ipaddr from 'ipaddr.js'
import { describe, expect, it } from 'vitest'
import { parseAddress } from '../../../src/core/network/address.ts'
import { prefixOf } from '../../../src/core/network/prefix.ts'

function prefix(text: string, bits: number): string {
  const parsed = parseAddress(text)
  if (!parsed.ok) throw new Error('no address')
  return prefixOf(parsed.address, bits)
}

describe('the network around an address', () => {
  it.each([
    ['203.0.113.9', 24, '203.0.113.0/24'],
    ['203.0.113.9', 32, '203.0.113.9/32'],
    ['255.255.255.255', 0, '0.0.0.0/0'],
    ['::ffff:203.0.113.9', 24, '203.0.113.0/24'],
    ['2001:db8:1:ffff:ffff::1', 48, '2001:db8:1::/48'],
    ['2001:db8:1:ffff:ffff::1', 56, '2001:db8:1:ff00::/56'],
    ['2001:db8:1:ffff:ffff::1', 64, '2001:db8:1:ffff::/64'],
    ['2001:db8::1', 128, '2001:db8::1/128'],
  ])('[THR-10] of %s with %i bits is %s', (text, bits, expected) => {
    expect(prefix(text, bits)).toBe(expected)
  })

  it('[THR-10] is the one that ipaddr.js finds, for any address and length', () => {
    const bytes = fc.oneof(
      fc.uint8Array({ minLength: 4, maxLength: 4 }),
      fc.uint8Array({ minLength: 16, maxLength: 16 }),
    )
    fc.assert(
      fc.property(bytes, fc.integer({ min: 0, max: 128 }), (address, length) => {
        const peer = ipaddr.fromByteArray([...address])
        fc.pre(peer.kind() === 'ipv4' || !(peer as ipaddr.IPv6).isIPv4MappedAddress())
        const bits = Math.min(length, address.length * 8)
        const [network = '', of] = prefix(peer.toString(), bits).split('/')
        const kind = peer.kind() === 'ipv4' ? ipaddr.IPv4 : ipaddr.IPv6
        expect(of).toBe(String(bits))
        expect(ipaddr.parse(network).toNormalizedString()).toBe(
          kind.networkAddressFromCIDR(`${peer.toString()}/${bits}`).toNormalizedString(),
        )
      }),
    )
  })
})
