import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { generateKey } from 'nightlatch'

/** The portal keeps its secrets in files that only this user can read. A deployment keeps them in a secret store. */
function fileSecret(file: string, make: () => string): string {
  if (!existsSync(file)) writeFileSync(file, make(), { mode: 0o600, flag: 'wx' })
  return readFileSync(file, 'utf8').trim()
}

export interface Secrets {
  /** For `keyring()`. */
  readonly keys: string
  /** Signs the session cookie. */
  readonly session: string
  /** Where the keys are kept; null if they came from the environment. */
  readonly keyFile: string | null
}

export function readSecrets(folder: string): Secrets {
  const keyFile = join(folder, 'nightlatch.key')
  const fromEnvironment = process.env.NL_KEYS
  return {
    keys: fromEnvironment ?? fileSecret(keyFile, generateKey),
    session: fileSecret(join(folder, 'session.key'), () => randomBytes(32).toString('base64url')),
    keyFile: fromEnvironment === undefined ? keyFile : null,
  }
}
