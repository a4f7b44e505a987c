import { isNightlatchError, NightlatchError } from '../../core/errors.ts'

/**
 * Answers within the time, or fails with an error of the library. The work calls `inTime` before each step, which
 * throws when the time is over. A step that runs at that moment cannot be stopped.
 */
export async function withinTime<Answer>(
  timeoutMs: number,
  work: (inTime: () => void) => Promise<Answer>,
): Promise<Answer> {
  const failure = (): NightlatchError =>
    new NightlatchError('NL_LIMITER_FAILED', `the limiter's store did not answer within ${timeoutMs} ms`)
  let late = false
  let timer: ReturnType<typeof setTimeout> | undefined
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      late = true
      reject(failure())
    }, timeoutMs)
  })
  try {
    const inTime = (): void => {
      if (late) throw failure()
    }
    return await Promise.race([work(inTime), deadline])
  } catch (cause) {
    if (isNightlatchError(cause)) throw cause
    throw new NightlatchError('NL_LIMITER_FAILED', "the limiter's store failed", { cause })
  } finally {
    clearTimeout(timer)
  }
}
