import { limits } from '../../core/limits.ts'
import { createRecentMap } from '../../core/recent-map.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Report, Reporter, ReportKind } from '../../ports/report.ts'

/** Tells the host. `subject` is whom it is about: each subject is told once a minute. Never throws. */
export type Tell = (
  kind: ReportKind,
  text: string,
  about?: { readonly subject?: string; readonly cause?: unknown },
) => void

const mostSubjects = 1000

/** Without a reporter of the host, one line goes to the console. It leaves the cause out, which may hold secrets. */
export function createTell(report: Reporter | undefined, now: Clock): Tell {
  const toldAt = createRecentMap<number>(mostSubjects)
  const tell = report ?? ((told: Report): void => console.warn(`nightlatch: ${told.text}`))
  const timeOf = (): number => {
    try {
      return now()
    } catch {
      // Whoever calls finds that the clock is broken. This must not fail.
      return 0
    }
  }
  return (kind, text, { subject = '', cause } = {}) => {
    const at = timeOf()
    const key = `${kind}/${subject}`
    const last = toldAt.get(key)
    if (last !== undefined && Math.abs(at - last) < limits.reportEveryMs) return
    toldAt.set(key, at)
    const told: Report = { kind, text, at, ...(cause === undefined ? {} : { cause }) }
    void Promise.resolve(told)
      .then(tell)
      .catch(() => undefined)
  }
}
