import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import type { ClientInfo, SinkEntry, Storage } from 'nightlatch'
import { memoryStorage } from 'nightlatch/storage/memory'
import { isSealed } from '../../src/core/secret.ts'
import { expectOk, expectStatus } from '../world/expect-outcome.ts'
import { storageFailure } from '../world/faulty-storage.ts'
import { elsewhere, home } from '../world/person.ts'
import { anotherCode, createPhoneWorld, frequentSends, otherNumber, phoneNumber, phonePerson } from '../world/phone.ts'
import { stateOf } from '../world/reading.ts'
import { recordingStorage } from '../world/recording-storage.ts'
import { sqliteFile } from '../world/sqlite.ts'
import { appears, everyColumn, keepConsole } from './canary-search.ts'
import type { Met } from './canary-search.ts'

const minute = 60_000

/** Every flow of codes by SMS, right, wrong and with a gateway that fails: the secrets in it, and whatever came out. */
async function journey(inner: Storage): Promise<Met> {
  const outside: string[] = []
  const poured: SinkEntry[] = []
  const { storage, written } = recordingStorage(inner)
  const world = createPhoneWorld({
    storage,
    sms: { sends: frequentSends },
    options: { sink: (entry) => void poured.push(entry) },
  })
  const { nl, clock, sms } = world
  const catches = async (call: () => Promise<unknown>): Promise<void> => {
    try {
      outside.push(JSON.stringify(await call()))
    } catch (error) {
      outside.push(inspect(error, { depth: 9 }), JSON.stringify(error), String((error as Error).stack))
    }
  }
  const ada = await phonePerson(world)
  const client: ClientInfo = ada.known
  clock.advance(minute)

  const started = await ada.start()
  const { challenge, ...shown } = started
  outside.push(JSON.stringify(shown))
  const code = await world.code()
  await catches(() => nl.signIn.verify({ challenge, code: anotherCode(code), client: elsewhere(1) }))
  const entered = expectStatus(await nl.signIn.verify({ challenge, code, client }), 'granted')
  const page = { grant: entered.grant, client }
  clock.advance(minute)
  expectOk(await nl.stepUp.sendCode(page))
  const { proof } = expectOk(await nl.stepUp.verify({ ...page, purpose: 'factors', code: await world.code() }))
  clock.advance(minute)
  await catches(() => nl.sms.enroll({ ...page, proof, number: '+79991112233' }))
  expectOk(await nl.sms.enroll({ ...page, proof, number: otherNumber }))
  const proving = await world.code(otherNumber)
  await catches(() => nl.sms.confirm({ ...page, code: anotherCode(proving) }))
  const changed = expectOk(await nl.sms.confirm({ ...page, code: proving }))
  const next = { grant: changed.grant, client }
  clock.advance(minute)
  for (const behavior of ['fail', 'lose-reply', 'deliver'] as const) {
    sms.behave(behavior)
    clock.advance(minute)
    expectOk(await nl.stepUp.sendCode(next))
    await nl.outbox.idle()
    outside.push(JSON.stringify(await nl.outbox.sweep()))
  }
  clock.advance(10 * minute)
  outside.push(JSON.stringify(await nl.outbox.sweep()))
  for (const call of [
    () => nl.sms.get(next),
    () => nl.history.list({ ...next, limit: 100 }),
    () => nl.history.facts({ ...next, limit: 100 }),
    () => nl.history.csv(next),
    () => nl.accounts.factors(next),
  ]) {
    await catches(call)
  }
  const broken: Storage = { ...storage, commit: () => Promise.reject(storageFailure()) }
  const failing = world.instance({ storage: broken })
  await catches(() => failing.stepUp.sendCode(next))
  await catches(() => nl.signIn.start({ name: phoneNumber, accountId: phoneNumber, primary: code as never }))
  await catches(() => nl.stepUp.verify({ ...next, purpose: phoneNumber as never, code }))
  await nl.outbox.idle()
  outside.push(...written, JSON.stringify(world.mailer.mails), JSON.stringify(poured))
  const codes = sms.messages.map(({ text }) => /\d{6}/.exec(text)?.[0] ?? '')
  const numbers = [phoneNumber, otherNumber, '+79991112233'].flatMap((phone) => [phone, phone.slice(1), phone.slice(3)])
  return { secrets: [...codes, ...numbers, ...sms.messages.map(({ text }) => text)], outside }
}

describe('promise 3: codes by SMS and numbers', () => {
  const printed = keepConsole()

  it('[SMS-8] [SMS-11] promise 3: no code by SMS and no number is in a row, mail, error, event or the console', async () => {
    const { secrets, outside } = await journey(memoryStorage())
    expect(secrets.length).toBeGreaterThan(20)
    const all = outside.join('\n')
    expect(all.length).toBeGreaterThan(20_000)
    for (const secret of secrets) expect(appears(secret, all), secret).toBe(false)
    expect(printed).toEqual([])
  })

  it('[SMS-8] promise 3: no code by SMS and no number is in any column of any table, with SQLite', async () => {
    const { db, storage, close } = await sqliteFile()
    const { secrets } = await journey(storage)
    const all = await everyColumn(db)
    for (const secret of secrets) expect(appears(secret, all), secret).toBe(false)
    await close()
  })

  it('[SMS-8] the record holds only a hash of a code and its key, sealed and new each time', async () => {
    const world = createPhoneWorld()
    const ada = await phonePerson(world)
    const seen = new Set<string>()
    for (let n = 0; n < 3; n++) {
      world.clock.advance(10 * minute)
      await ada.start(home)
      const { code, number } = (await stateOf(world.storage, 'ada')).sms
      if (code === null || number === null || !isSealed(code.digest) || !isSealed(number.phone)) {
        throw new Error('in clear')
      }
      // 32 bytes of key, 32 of HMAC, 16 of the seal.
      expect(Buffer.from(code.digest.ciphertext, 'base64url')).toHaveLength(80)
      expect(Object.keys(code)).not.toContain('code')
      seen.add(code.digest.ciphertext).add(number.phone.ciphertext)
    }
    expect(seen.size).toBe(4)
  })
})
