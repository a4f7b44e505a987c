import type { NightlatchErrorCode } from '../../core/errors.ts'
import { NightlatchError } from '../../core/errors.ts'

/** Answers with the work, or with `late` when the time is over. The work itself cannot be stopped. */
export async function inTime<Answer>(
  ms: number,
  work: () => Answer | PromiseLike<Answer>,
  late: () => Answer,
): Promise<Answer> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const over = new Promise<void>((resolve) => {
    // When this process itself stood still, the answer may have arrived. The second timer lets it be read first.
    timer = setTimeout(() => {
      timer = setTimeout(resolve, 1)
    }, ms - 1)
  })
  try {
    return await Promise.race([Promise.resolve().then(work), over.then(late)])
  } finally {
    clearTimeout(timer)
  }
}

/** Answers with the work of a part of the host. If the time is over, throws an error that names the part. */
export function answerInTime<Answer>(
  work: () => Answer | PromiseLike<Answer>,
  { part, ms, code }: { readonly part: string; readonly ms: number; readonly code: NightlatchErrorCode },
): Promise<Answer> {
  return inTime(ms, work, () => {
    throw new NightlatchError(code, `${part} did not answer within ${ms} ms`)
  })
}
