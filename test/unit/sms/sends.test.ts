import { describe, expect, it } from 'vitest'
import { checkSendLimits, noSmsSends, sendAllowed, sendsAfterVerified, smsSendLimits } from 'nightlatch/sms'
import type { SmsSends } from 'nightlatch/sms'
import { expectHonestEverywhere } from '../hostile-values.ts'

const start = 1_700_000_000_000
const second = 1000
const minute = 60 * second
const hour = 60 * minute
const wide = { ...smsSendLimits, hourly: 50, daily: 50 }

/** Sends as soon as it is allowed, and answers the waits in between. */
function waits(count: number, limits: typeof wide): number[] {
  let state: SmsSends = noSmsSends
  let now = start
  const all: number[] = []
  for (let i = 0; i < count; i++) {
    const sent = sendAllowed({ state, now, limits })
    if (!sent.ok) throw new Error('refused at the time it named')
    all.push(sent.resendAt - now)
    state = sent.state
    now = sent.resendAt
  }
  return all
}

function send(state: SmsSends, now: number, limits = smsSendLimits): SmsSends {
  const sent = sendAllowed({ state, now, limits })
  expect(sent).toMatchObject({ ok: true })
  return sent.ok ? sent.state : state
}

describe('sendAllowed', () => {
  it('[SMS-23] doubles the resend delay from 30 seconds to 32 minutes', () => {
    expect(waits(9, wide).map((ms) => ms / second)).toEqual([30, 60, 120, 240, 480, 960, 1920, 1920, 1920])
  })

  it('refuses a send that comes too early, does not count it, and says when the next is allowed', () => {
    const state = send(noSmsSends, start)
    expect(sendAllowed({ state, now: start + 30 * second - 1 })).toEqual({
      ok: false,
      reason: 'cooldown',
      retryAt: start + 30 * second,
    })
    expect(sendAllowed({ state, now: start + 30 * second })).toMatchObject({ ok: true })
  })

  it('allows six sends within any hour', () => {
    let state: SmsSends = noSmsSends
    for (const at of [0, 0.5, 1.5, 3.5, 7.5, 15.5]) state = send(state, start + at * minute)
    expect(sendAllowed({ state, now: start + 50 * minute })).toEqual({
      ok: false,
      reason: 'hourly',
      retryAt: start + hour,
    })
    expect(sendAllowed({ state, now: start + hour })).toMatchObject({ ok: true })
  })

  it('allows fifteen sends within any day, also if codes were verified in between', () => {
    let state: SmsSends = noSmsSends
    for (let i = 0; i < 15; i++) state = sendsAfterVerified(send(state, start + i * hour))
    expect(sendAllowed({ state, now: start + 15 * hour })).toEqual({
      ok: false,
      reason: 'daily',
      retryAt: start + 24 * hour,
    })
    state = send(state, start + 24 * hour)
    expect(state.at).toHaveLength(15)
  })

  it('resets the delay when a code was verified, and keeps the counts', () => {
    let state = send(send(noSmsSends, start), start + minute)
    expect(sendAllowed({ state, now: start + minute + second })).toMatchObject({ reason: 'cooldown' })
    state = sendsAfterVerified(state)
    expect(state.at).toEqual([start, start + minute])
    expect(sendAllowed({ state, now: start + minute + second })).toMatchObject({ ok: true, state: { row: 1 } })
  })

  it('starts again after a day without a send', () => {
    let state: SmsSends = noSmsSends
    for (let i = 0; i < 5; i++) state = send(state, start + i * hour)
    expect(state.row).toBe(5)
    expect(send(state, start + 28 * hour)).toEqual({ at: [start + 28 * hour], row: 1 })
  })

  it('gives the reason that lasts longest', () => {
    const limits = { ...smsSendLimits, hourly: 1, daily: 1 }
    const state = send(noSmsSends, start, limits)
    expect(sendAllowed({ state, now: start, limits })).toMatchObject({ reason: 'daily', retryAt: start + 24 * hour })
  })

  it('allows for clocks that run backwards: a send a little ahead counts, a send far ahead does not', () => {
    const state = send(noSmsSends, start)
    expect(sendAllowed({ state, now: start - 10 * second })).toMatchObject({
      reason: 'cooldown',
      retryAt: start + 30 * second,
    })
    expect(sendAllowed({ state, now: start - minute })).toMatchObject({ ok: true })
    expect(send(state, start - minute).at).toEqual([start - minute, start])
    const years = { at: Array.from({ length: 50 }, (_, i) => start + i), row: 9 }
    expect(send(years, start - 25 * hour)).toEqual({ at: [start - 25 * hour], row: 1 })
  })

  it('throws only NightlatchErrors', () => {
    expectHonestEverywhere(sendAllowed, { state: noSmsSends, now: start, limits: smsSendLimits })
    expectHonestEverywhere(checkSendLimits, smsSendLimits)
    expectHonestEverywhere(sendsAfterVerified, noSmsSends)
  })

  it.each([
    [{ firstDelayMs: 0 }, 'firstDelayMs'],
    [{ longestDelayMs: 1000 }, 'longestDelayMs'],
    [{ hourly: 0 }, 'hourly'],
    [{ hourly: 16 }, 'hourly'],
    [{ daily: 51 }, 'daily'],
  ])('refuses the limits %j', (changed, name) => {
    expect(() => checkSendLimits({ ...smsSendLimits, ...changed })).toThrow(`${name} must be an integer from`)
  })
})
