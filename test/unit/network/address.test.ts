import { formatAddress, networkOf, parseAddress } from 'nightlatch/network'
import type { Address } from 'nightlatch/network'
import { describe, expect, it, vi } from 'vitest'

function read(text: string): Address {
  const parsed = parseAddress(text)
  if (!parsed.ok) throw new Error(`${text} is refused`)
  return parsed.address
}

const canonical = (text: string): string => formatAddress(read(text))

describe('parseAddress', () => {
  it.each([
    ['0.0.0.0', 4, [0]],
    ['255.255.255.255', 4, [0xffffffff]],
    ['192.0.2.1', 4, [0xc0000201]],
    ['::', 6, [0, 0, 0, 0]],
    ['1::', 6, [0x10000, 0, 0, 0]],
    ['::1', 6, [0, 0, 0, 1]],
    ['2001:DB8::AbCd', 6, [0x20010db8, 0, 0, 0xabcd]],
    ['1:2:3:4:5:6:7:8', 6, [0x10002, 0x30004, 0x50006, 0x70008]],
    ['1:2:3:4:5:6:7::', 6, [0x10002, 0x30004, 0x50006, 0x70000]],
    ['::2:3:4:5:6:7:8', 6, [0x2, 0x30004, 0x50006, 0x70008]],
    ['0001:0002:0003:0004:0005:0006:0007:0008', 6, [0x10002, 0x30004, 0x50006, 0x70008]],
    ['64:ff9b::192.0.2.1', 6, [0x64ff9b, 0, 0, 0xc0000201]],
    ['1:2:3:4:5:6:1.2.3.4', 6, [0x10002, 0x30004, 0x50006, 0x1020304]],
    ['::1.2.3.4', 6, [0, 0, 0, 0x1020304]],
    ['::fffe:1.2.3.4', 6, [0, 0, 0xfffe, 0x1020304]],
    ['ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', 6, [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff]],
  ])('reads %s', (text, family, words) => {
    expect(parseAddress(text)).toEqual({ ok: true, address: { family, words } })
  })

  it.each([
    '::ffff:192.0.2.1',
    '::FFFF:192.0.2.1',
    '::ffff:c000:201',
    '::ffff:C000:0201',
    '0:0:0:0:0:ffff:192.0.2.1',
    '0:0:0:0:0:ffff:c000:201',
    '0000:0000:0000:0000:0000:ffff:c000:0201',
    '0::0:ffff:192.0.2.1',
    '::0:ffff:c000:201',
  ])('[IP-11] reads the mapped spelling %s as IPv4', (text) => {
    expect(parseAddress(text)).toEqual(parseAddress('192.0.2.1'))
  })

  it.each([
    ['', 0],
    ['1', 1],
    ['127.1', 5],
    ['1.2.3', 5],
    ['1.2.3.4.', 7],
    ['1.2.3.4.5', 7],
    ['.1.2.3.4', 0],
    ['1..2.3', 2],
    ['256.0.0.1', 2],
    ['1.2.3.1000', 9],
    ['010.0.0.1', 1],
    ['1.2.3.00', 7],
    ['0x7f.0.0.1', 1],
    ['1.2.3.4a', 7],
    ['+1.2.3.4', 0],
    ['1.2.3.-4', 6],
    ['2130706433', 4],
    ['1.2.3.4:80', 7],
    ['1.2.3.4/32', 7],
    ['1.2.3.4%eth0', 7],
    [' 1.2.3.4', 0],
    ['1.2.3.4 ', 7],
    ['1.2.3.4\n', 7],
    ['1.2.3.4\0', 7],
    ['1.2.3.\x004', 6],
    ['١.٢.٣.٤', 0],
    ['１.2.3.4', 0],
    ['1。2。3。4', 1],
    [':', 1],
    [':::', 2],
    [':1', 1],
    ['1:', 2],
    ['::1:', 4],
    ['1:2:3:4:5:6:7', 13],
    ['1:2:3:4:5:6:7:8:9', 15],
    ['1:2:3:4:5:6:7:8::', 15],
    ['::1:2:3:4:5:6:7:8', 17],
    ['1::2::3', 5],
    ['1:::2', 3],
    ['00001::', 4],
    ['g::', 0],
    ['::g', 2],
    ['[::1]', 0],
    ['[::1]:80', 0],
    ['::1%1', 3],
    ['fe80::1%eth0', 7],
    ['::1 ', 3],
    ['::1\0', 3],
    ['::1.2.3', 7],
    ['::1.2.3.4.5', 9],
    ['::01.2.3.4', 3],
    ['::ffff:1.2.3.256', 15],
    ['1.2.3.4::', 7],
    ['::1.2.3.4:5', 9],
    ['1:2:3:4:5:6:7:1.2.3.4', 15],
    ['1:2:3:4:5:6::1.2.3.4', 20],
    ['::１', 2],
    ['localhost', 0],
  ])('[IP-12] refuses %j and names the position', (text, at) => {
    expect(parseAddress(text)).toEqual({ ok: false, reason: 'malformed', at })
  })

  it('reads no character of a text that is too long, and another about twice at most', () => {
    const spy = vi.spyOn(String.prototype, 'charCodeAt')
    const readsOf = (text: string): number => {
      spy.mockClear()
      parseAddress(text)
      return spy.mock.calls.length
    }
    try {
      for (const piece of ['1', '1.', ':', '1:', '::1', 'ffff:', '0', '\0']) {
        expect(readsOf(piece.repeat(10_000))).toBe(0)
        for (let length = 0; length <= 45; length++) {
          const text = piece.repeat(45).slice(0, length)
          expect(readsOf(text)).toBeLessThanOrEqual(2 * length + 6)
        }
      }
      expect(readsOf('0000:0000:0000:0000:0000:ffff:255.255.255.255')).toBeLessThanOrEqual(92)
    } finally {
      spy.mockRestore()
    }
  })
})

