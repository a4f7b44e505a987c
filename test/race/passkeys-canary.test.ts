import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { publicOutcome } from 'nightlatch'
import type { Storage } from 'nightlatch'
import { expectOk, expectStatus } from '../world/expect-outcome.ts'
import { createAuthenticator } from '../world/passkey-authenticator.ts'
import { answered, keyOwner, made, proven, withPasskeys } from '../world/passkey-person.ts'
import { home } from '../world/person.ts'
import { recordingStorage } from '../world/recording-storage.ts'
import { storages } from '../world/storages.ts'
import { createWorld } from '../world/world.ts'
import { appears } from './canary-search.ts'
import type { Met } from './canary-search.ts'

const person = 'ada-canary-lovelace'

/** Goes through every flow of passkeys, and collects the secrets that it met and whatever came out. */
async function journey(inner: Storage): Promise<Met> {
  const secrets: string[] = []
  const outside: string[] = []
  const { storage, written } = recordingStorage(inner)
  const world = createWorld({ storage, options: withPasskeys })
  const { nl } = world
  const keep = <Input extends object>(input: Input): Input => {
    const { ceremony, challenge, grant, proof } = input as Record<string, unknown>
    for (const token of [ceremony, challenge, grant, proof]) if (typeof token === 'string') secrets.push(token)
    return input
  }
  const catches = async (call: () => Promise<unknown>): Promise<void> => {
    await call().catch((error: unknown) => outside.push(String(error), inspect(error, { depth: 9 })))
  }

  const ada = await keyOwner(nl, { id: person })
  secrets.push(...ada.backupCodes, ada.grant)
  const key = createAuthenticator()
  await ada.add(key)
  const lies = [
    {},
    { origin: 'https://evil.example' },
    { userVerified: false },
    { backupEligible: false, backedUp: false },
  ]
  for (const words of lies) {
    for (const challenge of [null, await ada.challenge()]) {
      const outcome = await nl.signIn.verifyPasskey(keep(await answered(nl, key, challenge, words)))
      outside.push(JSON.stringify(publicOutcome(outcome)))
      if (outcome.status === 'granted') secrets.push(outcome.grant, outcome.deviceToken)
    }
    await nl.stepUp.verifyPasskey(keep(await proven(nl, key, ada, words)))
    const call = keep({ grant: ada.grant, proof: await ada.proof() })
    const input = keep(await made(nl, createAuthenticator(), call, words))
    if (words !== lies[0]) outside.push(JSON.stringify(await nl.passkeys.confirm({ ...input, response: {} })))
  }
  for (const method of ['load', 'commit', 'find', 'append'] as const) {
    const failing = { ...storage, [method]: () => Promise.reject(new Error('no storage')) }
    const broken = world.instance({ storage: failing })
    const alone = keep(await answered(nl, key, null))
    await catches(() => broken.signIn.verifyPasskey(alone))
    const call = keep(await proven(nl, key, ada))
    await catches(() => broken.stepUp.verifyPasskey(call))
  }
  await ada.becomePasskeyOnly()
  secrets.push(ada.grant)
  const recover = { name: person, accountId: person, primary: 'password', client: home } as const
  outside.push(JSON.stringify(await nl.signIn.recover({ ...recover, code: '00000-00000-000' })))
  const enroll = expectStatus(await nl.signIn.recover({ ...recover, code: ada.backupCodes[0] }), 'enroll')
  secrets.push(enroll.grant)
  const { grant } = expectOk(
    await nl.passkeys.confirm(keep(await made(nl, createAuthenticator(), { grant: enroll.grant }))),
  )
  outside.push(JSON.stringify(expectOk(await nl.passkeys.list({ grant }))))
  outside.push(JSON.stringify(expectOk(await nl.history.list({ grant, limit: 100 }))))
  outside.push(expectOk(await nl.history.csv({ grant })).csv)
  await nl.outbox.idle()
  outside.push(...written, JSON.stringify(world.mailer.mails))
  return { secrets: [...new Set(secrets)], outside }
}

describe.each(storages)('promise 3 for passkeys on $title', ({ open }) => {
  it('[PKR-15] promise 3: no token or code comes out, and the user handle tells nothing of its owner', async () => {
    const opened = await open()
    const { secrets, outside } = await journey(opened.storage)
    await opened.close()
    expect(secrets.length).toBeGreaterThan(50)
    const all = outside.join('\n')
    for (const secret of secrets) expect(appears(secret, all), `secret of ${secret.length} characters`).toBe(false)
    const handles = [...all.matchAll(/"handle\\*":\\*"([\w-]{86})/g)].map(([, handle = '']) => handle)
    expect(new Set(handles).size).toBe(1)
    for (const encoding of ['latin1', 'hex', 'utf16le'] as const) {
      expect(Buffer.from(handles[0] ?? '', 'base64url').toString(encoding)).not.toContain(person.slice(0, 5))
    }
  })
})
