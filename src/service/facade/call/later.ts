type Method = (input: unknown) => Promise<unknown>

/**
 * A part of the facade whose code is loaded with the first call of one of its methods: a server that never shows a
 * security page pays for none. `names` are all of its methods, which the type holds it to.
 */
export function later<Part extends object>(names: Readonly<Record<keyof Part, true>>, load: () => Promise<Part>): Part {
  let loading: Promise<Part> | null = null
  const part = (): Promise<Part> => {
    loading ??= load().catch((error: unknown) => {
      // A file that could not be read once may be there the next time.
      loading = null
      throw error
    })
    return loading
  }
  const methods = Object.keys(names).map((name): [string, Method] => [
    name,
    async (input) => ((await part()) as Record<string, Method>)[name]!(input),
  ])
  return Object.fromEntries(methods) as Part
}
