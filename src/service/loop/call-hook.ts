import { NightlatchError } from '../../core/errors.ts'
import { limits } from '../../core/limits.ts'
import { inTime } from './in-time.ts'

/** Calls what a host gave to be told by. Nobody waits for it. `failed` hears if it throws, or does not end in time. */
export function callHook(hook: () => unknown, failed: (cause: unknown) => void): void {
  inTime<unknown>(limits.hookMs, hook, tooLate).catch(failed)
}

function tooLate(): never {
  throw new NightlatchError('NL_CONFIG', `it did not end within ${limits.hookMs} ms`)
}
