import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { createTransport } from 'nodemailer'
import { createApp } from './app.ts'
import { openDatabase } from './host/database.ts'
import { openMailbox } from './host/mailbox.ts'
import { readSecrets } from './host/secrets.ts'
import { SqliteSessionStore } from './host/session-store.ts'
import { createUsers } from './host/users.ts'
import { appName, createPortalNightlatch } from './nightlatch.ts'

const port = Number(process.env.PORT ?? 4000)
const folder = process.env.NIGHTLATCH_DATA ?? join(import.meta.dirname, 'data')
const require2fa = process.env.NIGHTLATCH_REQUIRE_2FA === '1'

mkdirSync(folder, { recursive: true, mode: 0o700 })
const secrets = readSecrets(folder)
const db = await openDatabase(join(folder, 'portal.db'))
const users = createUsers(db)
const mailbox = await openMailbox(db)
const nl = await createPortalNightlatch({ db, users, keys: secrets.keys, smtpPort: mailbox.port, require2fa })
const smtp = createTransport({ host: '127.0.0.1', port: mailbox.port, ignoreTLS: true })

const app = createApp(
  {
    nl,
    users,
    mailbox,
    require2fa,
    sendMail: (mail) => smtp.sendMail({ from: `${appName} <hello@portal.example>`, ...mail }),
  },
  {
    origins: [`http://127.0.0.1:${port}`, `http://localhost:${port}`],
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
  ${appName} is open at  http://127.0.0.1:${port}

  1. Register with any address: its mails stay on this machine, in the portal's own mailbox.
  2. Log in, open "Set up two-factor authentication", and scan the code with the app on your phone.
  3. Sign out, and sign in with a code of the app. The next time, try a backup code.
  4. See it all in the login history, and every notice at  http://127.0.0.1:${port}/mailbox

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
