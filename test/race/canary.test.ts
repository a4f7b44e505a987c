import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { keyring, publicOutcome } from 'nightlatch'
import type { ClientInfo, Nightlatch, Storage } from 'nightlatch'
import { encodeBase32 } from 'nightlatch/otp'
import { memoryStorage } from 'nightlatch/storage/memory'
import { memorySms } from 'nightlatch/testing'
import { expectOk, expectStatus } from '../world/expect-outcome.ts'
import { storageFailure } from '../world/faulty-storage.ts'
import { authenticator, elsewhere, wrongCode } from '../world/person.ts'
import { recordingStorage } from '../world/recording-storage.ts'
import { everyMethod } from '../world/several-factors.ts'
import { sqliteFile } from '../world/sqlite.ts'
import { createWorld, keyText } from '../world/world.ts'
import { newerFactors } from './canary-factors.ts'
import { appears, everyColumn, keepConsole } from './canary-search.ts'
import type { Met } from './canary-search.ts'

/** Every encoding in which a secret might come out. */
function spellings(secret: Uint8Array): readonly string[] {
  const bytes = Buffer.from(secret)
  const texts = [bytes.toString('hex'), bytes.toString('base64'), bytes.toString('base64url'), encodeBase32(secret)]
  return [...texts, bytes.toString('latin1'), [...bytes].join(',')]
}

const password = 'Canary-hunter2-Passw0rd'

/** Goes through every flow, right and wrong, and collects the secrets that it met and whatever came out. */
async function journey(storage: Storage): Promise<Met> {
  const secrets: string[] = [password, password.toLowerCase(), keyText(1), keyText(2)]
  for (const text of [keyText(1), keyText(2)]) {
    secrets.push(...spellings(Buffer.from(text.slice(5), 'base64url')))
  }
  const outside: string[] = []
  const { storage: recorded, written } = recordingStorage(storage)
  const sms = memorySms()
  const world = createWorld({
    storage: recorded,
    keys: keyring([keyText(1), keyText(2)]),
    options: { ...everyMethod(sms), totp: { digits: 8 } },
  })
  const { nl, clock } = world
  const client = { ip: '192.0.2.7', userAgent: 'Firefox' }
  const name = password

  const catches = async (call: () => Promise<unknown>): Promise<void> => {
    try {
      // An outcome is for the caller, who holds the tokens in it already.
      await call()
    } catch (error) {
      const { message, stack, cause } = error as Error
      outside.push(message, stack ?? '', String(cause), JSON.stringify(error), inspect(error, { depth: 9 }))
    }
  }

  // Passwords typed into the field of the name.
  await nl.signIn.failed({ name: password, client })
  await nl.signIn.failed({ name: password, accountId: 'ada', client })
  const first = expectStatus(await nl.signIn.start({ name, accountId: 'ada', primary: 'password', client }), 'granted')
  secrets.push(first.grant, first.deviceToken)
  const enrolled = expectOk(await nl.totp.enroll({ grant: first.grant, label: 'Phone', client }))
  const app = authenticator(enrolled.uri, enrolled.authenticator, clock)
  secrets.push(...spellings(app.secret), enrolled.key, enrolled.uri)
  outside.push(JSON.stringify(await nl.totp.confirm({ grant: first.grant, code: wrongCode(app), client })))
  const confirmed = expectOk(await nl.totp.confirm({ grant: first.grant, code: app.code(), client }))
  secrets.push(app.code(), confirmed.grant ?? '', ...(confirmed.backupCodes ?? []))

  const challenge = async (from: ClientInfo = client): Promise<string> => {
    const started = await nl.signIn.start({ name, accountId: 'ada', primary: 'password', client: from })
    outside.push(JSON.stringify(publicOutcome(started)))
    const made = expectStatus(started, 'challenge').challenge
    secrets.push(made)
    return made
  }
  let grant = ''
  for (const code of [confirmed.backupCodes?.[0] ?? '', null]) {
    clock.advance(30_000)
    const typed = code ?? app.code()
    const open = await challenge()
    for (const wrong of [wrongCode(app), '00000-00000-000', 'Canary-nonsense']) {
      outside.push(
        JSON.stringify(publicOutcome(await nl.signIn.verify({ challenge: open, code: wrong, client: elsewhere(1) }))),
      )
    }
    const granted = expectStatus(await nl.signIn.verify({ challenge: open, code: typed, client }), 'granted')
    secrets.push(typed, granted.grant, granted.deviceToken)
    grant = granted.grant
    outside.push(JSON.stringify(publicOutcome(granted)))
  }
  secrets.push('Canary-nonsense')

  const proof = async (): Promise<string> => {
    clock.advance(30_000)
    const given = expectOk(await nl.stepUp.verify({ grant, purpose: 'factors', code: app.code(), client }))
    secrets.push(given.proof, app.code())
    return given.proof
  }
  const regenerated = expectOk(await nl.backupCodes.regenerate({ grant, proof: await proof(), client }))
  secrets.push(...regenerated.codes, regenerated.grant ?? '')
  grant = regenerated.grant ?? ''
  const second = expectOk(await nl.totp.enroll({ grant, proof: await proof(), label: 'Tablet', client }))
  const tablet = authenticator(second.uri, second.authenticator, clock)
  secrets.push(...spellings(tablet.secret), second.key)
  grant = expectOk(await nl.totp.confirm({ grant, code: tablet.code(), client })).grant ?? ''
  secrets.push(grant, tablet.code())
  const later = await newerFactors({ world, sms, grant, prove: proof, challenge, use: (next) => (grant = next) })
  secrets.push(...later.secrets)
  outside.push(...later.outside)
  clock.advance(600_000)
  const pair = [app.code(-20), app.code(-19)] as const
  outside.push(JSON.stringify(await nl.totp.resynchronize({ grant, authenticator: app.id, codes: pair, client })))
  secrets.push(...pair)
  outside.push(JSON.stringify(expectOk(await nl.totp.list({ grant }))))
  outside.push(JSON.stringify(expectOk(await nl.sessions.list({ grant }))))
  outside.push(JSON.stringify(expectOk(await nl.history.list({ grant, limit: 100 }))))
  outside.push(JSON.stringify(expectOk(await nl.history.facts({ grant, limit: 100 }))))
  outside.push(JSON.stringify(expectOk(await nl.history.logins({ grant }))))
  outside.push(expectOk(await nl.history.csv({ grant })).csv)
  outside.push(JSON.stringify(await nl.history.verify({ grant })), JSON.stringify(await nl.score.get({ grant })))

  // A secret that is handed over as another argument is not in the error.
  for (const secret of [...secrets]) {
    const misplaced: readonly (() => Promise<unknown>)[] = [
      () => nl.signIn.start({ name, accountId: 'ada', primary: secret as never, client }),
      () => nl.signIn.start({ name, accountId: `\n${secret}`, primary: 'password', client }),
      () => nl.signIn.failed({ name: secret, client: { ip: secret } }),
      () => nl.signIn.failed({ name, client: secret as never }),
      () => nl.stepUp.verify({ grant, purpose: secret as never, code: secret }),
      () => nl.totp.rename({ grant, authenticator: secret, label: { secret } as never }),
    ]
    for (const call of misplaced) await catches(call)
  }
  expect(() => keyring(`${keyText(1)}x`)).toThrow(
    expect.not.objectContaining({ message: expect.stringContaining(keyText(1)) }),
  )

  // What a failing storage says about a request is not in our error.
  const failing = (method: keyof Storage): Nightlatch =>
    world.instance({ storage: { ...recorded, [method]: () => Promise.reject(storageFailure()) } })
  for (const method of ['load', 'commit', 'append', 'listEvents'] as const) {
    const broken = failing(method)
    const open = await challenge(elsewhere(2))
    await catches(() => broken.signIn.verify({ challenge: open, code: app.code(), client }))
    await catches(() => broken.signIn.failed({ name: password, accountId: 'ada', client: elsewhere(3) }))
    await catches(() => broken.history.list({ grant }))
    await catches(() => broken.totp.enroll({ grant, proof: first.grant }))
  }

  clock.advance(30_000)
  expectOk(await nl.accounts.turnOffTwoFactor({ grant, code: app.code(), client }))
  secrets.push(app.code())
  await nl.outbox.idle()
  outside.push(...written, JSON.stringify(world.mailer.mails))
  return { secrets: [...new Set(secrets)].filter((secret) => secret !== ''), outside }
}

