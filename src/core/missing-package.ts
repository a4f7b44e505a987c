import { NightlatchError } from './errors.ts'

/**
 * The error for an optional package that cannot be loaded. Adapters load theirs at the first use, because a static
 * import of a missing package ends the program with an error that names no fix.
 */
export function missingPackage(use: string, name: string, cause: unknown): NightlatchError {
  return new NightlatchError(
    'NL_CONFIG',
    `${use} needs the package ${name}, which cannot be loaded: npm install ${name}`,
    {
      cause,
    },
  )
}
