import { requireObject } from '../../../core/arguments.ts'
import { loadOnce } from '../../../languages/load-once.ts'

type Method = (input: unknown) => Promise<unknown>

/**
 * A part of the facade whose code is loaded at the first call of one of its methods, so that the start of a program
 * does not load it. `names` are all of its methods; the compiler checks that none is missing. Each of them gets one
 * options object, which is checked before the method reads anything of it.
 */
export function late<Part extends object>(names: Readonly<Record<keyof Part, true>>, load: () => Promise<Part>): Part {
  const part = loadOnce(load)
  const methods = Object.keys(names).map((name): [string, Method] => [
    name,
    async (input = {}) => {
      requireObject(input, 'input')
      return ((await part()) as Record<string, Method>)[name]!(input)
    },
  ])
  return Object.fromEntries(methods) as Part
}
