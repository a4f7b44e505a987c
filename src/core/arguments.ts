import { NightlatchError } from './errors.ts'

/** The error names the argument and never shows its value, because a value may be a secret. */
export function argumentError(title: string, rule: string): NightlatchError {
  return new NightlatchError('NL_ARGUMENT', `${title} must be ${rule}`)
}

export function requireObject(value: unknown, title: string): asserts value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw argumentError(title, 'an object')
}

/** For objects of which no part may be missing, such as the texts of a language. */
export function requireParts(value: unknown, title: string, names: readonly string[]): void {
  requireObject(value, title)
  const missing = names.find((name) => value[name] === undefined)
  if (missing !== undefined) throw argumentError(`${title}.${missing}`, 'given')
}

export function requireText(value: unknown, title: string): asserts value is string {
  if (typeof value !== 'string') throw argumentError(title, 'a string')
}

export function requireInteger(
  value: unknown,
  title: string,
  range: { readonly from: number; readonly to: number },
): asserts value is number {
  if (!Number.isSafeInteger(value) || (value as number) < range.from || (value as number) > range.to) {
    throw argumentError(title, `an integer from ${range.from} to ${range.to}`)
  }
}

export function requireOneOf<Value extends string>(
  value: unknown,
  title: string,
  allowed: readonly Value[],
): asserts value is Value {
  if (!allowed.includes(value as Value)) throw argumentError(title, `one of ${allowed.join(', ')}`)
}
