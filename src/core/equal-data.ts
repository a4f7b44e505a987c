/** Whether two values of plain data (texts, numbers, flags, null, lists, objects) are equal in every field. */
export function equalData(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (Array.isArray(a) !== Array.isArray(b)) return false
  const left = Object.entries(a)
  return left.length === Object.keys(b).length && left.every(([name, value]) => hasEqual(b, name, value))
}

function hasEqual(holder: object, name: string, value: unknown): boolean {
  return Object.hasOwn(holder, name) && equalData(value, (holder as Record<string, unknown>)[name])
}
