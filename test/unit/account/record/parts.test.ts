import { describe, expect, it } from 'vitest'
import { emptyAccount } from '../../../../src/core/account/record/empty.ts'
import { beginningOf, newId, referenceTo } from '../../../../src/core/account/record/ids.ts'
import { addressAndBrowser, notice } from '../../../../src/core/account/record/messages.ts'
import { isRecent } from '../../../../src/core/account/record/recent.ts'
import { reseal } from '../../../../src/core/account/record/reseal.ts'
import { moveMarks, shortenedFields } from '../../../../src/core/account/record/retention.ts'
import { nextMark, withFactor } from '../../../../src/core/account/record/state.ts'
import { commit, done, need } from '../../../../src/core/account/record/step.ts'
import { summarizeAccount } from '../../../../src/core/account/record/summary.ts'
import type { OpenTask, TaskResult } from '../../../../src/core/account/record/tasks.ts'
import {
  openedBy,
  openedText,
  openTask,
  resultOf,
  slowHashTask,
  storedBytes,
  unworked,
} from '../../../../src/core/account/record/tasks.ts'
import { utf8 } from '../../../../src/core/bytes.ts'
import { account, context, day, now, stranger, withBackupCodes, withTotp } from '../../../world/account.ts'

const minutes = 60_000

describe('a new account', () => {
  it('has nothing enrolled, nothing used, nothing counted, and nobody signed in', () => {
    const { record, totp, sms, passkey, 'backup-code': codes, throttle, ...rest } = emptyAccount(now, 'b')
    expect(record).toEqual({ birth: 'b', commit: 0 })
    expect(rest).toEqual({
      createdAt: now,
      epoch: 1,
      passwords: 0,
      preferred: null,
      challenges: [],
      challengesOver: 0,
      spentChallenges: [],
      spentProofs: [],
      spentCeremonies: [],
      sessions: [],
      knownDevices: [],
      notices: { factorFailedAt: null, lockedAt: null, luckAt: null },
      queued: { piece: 0, own: '', others: '', alerts: '', changes: '', firsts: '' },
      requiredAt: null,
    })
    expect(throttle).toEqual({
      sources: [],
      failures: 0,
      row: 0,
      rowBehindPassword: 0,
      lockedAt: null,
      luck: { unknown: null, sessions: null },
      returnedAt: [],
      passwordKnownAt: null,
    })
    for (const factor of [totp, sms, codes]) expect(factor).toMatchObject({ failures: 0, strangers: 0, raised: 0 })
    expect([totp.authenticators, passkey.credentials, codes.set, sms.number]).toEqual([[], [], null, null])
  })
})

describe('a stored time', () => {
  it('is recent while it is less than so far away, whatever the order', () => {
    expect([0, 999, 1000, 5000].map((ago) => isRecent(now - ago, 1000, now))).toEqual([true, true, false, false])
    const hour = 60 * minutes
    expect([hour - 1, hour].map((ahead) => isRecent(now + ahead, hour, now))).toEqual([true, false])
  })

  it('is recent if a clock stored it that is no further ahead than clocks may be, however short its time', () => {
    expect([15 * minutes, 15 * minutes + 1].map((ahead) => isRecent(now + ahead, 1000, now))).toEqual([true, false])
    expect([0, 1].map((ahead) => isRecent(now + ahead, 0, now))).toEqual([false, true])
  })
})

describe('ids', () => {
  it('have 128 random bits, others for each label and each call', () => {
    const id = newId(context.entropy, 'session')
    expect(id).toMatch(/^[\w-]{22}$/)
    expect(newId(context.entropy, 'session')).toBe(id)
    expect(newId(context.entropy, 'device')).not.toBe(id)
    expect(newId(new Uint8Array(32), 'session')).not.toBe(id)
  })

  it('are shown as references of 96 bits, and listed by their first 72 bits', () => {
    expect(referenceTo('one')).toMatch(/^[\w-]{16}$/)
    expect(referenceTo('one')).not.toBe(referenceTo('two'))
    expect(beginningOf('abcdefghijklmnop')).toBe('abcdefghijkl')
  })
})

describe('a mail that a commit queues', () => {
  it('is not sent after three days', () => {
    expect(notice({ template: 'guesses-used-up', at: now }, now)).toEqual({
      channel: 'mail',
      template: { template: 'guesses-used-up', at: now },
      expiresAt: now + 3 * day,
    })
  })

  it('goes to the addresses that it names, or else to those of the account', () => {
    const to = ['old@people.example']
    expect(notice({ template: 'guesses-used-up', at: now }, now, to)).toMatchObject({ to })
    expect(notice({ template: 'guesses-used-up', at: now }, now)).not.toHaveProperty('to')
  })

  it('names address and browser as far as they are known', () => {
    expect(addressAndBrowser(stranger)).toEqual({ ip: '192.0.2.7', userAgent: 'Firefox' })
    expect(addressAndBrowser({ ...stranger, ip: null })).toEqual({ userAgent: 'Firefox' })
    expect(addressAndBrowser({ ...stranger, userAgent: null })).toEqual({ ip: '192.0.2.7' })
  })
})

