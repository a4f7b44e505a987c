import { afterEach, describe, expect, it, vi } from 'vitest'
import { createTell } from '../../../src/service/loop/reports.ts'
import type { Report } from '../../../src/ports/report.ts'

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

describe('what a host is told', () => {
  afterEach(() => {
    vi.restoreAllMocks()
  })

  it('comes once a minute for each kind and subject, also when the clock was set back', async () => {
    const told: Report[] = []
    let now = 1_767_268_800_000
    const tell = createTell(
      (report) => void told.push(report),
      () => now,
    )
    for (const at of [0, 59_999, 60_000, 90_000, -3_600_000]) {
      now = 1_767_268_800_000 + at
      tell('limiter', 'down')
      tell('names', 'many', { subject: 'a' })
      tell('names', 'many', { subject: 'b' })
    }
    await settled()
    const times = (kind: string): readonly number[] =>
      told.filter((report) => report.kind === kind).map(({ at }) => at - 1_767_268_800_000)
    expect(times('limiter')).toEqual([0, 60_000, -3_600_000])
    expect(times('names')).toHaveLength(6)
  })

  it('goes to the console as one line without the cause, if the host has no function for it', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined)
    createTell(undefined, () => 0)('limiter', 'the limiter is down', { cause: new Error('redis://:hunter2@cache') })
    await settled()
    expect(warn.mock.calls).toEqual([['nightlatch: the limiter is down']])
  })

  it('changes nothing when the function of the host throws or rejects', async () => {
    for (const fails of [
      () => {
        throw new Error('broken')
      },
      () => Promise.reject(new Error('broken')),
    ]) {
      createTell(fails as never, () => 0)('limiter', 'down')
      await settled()
    }
  })
})
