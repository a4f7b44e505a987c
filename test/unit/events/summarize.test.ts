import { summarizeLogins } from 'nightlatch/events'
import { describe, expect, it } from 'vitest'
import { event, fact, minute } from './history.ts'

const nothing = { passwords: 0, codes: 0, blocked: 0, unfinished: 0, addresses: [], moreAddresses: 0 }

describe('summarizeLogins', () => {
  it('returns no rows for an empty history', () => {
    expect(summarizeLogins([], [])).toEqual([])
  })

  it('shows a sign-in with everything that failed before it', () => {
    const rows = summarizeLogins(
      [
        event('mfa_challenge', { n: 1, at: minute(10), values: { challenge: 'c1', ip: '192.0.2.1' } }),
        event('mfa_fail', { n: 2, at: minute(11), values: { flow: 'sign-in', challenge: 'c1', ip: '192.0.2.1' } }),
        event('authn_login_success', {
          n: 3,
          at: minute(12),
          values: {
            primary: 'password',
            challenge: 'c1',
            factor: 'totp',
            aal: 2,
            knownDevice: false,
            session: 's1',
            ip: '192.0.2.1',
            network: '192.0.2.1',
            userAgent: 'Browser/1',
          },
        }),
      ],
      [
        fact('authn_login_fail', { id: 'a', at: minute(1), values: { ip: '203.0.113.9' } }),
        fact('authn_login_fail', { id: 'b', at: minute(2), values: { network: '2001:db8::/64' } }),
        fact('excess_rate_limit_exceeded', { id: 'c', at: minute(3), values: { flow: 'sign-in', sampled: 100 } }),
      ],
    )
    expect(rows).toEqual([
      {
        status: 'success',
        n: 3,
        at: minute(12),
        primary: 'password',
        factor: 'totp',
        aal: 2,
        knownDevice: false,
        session: 's1',
        ip: '192.0.2.1',
        network: '192.0.2.1',
        userAgent: 'Browser/1',
        failedBefore: {
          passwords: 2,
          codes: 1,
          blocked: 100,
          unfinished: 0,
          addresses: ['192.0.2.1', '2001:db8::/64', '203.0.113.9'],
          moreAddresses: 0,
        },
      },
    ])
  })

  it('puts the failures since the last sign-in into a first row of their own', () => {
    const rows = summarizeLogins(
      [
        event('authn_login_success', { n: 1 }),
        event('mfa_challenge', { n: 2, values: { challenge: 'c', ip: '203.0.113.9' } }),
        event('mfa_fail', { n: 3, values: { flow: 'sign-in', challenge: 'c', ip: '203.0.113.9' } }),
      ],
      [fact('authn_login_fail', { id: 'a', at: minute(5) })],
    )
    expect(rows).toEqual([
      {
        status: 'attempts',
        at: minute(5),
        failedBefore: { ...nothing, passwords: 1, codes: 1, unfinished: 1, addresses: ['203.0.113.9'] },
      },
      { status: 'success', n: 1, at: minute(1), failedBefore: nothing },
    ])
  })

  it('counts a right password without a code as unfinished', () => {
    const challenge = event('mfa_challenge', { n: 1, values: { challenge: 'stranger', ip: '203.0.113.9' } })
    const [row] = summarizeLogins([challenge, event('authn_login_success', { n: 2 })], [])
    expect(row?.failedBefore).toEqual({ ...nothing, unfinished: 1, addresses: ['203.0.113.9'] })
  })

  it('counts a failure with the sign-in of its challenge, not with one in between', () => {
    const rows = summarizeLogins(
      [
        event('mfa_challenge', { n: 1, values: { challenge: 'slow' } }),
        event('mfa_fail', { n: 2, values: { flow: 'sign-in', challenge: 'slow' } }),
        event('mfa_challenge', { n: 3, values: { challenge: 'quick' } }),
        event('authn_login_success', { n: 4, values: { challenge: 'quick' } }),
        event('authn_login_success', { n: 5, values: { challenge: 'slow' } }),
      ],
      [],
    )
    expect(rows.map(({ failedBefore }) => failedBefore)).toEqual([{ ...nothing, codes: 1 }, nothing])
  })

  it('counts a sign-in as finished when an enrollment completed it', () => {
    const required = event('mfa_required', { n: 1, values: { session: 's' } })
    const completed = event('authn_login_success', { n: 3, values: { session: 's' } })
    expect(summarizeLogins([required, completed], [])[0]?.failedBefore).toEqual(nothing)
    expect(summarizeLogins([required], [])[0]?.failedBefore).toEqual({ ...nothing, unfinished: 1 })
  })

  it('ignores failures in other flows', () => {
    const rows = summarizeLogins(
      [event('mfa_fail', { n: 1, values: { flow: 'step-up' } })],
      [
        fact('excess_rate_limit_exceeded', { id: 'a', at: minute(1), values: { flow: 'turn-off', sampled: 3 } }),
        fact('message_dead', { id: 'b', at: minute(1) }),
      ],
    )
    expect(rows).toEqual([])
  })

  it('counts a right password of a passkey-only account, and a wrong code of a recovery', () => {
    const refused = event('authn_login_refuse', { n: 1, values: { primary: 'password', reason: 'passkey-only' } })
    const guessed = event('mfa_fail', { n: 2, values: { flow: 'recover', compared: ['backup-code'], reason: 'wrong' } })
    expect(summarizeLogins([refused, guessed], [])[0]?.failedBefore).toEqual({ ...nothing, unfinished: 1, codes: 1 })
  })

  it('lists ten addresses, the latest first, and counts the rest', () => {
    const facts = Array.from({ length: 25 }, (_, i) =>
      fact('authn_login_fail', { id: `f${i}`, at: minute(i), values: { ip: `192.0.2.${i % 13}` } }),
    )
    const [row] = summarizeLogins([], facts)
    expect(row?.failedBefore.addresses).toHaveLength(10)
    expect(row?.failedBefore.addresses[0]).toBe('192.0.2.11')
    expect(row?.failedBefore.moreAddresses).toBe(3)
  })

  it('shows when a session ended', () => {
    const login = (n: number, session: string) => event('authn_login_success', { n, values: { session } })
    const ends = (...events: Parameters<typeof summarizeLogins>[0]) =>
      summarizeLogins([login(1, 'a'), login(2, 'b'), ...events], []).map((row) =>
        'endedAt' in row ? row.endedAt : undefined,
      )
    const [a, b] = [{ session: 'a' }, { session: 'b' }]
    expect(ends(event('session_end', { n: 3, values: a }))).toEqual([undefined, minute(3)])
    expect(ends(event('session_end', { n: 3, values: { ...a, target: 'b' } }))).toEqual([minute(3), undefined])
    expect(ends(event('session_end_all', { n: 3, values: b }))).toEqual([undefined, minute(3)])
    expect(ends(event('session_end_all', { n: 3, values: { ...b, includingThis: true } }))).toEqual([
      minute(3),
      minute(3),
    ])
    expect(ends(event('mfa_off', { n: 3, values: a }), event('session_end', { n: 4, values: b }))).toEqual([
      minute(3),
      undefined,
    ])
    expect(ends(event('passkey_only', { n: 3, values: { on: true, ...b } }))).toEqual([undefined, minute(3)])
    expect(ends(event('session_end', { n: 3, values: b }), event('mfa_remove', { n: 4 }))).toEqual([
      minute(3),
      minute(4),
    ])
  })

  it('shows that a trusted device skipped the factor', () => {
    const values = { primary: 'password', aal: 1, knownDevice: true, trusted: true } as const
    const [row] = summarizeLogins([event('authn_login_success', { n: 1, values })], [])
    expect(row).toMatchObject({ status: 'success', trusted: true })
  })

  it('counts a row once when two pages contain it', () => {
    const events = [event('mfa_fail', { n: 1, values: { flow: 'sign-in' } })]
    const facts = [fact('authn_login_fail', { id: 'a', at: minute(1) })]
    const [row] = summarizeLogins([...events, ...events], [...facts, ...facts])
    expect(row?.failedBefore).toEqual({ ...nothing, codes: 1, passwords: 1 })
  })

  it('orders sign-ins by number when the clocks of two servers disagree', () => {
    const rows = summarizeLogins(
      [
        event('authn_login_success', { n: 2, at: minute(1) }),
        event('authn_login_success', { n: 1, at: minute(5) }),
        event('mfa_fail', { n: 3, at: minute(0), values: { flow: 'sign-in' } }),
      ],
      [],
    )
    expect(rows.map((row) => (row.status === 'success' ? row.n : row.status))).toEqual(['attempts', 2, 1])
  })
})
