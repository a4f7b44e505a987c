import type { Nightlatch } from 'nightlatch'
import { createNightlatch, keyring } from 'nightlatch'
import { nodemailerMailer } from 'nightlatch/mail/nodemailer'
import { migrate, sqlStorage } from 'nightlatch/storage/sql'
import type { PortalDatabase } from './host/database.ts'
import type { Users } from './host/users.ts'

export const appName = 'Nightlatch Portal'

/** Everything the portal has to tell nightlatch. */
export async function createPortalNightlatch(host: {
  readonly db: PortalDatabase
  readonly users: Users
  readonly keys: string
  readonly smtpPort: number
  /** Asks a second factor of everybody. */
  readonly require2fa: boolean
}): Promise<Nightlatch> {
  const { db, users, keys, smtpPort, require2fa } = host
  await migrate(db)
  return createNightlatch({
    appName,
    contact: 'security@portal.example',
    storage: sqlStorage(db),
    mailer: nodemailerMailer({
      transport: { host: '127.0.0.1', port: smtpPort, ignoreTLS: true },
      from: `${appName} <security@portal.example>`,
    }),
    keys: keyring(keys),
    describe: async (id) => {
      const u = await users.get(id)
      return {
        name: u.email,
        // A real site says `verified` only after its own confirmation mail was answered.
        addresses: [{ mail: u.email, verified: true }],
        timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
      }
    },
    ...(require2fa ? { policy: { factors: { required: { since: 0, graceMs: 0 } } } } : {}),
  })
}
