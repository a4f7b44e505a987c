import { describe, expect, it } from 'vitest'
import { compareWithSent, isAwaited } from '../../../src/core/account/sms/compare.ts'
import { isLiveCode } from '../../../src/core/account/sms/code.ts'
import type { SmsCode } from '../../../src/core/account/sms/state.ts'
import type { TaskResult } from '../../../src/core/account/record/tasks.ts'
import { concatBytes, utf8 } from '../../../src/core/bytes.ts'
import { smsDigest } from 'nightlatch/sms'
import { now, settings } from '../../world/account.ts'

const minutes = 60_000
const sealed = (nonce: string) => ({ alg: 'xchacha20-poly1305', keyId: '', nonce, ciphertext: '' }) as const
const code: SmsCode = {
  purpose: 'login',
  request: 'c1',
  number: 'n1',
  digest: sealed('digest'),
  sentAt: now - minutes,
  expiresAt: now + minutes,
  own: false,
}

describe('a code that was sent', () => {
  const awaited = { purpose: 'login', id: 'c1', number: 'n1' } as const
  const counts = (more: Partial<typeof awaited> | object): boolean =>
    isAwaited(code, { ...awaited, ...more }, { now, settings })

  it('[SMS-7] counts for the request and the purpose that it was sent for, and for no other', () => {
    expect(counts({})).toBe(true)
    expect(counts({ id: 'c2' })).toBe(false)
    expect(counts({ purpose: 'step-up' })).toBe(false)
    expect(counts({ purpose: 'verify-number' })).toBe(false)
  })

  it('does not count any more once the account has another number, or none', () => {
    expect(counts({ number: 'n2' })).toBe(false)
    expect(counts({ number: null })).toBe(false)
  })

  it('[SMS-4] counts until its end, and not longer than the host now lets a code count', () => {
    const live = (at: number, more: Partial<SmsCode> = {}): boolean =>
      isLiveCode({ ...code, ...more }, { now: at, settings })
    expect([live(now + minutes - 1), live(now + minutes)]).toEqual([true, false])
    const codeMs = settings.sms!.codeMs
    const late = { expiresAt: now + 10 * codeMs, sentAt: now }
    expect([live(now + codeMs - 1, late), live(now + codeMs, late)]).toEqual([true, false])
    expect(isLiveCode(code, { now, settings: { ...settings, sms: null } })).toBe(false)
  })
})

describe('a text that is compared with the code that was sent', () => {
  const key = new Uint8Array(32).fill(9)
  const phone = '+36301234567'
  const path = 'state/sms/number/phone'
  const digest = smsDigest({ key, challenge: 'c1', purpose: 'login', phone, code: '123456' })
  const sent = { code, phone: sealed('phone'), path }

  const answer = (
    text: string,
    opened: { readonly digest?: Uint8Array | null; readonly phone?: Uint8Array | null } = {},
  ) => {
    const valueOf = { digest: concatBytes(key, digest), phone: utf8(phone), ...opened }
    const results = [
      { task: { kind: 'open', path: 'state/sms/code/digest', sealed: sealed('digest') }, result: valueOf.digest },
      { task: { kind: 'open', path, sealed: sealed('phone') }, result: valueOf.phone },
    ] as TaskResult[]
    return compareWithSent(sent, text, results).status
  }

  it('asks for the digest and the number, and then tells a right code from a wrong one', () => {
    expect(compareWithSent(sent, '123456', [])).toMatchObject({
      status: 'need',
      tasks: [{ kind: 'open' }, { kind: 'open' }],
    })
    expect([answer('123456'), answer('123457'), answer('')]).toEqual(['matched', 'wrong', 'wrong'])
  })

  it('is wrong, if a stored value is damaged, and nothing is thrown', () => {
    const whole = concatBytes(key, digest)
    const damaged = [
      { digest: null },
      { digest: new Uint8Array() },
      { digest: whole.subarray(1) },
      { digest: concatBytes(whole, new Uint8Array(1)) },
      { phone: null },
      { phone: new Uint8Array([0xff]) },
      { phone: utf8('36301234567') },
      { phone: utf8('+36301234568') },
    ]
    expect(damaged.map((opened) => answer('123456', opened))).toEqual(damaged.map(() => 'wrong'))
  })
})