describe('formatAddress', () => {
  it.each([
    ['2001:0DB8::0001', '2001:db8::1'],
    ['2001:db8:0:0:0:0:2:1', '2001:db8::2:1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['0:0:0:0:0:0:0:0', '::'],
    ['0:0:0:0:0:0:0:1', '::1'],
    ['1:0:0:0:0:0:0:0', '1::'],
    ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0'],
    ['0:0:1:0:0:1:0:0', '::1:0:0:1:0:0'],
    ['::AAAA:BBBB', '::aaaa:bbbb'],
    ['64:ff9b::192.0.2.33', '64:ff9b::c000:221'],
    ['::ffff:c000:280', '192.0.2.128'],
  ])('[IP-11] writes %s as %s', (text, expected) => {
    expect(canonical(text)).toBe(expected)
    expect(canonical(expected)).toBe(expected)
  })

  it('writes a mapped address as IPv4, also when it was built by hand', () => {
    expect(formatAddress({ family: 6, words: [0, 0, 0xffff, 0xc0000201] })).toBe('192.0.2.1')
  })
})

describe('networkOf', () => {
  it('[THR-10] counts every address of a /64 as one network', () => {
    expect(networkOf(read('2001:db8:0:1::1'))).toBe('2001:db8:0:1::/64')
    expect(networkOf(read('2001:0DB8:0:1:ffff:ffff:ffff:ffff'))).toBe('2001:db8:0:1::/64')
    expect(networkOf(read('2001:db8:0:2::1'))).toBe('2001:db8:0:2::/64')
    expect(networkOf(read('2001:db8::1'))).toBe('2001:db8::/64')
    expect(networkOf(read('::1'))).toBe('::/64')
  })

  it('[THR-10] counts an IPv4 address by itself, mapped or not', () => {
    expect(networkOf(read('192.0.2.1'))).toBe('192.0.2.1')
    expect(networkOf(read('::ffff:c000:201'))).toBe('192.0.2.1')
    expect(networkOf(read('192.0.2.2'))).not.toBe(networkOf(read('192.0.2.1')))
  })
})
