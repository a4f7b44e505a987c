import { isNightlatchError } from '../core/errors.ts'

/** Assertions that need no test runner: a case fails when it throws. */
export function check(condition: boolean, what: string): void {
  if (!condition) throw new Error(`contract: ${what}`)
}

/** Equal as data. The order of object keys does not matter, the order of lists does. */
export function same(actual: unknown, expected: unknown, what: string): void {
  const [is, should] = [textOf(actual), textOf(expected)]
  check(is === should, `${what}: expected ${should.slice(0, 400)}, got ${is.slice(0, 400)}`)
}

export function count(list: readonly unknown[], value: unknown): number {
  return list.filter((item) => item === value).length
}

/** The call must throw, or reject with, an error of the library that has one of the codes. */
export async function refuses(call: () => Promise<unknown>, codes: readonly string[], what: string): Promise<void> {
  const answer = await call().then(
    () => 'an answer',
    (error: unknown) => (isNightlatchError(error) ? error.code : `another error, ${String(error)}`),
  )
  check(codes.includes(answer), `${what}: expected ${codes.join(' or ')}, got ${answer}`)
}

function textOf(value: unknown): string {
  const sorted = (_: string, inner: unknown): unknown =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1))
      : inner
  return JSON.stringify(value, sorted) ?? 'undefined'
}
