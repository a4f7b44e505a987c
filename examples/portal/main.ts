import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { createTransport } from 'nodemailer'
import { createApp } from './app.ts'
import { openDatabase } from './host/database.ts'
import { openMailbox } from './host/mailbox.ts'
import { openPhones } from './host/phones.ts'
import { readSecrets } from './host/secrets.ts'
import { SqliteSessionStore } from './host/session-store.ts'
import { createUsers } from './host/users.ts'
import { appName, createPortalNightlatch } from './nightlatch.ts'

const port = Number(process.env.PORT ?? 4000)
const folder = process.env.NIGHTLATCH_DATA ?? join(import.meta.dirname, 'data')
const require2fa = process.env.NIGHTLATCH_REQUIRE_2FA === '1'
const exclusive = process.env.NIGHTLATCH_FACTORS === 'exclusive'
// Passkeys work on localhost without https, and on no address that is written in numbers.
const origin = `http://localhost:${port}`

mkdirSync(folder, { recursive: true, mode: 0o700 })
const secrets = readSecrets(folder)
const db = await openDatabase(join(folder, 'portal.db'))
const users = createUsers(db)
const mailbox = await openMailbox(db)
const phones = openPhones(db)
const nl = await createPortalNightlatch({
  db,
  users,
  phones,
  origin,
  keys: secrets.keys,
  smtpPort: mailbox.port,
  require2fa,
  exclusive,
})
const smtp = createTransport({ host: '127.0.0.1', port: mailbox.port, ignoreTLS: true })

const app = createApp(
  {
    nl,
    users,
    mailbox,
    phones,
    require2fa,
    exclusive,
    sendMail: (mail) => smtp.sendMail({ from: `${appName} <hello@portal.example>`, ...mail }),
  },
  {
    origins: [origin, `http://127.0.0.1:${port}`],
    sessionSecret: secrets.session,
    sessionStore: new SqliteSessionStore(db),
  },
)

const server = app.listen(port, '127.0.0.1', (error) => {
  if (error) {
    console.error(`Port ${port} is not free. Choose another: PORT=4001 npm start`)
    process.exit(1)
  }
  console.log(`
  ${appName} is open at  ${origin}

  1. Register with any address: its mails and messages stay on this machine, in the portal's own mailbox.
  2. Log in, and set up a second factor: a passkey, the app on your phone, or a telephone number.
  3. Sign out, and sign in with it. The next time, try a backup code, or trust this browser.
  4. See it all in the login history, and every notice at  ${origin}/mailbox

  Everything is kept in ${folder}${
    secrets.keyFile === null
      ? ''
      : `
  The key that protects it is in ${secrets.keyFile}
  That is for trying out: in production it belongs in a secret store, and comes in as NL_KEYS.`
  }
`)
})

async function close(): Promise<void> {
  server.close()
  server.closeAllConnections()
  nl.outbox.stop()
  await nl.outbox.idle()
  mailbox.close()
  await db.destroy()
  process.exit(0)
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void close())
