import type * as Flexible from 'rate-limiter-flexible'
import { missingPackage } from '../../core/missing-package.ts'

/**
 * Begins to load the package, and answers what waits for it. It begins at once, because a charge has to be done within
 * its time. Tries again after a failure.
 */
export function flexiblePackage(limiter: string): () => Promise<typeof Flexible> {
  let loading: Promise<typeof Flexible> | undefined
  const load = (): Promise<typeof Flexible> => {
    loading ??= import('rate-limiter-flexible').catch((cause: unknown) => {
      loading = undefined
      throw missingPackage(limiter, 'rate-limiter-flexible', cause)
    })
    return loading
  }
  // The first charge tells the failure.
  load().catch(() => undefined)
  return load
}
