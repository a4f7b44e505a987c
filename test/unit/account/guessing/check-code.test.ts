import { describe, expect, it } from 'vitest'
import { totp } from 'nightlatch/otp'
import { checkCode, checkRecoveryCode } from '../../../../src/core/account/guessing/check-code.ts'
import type { CodeCheck } from '../../../../src/core/account/guessing/check-code.ts'
import type { CodeQuestion } from '../../../../src/core/account/factors/rules.ts'
import type { AccountState } from '../../../../src/core/account/record/state.ts'
import { withFactor } from '../../../../src/core/account/record/state.ts'
import type { Task, TaskResult } from '../../../../src/core/account/record/tasks.ts'
import { limits } from '../../../../src/core/limits.ts'
import {
  account,
  authenticator,
  deviceSource,
  knownDevice,
  networkSource,
  now,
  settings,
  withBackupCodes,
  withTotp,
} from '../../../world/account.ts'

const network = networkSource('192.0.2.7')
const secret = new Uint8Array(20).fill(7)
const right = totp({ secret, now })
const wrong = right === '111111' ? '222222' : '111111'
const backupCode = '00000-00000-000'

const both = withBackupCodes(withTotp(account, 'a'), { profile: 'crockford-13', unused: 10 })
const numeric = withBackupCodes(withTotp(account, 'a'), { profile: 'numeric-6', unused: 10 })

function question(code: string, more: Partial<CodeQuestion> = {}): CodeQuestion {
  return { code, factor: null, request: { purpose: 'login', id: 'c1' }, source: network, now, settings, ...more }
}

/** Works out what is asked: every seed is the same, and no backup code is right. */
function check(state: AccountState, asked: CodeQuestion, checked = checkCode): { answer: CodeCheck; tasks: Task[] } {
  const results: TaskResult[] = []
  for (;;) {
    const answer = checked(state, asked, results)
    if (answer.status !== 'need') return { answer, tasks: results.map(({ task }) => task) }
    for (const task of answer.tasks) {
      const digest = new Uint8Array(32).fill(task.kind === 'slow-hash' ? 1 : 2)
      const result = task.kind === 'open' && task.path.startsWith('state/totp/') ? secret : digest
      results.push({ task, result } as TaskResult)
    }
  }
}

const answer = (state: AccountState, asked: CodeQuestion): CodeCheck => check(state, asked).answer
const kindsOf = (tasks: readonly Task[]): string[] => tasks.map(({ kind }) => kind)