describe('promise 3: no secret comes out', () => {
  const printed = keepConsole()

  function expectNone(secrets: readonly string[], all: string): void {
    for (const secret of secrets) expect(appears(secret, all), `secret of ${secret.length} characters`).toBe(false)
  }

  it('[HOTP-6] [LOG-4] [BC-5] [SMS-8] [SMS-11] promise 3: no secret is in rows, mails, errors or the console, with the memory storage', async () => {
    const { secrets, outside } = await journey(memoryStorage())
    expect(secrets.length).toBeGreaterThan(60)
    expectNone(secrets, outside.join('\n'))
    expect(printed).toStrictEqual([])
  })

  it('[HOTP-6] [LOG-4] [SMS-8] [SMS-11] promise 3: no secret is in any column of any table, with SQLite', async () => {
    const { db, storage, close } = await sqliteFile()
    const { secrets } = await journey(storage)
    const columns = await everyColumn(db)
    expect(columns.length).toBeGreaterThan(5000)
    expectNone(secrets, columns)
    await close()
  })

  it('[SES-1] promise 3: tokens are sealed texts that show nothing, and no two are alike', async () => {
    const world = createWorld()
    const ada = await world.person()
    const tokens = [await ada.challenge(), await ada.challenge(), ada.grant, ada.deviceToken]
    expect(new Set(tokens).size).toBe(4)
    for (const token of tokens) {
      const bytes = Buffer.from(token.split('.')[2] ?? '', 'base64url')
      expect(bytes.length).toBeGreaterThan(24 + 16 + 16)
      expect(bytes.toString('latin1')).not.toContain('ada')
    }
  })
})
