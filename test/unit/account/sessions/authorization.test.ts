import { describe, expect, it } from 'vitest'
import type { UserAuthorization } from '../../../../src/core/account/sessions/authorization.ts'
import {
  authorize,
  authorizeChange,
  isRecovery,
  sessionIdOf,
  sessionOf,
  spendProof,
} from '../../../../src/core/account/sessions/authorization.ts'
import { isFull, isSpent, spend } from '../../../../src/core/account/sessions/spent-tokens.ts'
import type { AccountState, Spent } from '../../../../src/core/account/record/state.ts'
import { limits } from '../../../../src/core/limits.ts'
import { account, day, grantFor, now, session, withTotp } from '../../../world/account.ts'

const minutes = 60_000
const open: AccountState = { ...withTotp(account, 'a'), sessions: [session('s1'), session('s2')] }
const system = { kind: 'system' } as const

type Proof = NonNullable<UserAuthorization['proof']>

function proven(more: Partial<Proof> = {}): UserAuthorization {
  const proof: Proof = {
    account: 'ada',
    id: 'proof-of-ada-today',
    session: 's1',
    epoch: 1,
    expiresAt: now + minutes,
    purpose: 'factors',
    factor: 'totp',
    ...more,
  }
  return { ...grantFor('s1'), proof }
}

const enrolling = (more: Partial<AccountState['sessions'][number]> = {}): AccountState => ({
  ...open,
  sessions: [session('s1', { kind: 'enroll', needs: ['passkey'], createdAt: now - minutes, ...more })],
})

describe('a grant', () => {
  const signedOut = { ok: false, reason: 'signed-out' }

  it('counts while its session is listed, in the epoch of the account, if this record made it', () => {
    expect(authorize(open, grantFor('s1'), now)).toEqual({ ok: true, session: session('s1') })
    expect(authorize(open, grantFor('gone'), now)).toEqual(signedOut)
    expect(authorize(open, grantFor('s1', { epoch: 2 }), now)).toEqual(signedOut)
    expect(authorize({ ...open, epoch: 2 }, grantFor('s1'), now)).toEqual(signedOut)
    expect(authorize(open, grantFor('s1', { birth: 'other' }), now)).toEqual(signedOut)
    expect(authorize(open, grantFor('s1', { commit: 9 }), now)).toMatchObject({ ok: true })
    expect(authorize(open, grantFor('s1', { commit: 10 }), now)).toEqual(signedOut)
  })

  it('is not asked of a script, which has no session', () => {
    expect(authorize(account, system, now)).toEqual({ ok: true, session: null })
    expect(authorizeChange(open, system, 'factors', now)).toEqual({ ok: true, session: null })
    expect([sessionIdOf(system), sessionIdOf(grantFor('s1'))]).toEqual([null, 's1'])
    expect(sessionOf(open, system)).toBeNull()
  })

  it('that may only enroll counts for what it must enroll, for half an hour', () => {
    const scopes = ['full', 'any', 'passkey', 'totp'] as const
    const counts = (state: AccountState): boolean[] =>
      scopes.map((scope) => authorize(state, grantFor('s1'), now, scope).ok)
    expect(counts(enrolling())).toEqual([false, true, true, false])
    expect(counts(enrolling({ createdAt: now - 30 * minutes + 1 }))).toEqual([false, true, true, false])
    expect(counts(enrolling({ createdAt: now - 30 * minutes }))).toEqual([false, false, false, false])
    expect(counts(open)).toEqual([true, true, true, true])
    expect(authorize(enrolling(), grantFor('s1'), now)).toEqual(signedOut)
  })
})

