import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Programs that some tests need and a machine may lack, with the names they go by. */
const programs = {
  chromium: ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'],
  oathtool: ['oathtool'],
  zbarimg: ['zbarimg'],
} as const

export type Program = keyof typeof programs

function onPath(name: string): string | undefined {
  const places = (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, name))
  return places.find((path) => {
    try {
      accessSync(path, constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}

/**
 * The path of a program that a test needs, for `describe.runIf(path)`. Where it is missing: one line and `undefined`,
 * or an error if `NIGHTLATCH_REQUIRE`, a list of names, says that this machine must have it.
 */
export function requires(program: Program): string | undefined {
  const path = programs[program].map(onPath).find((found) => found !== undefined)
  if (path !== undefined) return path
  const required = (process.env.NIGHTLATCH_REQUIRE ?? '').split(',').map((name) => name.trim())
  if (required.includes(program)) throw new Error(`NIGHTLATCH_REQUIRE names ${program}, but it is not on the PATH`)
  console.warn(`skipped: these tests need ${program}, which is not on the PATH`)
  return undefined
}
