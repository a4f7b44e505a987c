// What an application does that installed every optional package.
import { Kysely, SqliteDialect } from 'kysely'
import Database from 'libsql'
import { readPhone } from 'nightlatch'
import { redisLimiter } from 'nightlatch/limiter/flexible'
import { nodemailerMailer } from 'nightlatch/mail/nodemailer'
import { webauthn } from 'nightlatch/passkeys'
import { migrate, sqlStorage } from 'nightlatch/storage/sql'
import { signInTwice } from './sign-in.ts'

const challenge = 'A'.repeat(43)

/** The code of the error, which tells a package that is there from one that is missing. */
async function codeOf(work: Promise<unknown>): Promise<unknown> {
  try {
    return await work
  } catch (error) {
    return (error as { readonly code?: unknown }).code
  }
}

async function main(): Promise<void> {
  const database = new Kysely<object>({ dialect: new SqliteDialect({ database: new Database(':memory:') }) })
  await migrate(database)
  const passkeys = webauthn({ rpId: 'acme.example', rpName: 'Acme', origins: ['https://acme.example'] })
  const events = await signInTwice({ storage: sqlStorage(database), passkeys: { verifier: passkeys } })
  await database.destroy()

  // Nobody listens there, and nobody has to: the packages are what is asked for.
  const mailer = nodemailerMailer({ transport: 'smtp://127.0.0.1:1', from: 'security@acme.example' })
  const mail = { to: 'ada@acme.example', subject: 'a', text: 'b', html: 'c', dedupeKey: 'd', language: 'en' }
  const client = { eval: async () => [], multi: () => null }
  const charges = [{ key: 'a', limit: 1, windowMs: 1000 }]
  const answers = [
    ['passkeys', await codeOf(passkeys.verifyRegistration({ challenge, response: {} as never })), null],
    ['mail', await codeOf(mailer.send(mail)), 'NL_MAIL_FAILED'],
    ['limiter', await codeOf(redisLimiter({ client }).charge({ now: 1, charges })), 'NL_LIMITER_FAILED'],
    ['phone', (await readPhone('06 30 123 4567', 'HU')).ok, true],
  ] as const
  const wrong = answers.filter(([, answer, expected]) => answer !== expected)
  if (wrong.length > 0) throw new Error(JSON.stringify(wrong))
  console.log(`signed in over SQL (${events}), loaded ${answers.map(([what]) => what).join(', ')}`)
}

// What it throws ends the process with an exit code.
void main()