describe('a sensitive change', () => {
  const change = (auth: UserAuthorization, state = open, purpose: 'factors' | 'passkey-only' = 'factors'): string => {
    const answer = authorizeChange(state, auth, purpose, now, 'any')
    return answer.ok ? 'ok' : answer.reason
  }

  it('needs a proof of this account and session, for this purpose, in this epoch', () => {
    expect(change(proven())).toBe('ok')
    expect(change(grantFor('s1'))).toBe('step-up')
    const others = [
      { account: 'eve' },
      { session: 's2' },
      { epoch: 0 },
      { epoch: 2 },
      { purpose: 'passkey-only' },
    ] as const
    expect(others.map((more) => change(proven(more)))).toEqual(others.map(() => 'step-up'))
    expect(change(proven({ purpose: 'passkey-only' }), open, 'passkey-only')).toBe('ok')
  })

  it('needs it before its end', () => {
    expect(change(proven({ expiresAt: now + 1 }))).toBe('ok')
    expect(change(proven({ expiresAt: now }))).toBe('step-up')
  })

  it('needs a proof of a passkey, while only passkeys open the account', () => {
    const only = { ...open, passkey: { ...open.passkey, only: true } }
    expect(change(proven(), only)).toBe('step-up')
    expect(change(proven({ factor: 'passkey' }), only)).toBe('ok')
  })

  it('needs a proof that was not used: it counts once', () => {
    const after = spendProof(open, proven(), now)
    expect(after.spentProofs).toEqual([['proof-of-ada', now + minutes]])
    expect(change(proven(), after)).toBe('step-up')
    expect(change(proven({ id: 'another-proof-of-ada' }), after)).toBe('ok')
  })

  it('needs a session that is signed in', () => {
    expect(change({ ...proven(), grant: grantFor('gone').grant })).toBe('signed-out')
  })

  it('needs a fresh primary authentication instead, while there is no factor', () => {
    const bare = (primaryAt: number): AccountState => ({ ...account, sessions: [session('s1', { primaryAt })] })
    expect(change(grantFor('s1'), bare(now - 10 * minutes + 1))).toBe('ok')
    expect(change(grantFor('s1'), bare(now - 10 * minutes))).toBe('reauthenticate')
    expect(spendProof(bare(now), proven(), now).spentProofs).toEqual([])
  })

  it('needs a fresh primary authentication instead, in a session that a backup code opened for a new passkey', () => {
    const recovery = (primaryAt: number): AccountState => enrolling({ factor: 'backup-code', primaryAt })
    expect(change(grantFor('s1'), recovery(now))).toBe('ok')
    expect(change(grantFor('s1'), recovery(now - 10 * minutes))).toBe('reauthenticate')
    expect(spendProof(recovery(now), proven(), now).spentProofs).toEqual([])
    expect(isRecovery(session('s1', { kind: 'enroll', factor: 'totp' }))).toBe(false)
    expect(isRecovery(session('s1', { kind: 'full', factor: 'backup-code' }))).toBe(false)
    expect(change(grantFor('s1'), enrolling({ factor: 'totp' }))).toBe('step-up')
  })

  it('is asked again later, if there is no place to note one more used proof', () => {
    const spent = Array.from({ length: limits.spent }, (_, n): Spent => [`t${n}`, now + minutes])
    expect(change(proven(), { ...open, spentProofs: spent })).toBe('busy')
    expect(change(proven(), { ...open, spentProofs: spent.slice(1) })).toBe('ok')
    expect(change(grantFor('s1'), { ...open, spentProofs: spent })).toBe('step-up')
  })

  it('of a script or without a proof spends none', () => {
    expect(spendProof(open, system, now)).toBe(open)
    expect(spendProof(open, grantFor('s1'), now)).toBe(open)
  })
})

describe('the tokens that were used', () => {
  const spentList = (count: number, end = now): Spent[] => Array.from({ length: count }, (_, n) => [`t${n}`, end])
  const token = { id: 'abcdefghijklmnop', expiresAt: now + minutes }

  it('are known by the beginning of their ids, each in its list', () => {
    const after = spend(account, 'spentChallenges', token, now)
    expect(after.spentChallenges).toEqual([['abcdefghijkl', now + minutes]])
    expect(isSpent(after, 'spentChallenges', token)).toBe(true)
    expect(isSpent(after, 'spentChallenges', { id: 'abcdefghijkl-other' })).toBe(true)
    expect(isSpent(after, 'spentChallenges', { id: 'abcdefghijkX' })).toBe(false)
    expect(isSpent(after, 'spentProofs', token)).toBe(false)
  })

  it('are kept until they are over on every server, and not longer', () => {
    const kept = (end: number): boolean =>
      spend({ ...account, spentProofs: [['old', end]] }, 'spentProofs', token, now).spentProofs.length === 2
    expect(kept(now + day)).toBe(true)
    expect(kept(now - 15 * minutes + 1)).toBe(true)
    expect(kept(now - 15 * minutes)).toBe(false)
  })

  it('fill a list at 64, and at 48 for whoever is not known, counting those only that are not over', () => {
    const full = (own: boolean, count: number, end = now): boolean =>
      isFull({ ...account, spentChallenges: spentList(count, end) }, 'spentChallenges', { own }, now)
    expect([full(true, 63), full(true, 64), full(false, 47), full(false, 48)]).toEqual([false, true, false, true])
    expect(full(true, 64, now - 15 * minutes)).toBe(false)
  })

  it('of proofs and ceremonies share their places, and challenges have places of their own', () => {
    const shared = { ...account, spentProofs: spentList(40), spentCeremonies: spentList(24) }
    const lists = ['spentProofs', 'spentCeremonies', 'spentChallenges'] as const
    expect(lists.map((list) => isFull(shared, list, { own: true }, now))).toEqual([true, true, false])
    const fewer = { ...shared, spentProofs: spentList(39), spentChallenges: spentList(64) }
    expect(lists.map((list) => isFull(fewer, list, { own: true }, now))).toEqual([false, false, true])
  })
})