describe('the check of a typed code', () => {
  it('finds the factor by the shape of the text', () => {
    expect(answer(both, question(right))).toMatchObject({ status: 'matched', factor: 'totp' })
    expect(answer(both, question(wrong))).toEqual({ status: 'wrong', compared: ['totp'], cost: 3 })
    expect(answer(both, question(backupCode))).toEqual({ status: 'wrong', compared: ['backup-code'], cost: null })
    for (const text of ['', '12345', 'hello']) expect(answer(both, question(text))).toEqual({ status: 'malformed' })
  })

  it('compares with every factor of that shape, and all that would be right make it dearer', () => {
    expect(answer(numeric, question(wrong))).toEqual({ status: 'wrong', compared: ['totp', 'backup-code'], cost: 13 })
  })

  it('tries one factor only, if that is asked for', () => {
    expect(answer(numeric, question(wrong, { factor: 'totp' }))).toMatchObject({ compared: ['totp'], cost: 3 })
    expect(answer(numeric, question(right, { factor: 'backup-code' }))).toMatchObject({ compared: ['backup-code'] })
    expect(answer(both, question(right, { factor: 'backup-code' }))).toEqual({ status: 'malformed' })
    expect(answer(both, question(right, { factor: 'sms' }))).toEqual({ status: 'no-factor' })
  })

  it('runs no slow hash, if a cheaper factor matched', () => {
    expect(kindsOf(check(numeric, question(right)).tasks)).toEqual(['open'])
    expect(kindsOf(check(numeric, question(wrong)).tasks)).toContain('slow-hash')
  })

  it('knows a code that was used already, and tells which authenticator took it', () => {
    const step = Math.floor(now / 30_000)
    const used = { ...both, totp: { ...both.totp, authenticators: [authenticator('a', { lastStep: step })] } }
    expect(answer(used, question(right))).toEqual({
      status: 'used',
      factor: 'totp',
      authenticator: 'a',
      compared: ['totp'],
      cost: 3,
    })
  })

  it('has no factor to compare with, if none is enrolled or all are stopped for the source', () => {
    expect(answer(account, question(right))).toEqual({ status: 'no-factor' })
    const stopped = withFactor(withTotp(account, 'a'), 'totp', { failures: 60, strangers: limits.strangersStop })
    expect(answer(stopped, question(right))).toEqual({ status: 'no-factor' })
    const known = { ...stopped, knownDevices: [knownDevice('d1')] }
    expect(answer(known, question(right, { source: deviceSource('d1') }))).toMatchObject({ status: 'matched' })
  })

  it('tells of a sent code that is not awaited any more', () => {
    const sealed = { alg: 'xchacha20-poly1305', keyId: '', nonce: 'phone', ciphertext: '' } as const
    const number = {
      id: 'n1',
      phone: sealed,
      masked: '•67',
      country: 'HU',
      type: 'mobile',
      createdAt: 1,
      lastUsedAt: null,
    }
    const texted: AccountState = { ...account, sms: { ...account.sms, number } as AccountState['sms'] }
    expect(answer(texted, question('123456'))).toEqual({ status: 'expired' })
    expect(answer(texted, question('hello'))).toEqual({ status: 'malformed' })
  })
})

describe('what holds a code up', () => {
  const waiting = { ...both, throttle: { ...both.throttle, sources: [{ id: network.id, failures: 4, failedAt: now }] } }
  const locked = { ...both, throttle: { ...both.throttle, lockedAt: now } }
  const unlucky = { ...both, throttle: { ...both.throttle, luck: { unknown: now, sessions: null } } }

  it('is the wait of its source for every code, also one that nobody can guess', () => {
    for (const code of [right, backupCode, 'hello']) {
      expect(check(waiting, question(code))).toEqual({ answer: { status: 'wait', retryAt: now + 5000 }, tasks: [] })
    }
  })

  it('is the lock or an empty bucket for a code that can be guessed, before any task is run', () => {
    const held = (state: AccountState): unknown => check(state, question(right))
    expect(held(locked)).toEqual({ answer: { status: 'wait', retryAt: now + limits.lockMs }, tasks: [] })
    expect(held(unlucky)).toEqual({ answer: { status: 'wait', retryAt: now + 3 * limits.luckMs }, tasks: [] })
  })

  it('[BC-7] is neither for a backup code of 64 bits', () => {
    for (const state of [locked, unlucky]) {
      expect(kindsOf(check(state, question(backupCode)).tasks)).toContain('slow-hash')
    }
    expect(
      answer({ ...numeric, throttle: locked.throttle }, question('123456', { factor: 'backup-code' })),
    ).toMatchObject({
      status: 'wait',
    })
  })
})

describe('the check of a code for recovery', () => {
  const recover = (state: AccountState, code: string): CodeCheck =>
    check(state, question(code), checkRecoveryCode).answer

  it('compares with the backup codes and nothing else, also while no other factor can be shown', () => {
    expect(recover(both, backupCode)).toMatchObject({ status: 'wrong', compared: ['backup-code'] })
    expect(recover(both, right)).toEqual({ status: 'malformed' })
    const passkeyOnly = { ...both, passkey: { ...both.passkey, only: true } }
    expect(recover(passkeyOnly, backupCode)).toMatchObject({ status: 'wrong', compared: ['backup-code'] })
    expect(answer(passkeyOnly, question(backupCode))).toEqual({ status: 'no-factor' })
  })
})
