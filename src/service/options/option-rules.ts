import { isNightlatchError, NightlatchError } from '../../core/errors.ts'

/** The error for an option of a wrong value. It names the option, never the value. */
export function optionError(key: string, rule: string): NightlatchError {
  return new NightlatchError('NL_CONFIG', `createNightlatch: ${key} must be ${rule}`)
}

export function rejectUnknown(path: string, value: object, names: readonly string[]): void {
  for (const name of Object.keys(value)) {
    if (!names.includes(name)) {
      throw new NightlatchError(
        'NL_CONFIG',
        `createNightlatch: ${path}${name} is no option; known: ${names.join(', ')}`,
      )
    }
  }
}

/** An option that holds options itself. Absent: an empty one. The caller checks what is in it. */
export function requirePart<Part extends object>(
  value: Part | undefined,
  key: string,
  names: Readonly<Record<keyof Part, true>>,
): Part {
  const given: unknown = value ?? {}
  if (typeof given !== 'object' || given === null || Array.isArray(given)) throw optionError(key, 'an object')
  rejectUnknown(`${key}.`, given, Object.keys(names))
  return given as Part
}

/** A name or an address that goes into mails and key URIs. */
export function requireLine(value: unknown, key: string, longest = 200): asserts value is string {
  if (typeof value !== 'string' || value.trim() === '') throw optionError(key, 'a text that is not empty')
  if (/[\p{Cc}\p{Cs}]/u.test(value)) {
    throw optionError(key, 'one line of text without control characters and halves of characters')
  }
  if (value.length > longest) throw optionError(key, `at most ${longest} characters long, not ${value.length}`)
}

/** Runs a check of the core, whose errors name the option alone, and says where among the options it stands. */
export function checkedAt<T>(path: string, check: () => T): T {
  try {
    return check()
  } catch (error) {
    if (!isNightlatchError(error)) throw error
    throw new NightlatchError('NL_CONFIG', `createNightlatch: ${path}${error.message}`, { cause: error })
  }
}

export function requireFunction(value: unknown, key: string, rule = 'a function'): void {
  if (typeof value !== 'function') throw optionError(key, rule)
}

export function requireMethod(value: unknown, key: string, method: string): void {
  const found = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[method] : undefined
  if (typeof found !== 'function') throw optionError(key, `an object with the method ${method}`)
}

export function oneOf<Value extends string>(value: unknown, key: string, allowed: readonly Value[]): Value {
  const found = allowed.find((one) => one === value)
  if (found === undefined) throw optionError(key, `one of ${allowed.join(', ')}`)
  return found
}

export function wholeNumber(value: number, key: string, from: number, to: number): number {
  if (!Number.isSafeInteger(value) || value < from || value > to) {
    throw optionError(key, `a whole number from ${from} to ${to}`)
  }
  return value
}
