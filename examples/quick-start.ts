// Two-factor sign-in in a terminal: npm run example. It types the codes itself with `-- --demo` or without a keyboard.
import { createInterface } from 'node:readline/promises'
import { createNightlatch, generateKey, keyring } from 'nightlatch'
import { decodeBase32, totp } from 'nightlatch/otp'
import { qrTerminal } from 'nightlatch/qr'
import { memoryStorage } from 'nightlatch/storage/memory'

const name = 'ada@acme.example'
const nl = createNightlatch({
  appName: 'Acme',
  contact: 'security@acme.example',
  storage: memoryStorage(),
  mailer: { send: async ({ subject }) => console.log(`  (mail: ${subject})`) },
  keys: keyring(generateKey()),
  describe: () => ({ name, addresses: [{ mail: name, verified: true }] }),
})
const demo = process.argv.includes('--demo') || !process.stdin.isTTY || 'CI' in process.env
const terminal = createInterface({ input: process.stdin, output: process.stdout })

// The password was right, and there is no second factor yet: that lets them in, and they set one up.
const first = await nl.signIn.start({ name, accountId: 'ada', primary: 'password' })
const phone = await nl.totp.enroll({ grant: first.status === 'granted' ? first.grant : null, label: 'Phone' })
if (first.status !== 'granted' || !phone.ok) throw new Error('There was no sign-in to set it up from.')
console.log(`${await qrTerminal(phone.uri)}\nScan it with your authenticator app, or type the key: ${phone.key}\n`)
const key = decodeBase32(phone.key)
const ask = async (question: string, ahead: number): Promise<string> =>
  demo && key.ok ? totp({ secret: key.bytes, now: Date.now() + ahead * 30_000 }) : terminal.question(`${question}: `)
let set = await nl.totp.confirm({ grant: first.grant, code: await ask('Code of the app', 0) })
while (!set.ok) set = await nl.totp.confirm({ grant: first.grant, code: await ask(`It is ${set.reason}. Again`, 0) })
console.log(`Two-factor authentication is on. Backup codes:\n  ${set.backupCodes?.join('\n  ')}\n`)

// The next sign-in asks for a code. Each is taken once: wait for the app's next one, or type a backup code.
let r = await nl.signIn.start({ name, accountId: 'ada', primary: 'password' })
while (r.status === 'challenge') r = await nl.signIn.verify({ challenge: r.challenge, code: await ask('Next code', 1) })
const history = await nl.history.list({ grant: r.status === 'granted' ? r.grant : null })
console.log(r.status === 'granted' ? `Signed in with ${r.amr.join(', ')}. The history:` : `It was ${r.status}.`)
for (const { n, at, type } of history.ok ? history.events : [])
  console.log(` ${n}  ${new Date(at).toISOString()}  ${type}`)
terminal.close()
