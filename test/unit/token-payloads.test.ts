import { describe, expect, it } from 'vitest'
import { utf8 } from '../../src/core/bytes.ts'
import type { TokenKind, TokenPayloads } from '../../src/core/token/index.ts'
import { decodeToken, encodeToken } from '../../src/core/token/index.ts'
import { now } from '../world/account.ts'

const payloads: TokenPayloads = {
  grant: { account: 'ada', session: 's', epoch: 1, birth: 'b', commit: 2, at: now, aal: 2, amr: ['pwd', 'otp'] },
  challenge: {
    account: 'ada',
    id: 'c',
    epoch: 1,
    birth: 'b',
    commit: 2,
    source: 'network:1',
    expiresAt: now,
    primary: 'password',
    primaryAt: now,
    networkKey: '',
    nameKey: 'n',
    passwords: 0,
  },
  proof: { account: 'ada', id: 'p', session: 's', epoch: 1, expiresAt: now, purpose: 'factors', factor: 'totp' },
  ceremony: {
    account: '',
    id: 'x',
    purpose: 'sign-in',
    request: 'c',
    round: 0,
    epoch: 1,
    expiresAt: now,
    label: '',
    switching: 0,
  },
  device: { accounts: [{ account: 'h', id: 'd', birth: 'b', commit: 2, trust: '' }], expiresAt: now },
}
const kinds = Object.keys(payloads) as TokenKind[]

const valuesOf = (kind: TokenKind): unknown[] =>
  JSON.parse(new TextDecoder().decode(encodeToken(kind, payloads[kind]))) as unknown[]
const read = (kind: TokenKind, values: unknown): unknown => decodeToken(kind, utf8(JSON.stringify(values)))

describe.each(kinds)('the payload of a token: %s', (kind) => {
  it('is read as it was written', () => {
    expect(decodeToken(kind, encodeToken(kind, payloads[kind]))).toEqual(payloads[kind])
  })

  it('is none with a value too few or too many, or no list', () => {
    const values = valuesOf(kind)
    for (const other of [values.slice(1), values.slice(0, -1), [...values, 1], [], {}, null, 5, 'text']) {
      expect(read(kind, other)).toBeNull()
    }
  })

  it('is none with a value of another type in any place', () => {
    const values = valuesOf(kind)
    values.forEach((value, at) => {
      const others = [null, true, {}, [[]], typeof value === 'string' ? 5 : 'other']
      for (const other of others) expect(read(kind, replaced(values, at, other))).toBeNull()
    })
  })

  it('is none for bytes that are no JSON, or no text', () => {
    for (const bytes of [new Uint8Array(), utf8('{'), new Uint8Array([0xff])])
      expect(decodeToken(kind, bytes)).toBeNull()
  })
})

describe('the words in a payload', () => {
  const withValue = (kind: TokenKind, name: string, value: unknown): unknown => {
    const at = Object.keys(payloads[kind]).indexOf(name)
    return read(kind, replaced(valuesOf(kind), at, value))
  }

  it('are those of the library: no other level, method, purpose or factor is read', () => {
    expect([withValue('grant', 'aal', 1), withValue('grant', 'amr', [])]).not.toContain(null)
    expect(withValue('grant', 'aal', 3)).toBeNull()
    expect(withValue('grant', 'amr', ['pwd', 'magic'])).toBeNull()
    expect(withValue('challenge', 'primary', 'guess')).toBeNull()
    expect(withValue('proof', 'purpose', 'everything')).toBeNull()
    expect(withValue('proof', 'factor', 'password')).toBeNull()
    expect(withValue('ceremony', 'purpose', 'login')).toBeNull()
  })

  it('of each account of a device must be whole', () => {
    const [account] = valuesOf('device')[0] as unknown[][]
    expect(withValue('device', 'accounts', [])).toMatchObject({ accounts: [] })
    expect(withValue('device', 'accounts', [account, account])).toMatchObject({ accounts: [{}, {}] })
    expect(withValue('device', 'accounts', [account, account!.slice(1)])).toBeNull()
    expect(withValue('device', 'accounts', [account, null])).toBeNull()
    expect(withValue('device', 'accounts', 'text')).toBeNull()
  })
})

function replaced(values: readonly unknown[], at: number, value: unknown): unknown[] {
  return values.map((one, index) => (index === at ? value : one))
}
