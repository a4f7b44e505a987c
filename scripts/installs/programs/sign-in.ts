// Two sign-ins from end to end, over whatever the host gives. The projects of `npm run installs` compile and run it.
import { createNightlatch, generateKey, keyring } from 'nightlatch'
import type { Mailer, NightlatchOptions } from 'nightlatch'
import { decodeBase32, totp } from 'nightlatch/otp'

const name = 'ada@acme.example'

/** Enrolls an app by a code, signs in with its next code and with a backup code, and lists the history. */
export async function signInTwice(given: Pick<NightlatchOptions, 'storage' | 'passkeys'>): Promise<string> {
  const mailer: Mailer = { send: async () => {} }
  const nl = createNightlatch({
    ...given,
    appName: 'Acme',
    contact: 'security@acme.example',
    mailer,
    keys: keyring(generateKey()),
    describe: () => ({ name, addresses: [{ mail: name, verified: true }] }),
  })
  const first = await nl.signIn.start({ name, accountId: 'ada', primary: 'password' })
  if (first.status !== 'granted') throw new Error(`the first sign-in is ${first.status}`)
  const phone = await nl.totp.enroll({ grant: first.grant, label: 'Phone' })
  if (!phone.ok) throw new Error(`enrolling is ${phone.reason}`)
  const key = decodeBase32(phone.key)
  if (!key.ok) throw new Error('the key is no base32')
  const code = (ahead: number): string => totp({ secret: key.bytes, now: Date.now() + ahead * 30_000 })
  const set = await nl.totp.confirm({ grant: first.grant, code: code(0) })
  if (!set.ok) throw new Error(`confirming is ${set.reason}`)
  const [backupCode = ''] = set.backupCodes ?? []
  let grant = ''
  for (const answer of [code(1), backupCode]) {
    const asked = await nl.signIn.start({ name, accountId: 'ada', primary: 'password' })
    if (asked.status !== 'challenge') throw new Error(`a later sign-in is ${asked.status}`)
    const granted = await nl.signIn.verify({ challenge: asked.challenge, code: answer })
    if (granted.status !== 'granted') throw new Error(`the code is ${granted.status}`)
    grant = granted.grant
  }
  const history = await nl.history.list({ grant })
  if (!history.ok) throw new Error(`the history is ${history.reason}`)
  return `${history.events.length} events`
}
