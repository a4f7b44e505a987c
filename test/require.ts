import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import pg from 'pg'
import { createClient } from 'redis'

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
  const required = requiredNames()
  const path = programs[program].map(onPath).find((found) => found !== undefined)
  if (path !== undefined) return path
  return miss(program, 'is not on the PATH', required)
}

/** Servers that some tests need: where they are looked for, and how one knows that they let the tests in. */
const servers = {
  redis: {
    url: () => process.env.NIGHTLATCH_REDIS ?? 'redis://127.0.0.1:6379',
    async enter(url: string) {
      const client = createClient({ url, socket: { connectTimeout: 3000, reconnectStrategy: false } })
      client.on('error', () => undefined)
      await client.connect()
      await client.close()
    },
  },
  postgres: {
    url: () => process.env.NIGHTLATCH_POSTGRES ?? 'postgres://postgres:postgres@127.0.0.1:5432/test',
    async enter(url: string) {
      const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 3000 })
      await client.connect()
      await client.end()
    },
  },
} as const

export type Server = keyof typeof servers

/** The address of a server that a test needs, like {@link requires}. It is looked for on this machine. */
export async function requiresServer(server: Server): Promise<string | undefined> {
  const required = requiredNames()
  const { url, enter } = servers[server]
  try {
    await enter(url())
    return url()
  } catch {
    return miss(server, 'does not answer', required)
  }
}

/** `mysql` stands for MariaDB. No test needs it before there is an engine for it, and a machine may have it anyway. */
const knownNames: readonly string[] = [...Object.keys(programs), ...Object.keys(servers), 'mysql']

/** The names of `NIGHTLATCH_REQUIRE`. A name that nothing here has would require nothing, unseen. */
function requiredNames(): readonly string[] {
  const names = (process.env.NIGHTLATCH_REQUIRE ?? '').split(',').map((name) => name.trim())
  const required = names.filter((name) => name !== '')
  const unknown = required.filter((name) => !knownNames.includes(name))
  if (unknown.length === 0) return required
  throw new Error(`NIGHTLATCH_REQUIRE names ${unknown.join(', ')}; known are ${knownNames.join(', ')}`)
}

function miss(name: string, why: string, required: readonly string[]): undefined {
  if (required.includes(name)) throw new Error(`NIGHTLATCH_REQUIRE names ${name}, but it ${why}`)
  console.warn(`skipped: these tests need ${name}, which ${why}`)
  return undefined
}
