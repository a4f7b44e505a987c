type Method = (input: unknown) => Promise<unknown>

/**
 * A part of the facade whose code is loaded at the first call of one of its methods, so that a server that never shows
 * a security page does not load it. `names` are all of its methods; the compiler checks that none is missing.
 */
export function later<Part extends object>(names: Readonly<Record<keyof Part, true>>, load: () => Promise<Part>): Part {
  let loading: Promise<Part> | null = null
  const part = (): Promise<Part> => {
    loading ??= load().catch((error: unknown) => {
      // The file may be readable at the next call.
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
