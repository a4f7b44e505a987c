import { NightlatchError } from '../../core/errors.ts'
import type { NightlatchOptions } from './options.ts'

/** What nothing runs without, as somebody can paste it who tries the library for the first time. */
const beginnings = {
  storage: "storage: memoryStorage(), // import { memoryStorage } from 'nightlatch/storage/memory'",
  mailer: 'mailer: { send: async (mail) => console.log(mail) }, // later nodemailerMailer() or your own',
  keys: "keys: keyring(generateKey()), // import { generateKey, keyring } from 'nightlatch'",
  describe: 'describe: (id) => ({ name: id, addresses: [] }), // later the name and the addresses of the account',
} as const satisfies Partial<Readonly<Record<keyof NightlatchOptions, string>>>

/** Names all that is missing at once, with the lines that run in development. */
export function requireBeginnings(options: Partial<NightlatchOptions>): void {
  const names = Object.keys(beginnings) as (keyof typeof beginnings)[]
  const missing = names.filter((name) => options[name] === undefined || options[name] === null)
  if (missing.length === 0) return
  const lines = missing.map((name) => `\n  ${beginnings[name]}`)
  const told = `createNightlatch: without ${missing.join(', ')}. In development these lines are enough:`
  const later = missing.includes('keys') ? '\nKeep a key that stays with your secrets: npx nightlatch keygen' : ''
  throw new NightlatchError('NL_CONFIG', told + lines.join('') + later)
}
