type Nullable<T> = { [K in keyof T]: null extends T[K] ? K : never }[keyof T]

/** The same fields; one that could be null is absent then. */
export type WithoutNulls<T> = T extends readonly unknown[]
  ? T
  : T extends object
    ? { readonly [K in Exclude<keyof T, Nullable<T>>]: WithoutNulls<T[K]> } & {
        readonly [K in Nullable<T>]?: WithoutNulls<NonNullable<T[K]>>
      }
    : T

/** What the core does not know is null there. The facade leaves such a field out. */
export function withoutNulls<T extends object>(value: T): WithoutNulls<T> {
  const known = Object.entries(value).filter(([, field]) => field !== null)
  const fields = known.map(([name, field]: [string, unknown]) => [name, isFields(field) ? withoutNulls(field) : field])
  return Object.fromEntries(fields) as WithoutNulls<T>
}

function isFields(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
