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
