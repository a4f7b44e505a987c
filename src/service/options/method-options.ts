import type { Method } from '../../core/factor.ts'
import { methods, restrictedMethods } from '../../core/factor.ts'
import { oneOf, optionError } from './option-rules.ts'

/** The methods that may be enrolled: all that are configured, or those of them that the host chose. */
export function checkMethods(
  given: readonly Method[] | undefined,
  configured: Readonly<Record<Method, boolean>>,
): readonly Method[] {
  const chosen: unknown = given === undefined ? methods.filter((method) => configured[method]) : given
  if (!Array.isArray(chosen) || chosen.length === 0) {
    throw optionError('methods', 'a list of methods that is not empty')
  }
  const named = Array.from(chosen, (method) => oneOf(method, 'each of methods', methods))
  const missing = named.find((method) => !configured[method])
  if (missing !== undefined) {
    const option = missing === 'passkey' ? 'passkeys' : missing
    throw optionError('methods', `without ${missing} unless the option ${option} is given: give it, or leave it out`)
  }
  if (named.every((method) => restrictedMethods.includes(method))) {
    const restricted = restrictedMethods.join(', ')
    throw optionError(
      'methods',
      `more than ${restricted}: a phone number is a restricted authenticator, and nobody may have to use it`,
    )
  }
  return methods.filter((method) => named.includes(method))
}