describe('a step', () => {
  it('writes nothing but what it names', () => {
    expect(done('answer')).toEqual({ done: 'answer', facts: [] })
    expect(need([])).toEqual({ need: [] })
    const bare = { state: account, events: [], messages: [], keys: { claim: [], release: [] }, outcome: 'answer' }
    expect(commit(account, 'answer')).toEqual({ commit: bare })
    expect(commit(account, 'answer', { keys: { claim: ['k'] } })).toEqual({
      commit: { ...bare, keys: { claim: ['k'], release: [] } },
    })
  })

  it('of resealing changes nothing of the account, and is told in the history', () => {
    expect(reseal(account, null, context, [])).toEqual({
      commit: {
        state: account,
        events: [{ type: 'key_rotate', values: {} }],
        messages: [],
        keys: { claim: [], release: [] },
        outcome: { ok: true },
      },
    })
  })

  it('of retention moves the marks, and changes and tells nothing else', () => {
    const marks = { birth: 'birth', shorteningBelow: 4 }
    expect(moveMarks(account, marks, context, [])).toEqual({
      commit: {
        state: account,
        events: [],
        messages: [],
        keys: { claim: [], release: [] },
        outcome: { ok: true },
        marks,
      },
    })
  })

  it('marks what it gives out with the commit that it makes', () => {
    expect(nextMark(account)).toEqual({ birth: 'birth', commit: 10 })
  })

  it('changes some fields of one factor, and leaves the others', () => {
    const changed = withFactor(account, 'totp', { failures: 3 })
    expect(changed).toEqual({ ...account, totp: { ...account.totp, failures: 3 } })
  })
})

describe('what retention leaves of an address', () => {
  it('is its network: /24 or /48', () => {
    expect(shortenedFields({ ip: '192.0.2.77', userAgent: 'Firefox', network: '192.0.2.77' })).toEqual({
      network: '192.0.2.0/24',
    })
    expect(shortenedFields({ ip: '2001:db8:1:2::7' })).toEqual({ network: '2001:db8:1::/48' })
  })

  it('is nothing, if there is none or it is none', () => {
    expect([shortenedFields({ userAgent: 'Firefox' }), shortenedFields({ ip: 'nowhere' })]).toEqual([{}, {}])
  })
})

describe('the summary of an account', () => {
  it('counts what is enrolled, and tells when a lock ends', () => {
    const state = withBackupCodes(withTotp(account, 'a', 'b'), { profile: 'crockford-13', unused: 7 })
    const summary = {
      kind: 'account',
      createdAt: now - 30 * day,
      updatedAt: now,
      totpAuthenticators: 2,
      backupCodesLeft: 7,
      lockedUntil: null,
    }
    expect(summarizeAccount(state, now)).toEqual(summary)
    const locked = { ...state, throttle: { ...state.throttle, lockedAt: now - 5 } }
    expect(summarizeAccount(locked, now)).toEqual({ ...summary, lockedUntil: now - 5 + 15 * minutes })
  })
})

describe('the result of a task', () => {
  const sealed = { alg: 'xchacha20-poly1305', keyId: 'k', nonce: 'n', ciphertext: 'c' } as const
  const task: OpenTask = { kind: 'open', path: 'p', sealed }
  const other: OpenTask = { ...task, sealed: { ...sealed, nonce: 'm' } }
  const bytes = utf8('seed')
  const results: TaskResult[] = [
    { task, result: bytes },
    { task: { ...task, path: 'q' }, result: null },
  ]

  it('counts only for a task that is equal in every field', () => {
    expect(resultOf(results, { ...task, sealed: { ...sealed } })).toBe(bytes)
    expect(resultOf(results, other)).toBeUndefined()
    expect(unworked(results, [task, other])).toEqual([other])
  })

  it('that failed is a result too, and is not worked out again', () => {
    const failed = { ...task, path: 'q' }
    expect(resultOf(results, failed)).toBeNull()
    expect(unworked(results, [failed])).toEqual([])
  })

  it('is null for a secret that is not sealed yet', () => {
    expect(openTask('p', sealed)).toEqual(task)
    expect(openTask('p', { seal: bytes })).toBeNull()
    expect([openedBy(results, null), openedBy(results, task), openedBy(results, other)]).toEqual([
      null,
      bytes,
      undefined,
    ])
  })

  it('that is damaged reads as an empty text or as no bytes, and never throws', () => {
    expect(openedText(utf8('+36 30'))).toBe('+36 30')
    expect([null, undefined, new Uint8Array([0xff, 0xfe])].map(openedText)).toEqual(['', '', ''])
    expect(storedBytes('AQI')).toEqual(new Uint8Array([1, 2]))
    expect(storedBytes('not base64url!')).toEqual(new Uint8Array())
  })

  it('of a slow hash depends on salt, parameters and the code as it is read', () => {
    const { set } = withBackupCodes(account, { profile: 'crockford-13', unused: 1 })['backup-code']
    const hash = slowHashTask(set!, '00000-00000-000')
    expect(hash).toMatchObject({ kind: 'slow-hash', salt: set!.salt, params: set!.params })
    expect(slowHashTask(set!, 'ooooo ooooo ooo')).toEqual(hash)
    expect(slowHashTask(set!, '11111-11111-111')).not.toEqual(hash)
  })
})
