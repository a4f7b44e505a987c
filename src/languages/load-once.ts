/**
 * Keeps what was loaded. To ask a runtime again for a module that it has costs as much as to write a mail. A failure is
 * not kept.
 */
export function loadOnce<T>(load: () => Promise<T>): () => Promise<T> {
  let loaded: Promise<T> | undefined
  return () => {
    loaded ??= load().catch((error: unknown) => {
      loaded = undefined
      throw error
    })
    return loaded
  }
}
