import { createHash } from 'node:crypto'
import { Kysely, SqliteDialect } from 'kysely'
import { library } from '../../harness.mjs'

const minute = 60_000

/** A digest instead of scrypt, which would outweigh everything else. The peer keeps backup codes without a slow hash. */
async function cheapHash({ password, salt, params }) {
  const digest = createHash('sha512').update(salt).update(password).digest()
  return new Uint8Array(digest.subarray(0, params.length))
}

export async function nightlatch(database) {
  const { createNightlatch, generateKey, keyring } = await library('index')
  const { migrate, sqlStorage } = await library('storage/sql')
  const { decodeBase32, totp } = await library('otp')

  const db = new Kysely({ dialect: new SqliteDialect({ database }) })
  await migrate(db)
  let ahead = 0
  const now = () => Date.now() + ahead
  const nl = createNightlatch({
    appName: 'Acme',
    contact: 'security@acme.example',
    storage: sqlStorage(db),
    mailer: { send: async () => {} },
    keys: keyring(generateKey()),
    describe: (id) => ({ name: id, addresses: [{ mail: `${id}@acme.example`, verified: true }] }),
    clock: now,
    slowHash: cheapHash,
  })

  async function enroll(n) {
    const accountId = `user-${n}`
    const name = `${accountId}@acme.example`
    const client = { ip: `10.0.${n >> 8}.${n & 255}`, userAgent: 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0' }
    const { grant, deviceToken } = await nl.signIn.start({ name, accountId, primary: 'password', client })
    const { key } = await nl.totp.enroll({ grant, label: 'Phone', client })
    const secret = decodeBase32(key).bytes
    const { backupCodes } = await nl.totp.confirm({ grant, code: totp({ secret, now: now() }), client })
    return { name, accountId, secret, backupCodes: [...backupCodes], client: { ...client, device: deviceToken } }
  }

  return {
    enroll,
    /** A code of an app is taken once, so each batch has a time step of its own. */
    nextBatch() {
      ahead += minute
    },
    async start({ name, accountId, secret, backupCodes, client }, factor) {
      const started = await nl.signIn.start({ name, accountId, primary: 'password', client })
      const code = factor === 'totp' ? totp({ secret, now: now() }) : backupCodes.pop()
      return { challenge: started.challenge, code, client }
    },
    verify: (attempt) => nl.signIn.verify(attempt),
    granted: ({ status, grant }) => status === 'granted' && typeof grant === 'string',
    /** Resolves when the mails of the calls are sent: their cost belongs to the calls. */
    settle: () => nl.outbox.idle(),
    close: () => nl.outbox.stop(),
  }
}
