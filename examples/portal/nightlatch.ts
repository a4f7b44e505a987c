import type { Nightlatch, SmsSender } from 'nightlatch'
import { createNightlatch, keyring, trustDevices } from 'nightlatch'
import { nodemailerMailer } from 'nightlatch/mail/nodemailer'
import { webauthn } from 'nightlatch/passkeys'
import { migrate, sqlStorage } from 'nightlatch/storage/sql'
import type { PortalDatabase } from './host/database.ts'
import type { Users } from './host/users.ts'

export const appName = 'Nightlatch Portal'
export const trustedDays = 30

/** All settings of nightlatch for this site. */
export async function createPortalNightlatch(host: {
  readonly db: PortalDatabase
  readonly users: Users
  readonly phones: SmsSender
  readonly origin: string
  readonly keys: string
  readonly smtpPort: number
  /** Asks a second factor of everybody. */
  readonly require2fa: boolean
  /** One method at a time. */
  readonly exclusive: boolean
}): Promise<Nightlatch> {
  const { db, users, phones, origin, keys, smtpPort, require2fa, exclusive } = host
  const { hostname, protocol } = new URL(origin)
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
    sms: {
      sender: phones,
      // The countries of this site's customers. Messages to other countries would cost money and help nobody here.
      countries: ['AT', 'CH', 'DE', 'FR', 'GB', 'HU', 'IE', 'US'],
      defaultCountry: 'HU',
      domain: hostname,
    },
    passkeys: { verifier: webauthn({ rpId: hostname, rpName: appName, origins: [origin] }) },
    trustedDevices: trustDevices({ lifeMs: trustedDays * 86_400_000 }),
    // Browsers keep a secure cookie only from https.
    cookie: { secure: protocol === 'https:' },
    factors: exclusive ? 'exclusive' : 'multiple',
    ...(require2fa ? { policy: { factors: { required: { since: 0, graceMs: 0 } } } } : {}),
  })
}
