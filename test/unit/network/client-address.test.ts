import { formatAddress } from 'nightlatch/network'
import { describe, expect, it } from 'vitest'
import { readClientAddress } from '../../../src/core/network/client-address.ts'

const read = (text: string): string => {
  const answer = readClientAddress(text)
  return answer.ok ? formatAddress(answer.address) : answer.reason
}

describe('the address of a client', () => {
  it.each([
    ['203.0.113.5', '203.0.113.5'],
    ['203.0.113.5:51000', '203.0.113.5'],
    [' 203.0.113.5 ', '203.0.113.5'],
    ['"203.0.113.5:1"', '203.0.113.5'],
    ['2001:db8::1', '2001:db8::1'],
    ['[2001:db8::1]', '2001:db8::1'],
    ['[2001:DB8::1]:443', '2001:db8::1'],
    ['"[2001:db8::1]:4711"', '2001:db8::1'],
    ['fe80::1%eth0', 'fe80::1'],
    ['[fe80::1%en0.1]:80', 'fe80::1'],
    ['[fe80::1%25eth0]', 'fe80::1'],
    ['::ffff:203.0.113.5', '203.0.113.5'],
    ['[::ffff:203.0.113.5]:51000', '203.0.113.5'],
    ['::ffff:cb00:7105', '203.0.113.5'],
    ['::ffff:203.0.113.5%3', '203.0.113.5'],
  ])('is read from %j', (text, address) => {
    expect(read(text)).toBe(address)
  })

  it.each([
    '203.0.113.5, 10.0.0.1',
    '203.0.113.5,10.0.0.1',
    '"[2001:db8::1]", 203.0.113.5',
    ',',
    '203.0.113.5,',
    '203.0.113.5, '.repeat(100),
  ])('is not guessed from the list %j', (text) => {
    expect(read(text)).toBe('list')
  })

  it.each([
    'unknown',
    '_hidden',
    '203.0.113',
    '203.0.113.05',
    '203.0.113.5:',
    '203.0.113.5:http',
    '203.0.113.5:123456',
    '203.0.113.5%eth0',
    '203.0.113.5/32',
    '203.0.113.5 10.0.0.1',
    '[203.0.113.5]:80',
    '[203.0.113.5]',
    '[2001:db8::1',
    '2001:db8::1]',
    '[[2001:db8::1]]',
    '[2001:db8::1]443',
    'fe80::1%',
    'fe80::1%a%b',
    'for=203.0.113.5',
    '::ffff:203.0.113.5:80',
    '1:2:3:4:5:6:7:8:80',
    'example.com:80',
    '\u0661.2.3.4',
    '"',
    '1'.repeat(1_000_000),
    '['.repeat(1_000_000),
  ])('is not read from %j', (text) => {
    expect(read(text)).toBe('unreadable')
  })
})
