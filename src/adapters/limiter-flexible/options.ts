import { NightlatchError } from '../../core/errors.ts'

/** Below the time after which the service gives up, so that nothing is charged after it. */
export const defaultTimeoutMs = 250

/** Checks that the options have no other keys, and answers their timeout in ms. */
export function requireOptions(name: string, options: unknown, keys: readonly string[]): number {
  if (typeof options !== 'object' || options === null) throw configError(`${name} takes { ${keys.join(', ')} }`)
  const unknown = Object.keys(options).find((key) => !keys.includes(key))
  if (unknown !== undefined) throw configError(`${name} has no option ${unknown}; it has ${keys.join(', ')}`)
  const { timeoutMs = defaultTimeoutMs } = options as { readonly timeoutMs?: unknown }
  if (!Number.isSafeInteger(timeoutMs) || (timeoutMs as number) < 1 || (timeoutMs as number) > 60_000) {
    throw configError('timeoutMs must be an integer from 1 to 60000')
  }
  return timeoutMs as number
}

/** Tells whether the value has all of these methods. */
export function hasMethods(value: unknown, names: readonly string[]): boolean {
  return names.every((name) => typeof (Object(value) as Record<string, unknown>)[name] === 'function')
}

export function configError(message: string): NightlatchError {
  return new NightlatchError('NL_CONFIG', message)
}
