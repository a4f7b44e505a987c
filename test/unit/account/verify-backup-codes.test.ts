import { describe, expect, it } from 'vitest'
import { expectStatus } from '../../world/expect-outcome.ts'
import { fastHash } from '../../world/fast-hash.ts'
import { home, wrongCode } from '../../world/person.ts'
import { newestOf, stateOf } from '../../world/reading.ts'
import { createWorld } from '../../world/world.ts'

const step = 30_000

describe('signIn.verify with a backup code', () => {
  it('[BC-4] [BC-13] accepts each code once, in any spelling', async () => {
    const world = createWorld()
    const person = await world.person()
    const spellings = [
      (code: string) => code,
      (code: string) => code.toLowerCase(),
      (code: string) => code.replaceAll('-', ''),
      (code: string) => code.replaceAll('-', ' ').replaceAll('0', 'O').replaceAll('1', 'l'),
      (code: string) => ` ${code.replaceAll('-', ' – ').replaceAll('1', 'I')}\t`,
    ]
    for (const [index, spell] of spellings.entries()) {
      const code = spell(person.backupCodes[index]!)
      const granted = await world.nl.signIn.verify({ challenge: await person.challenge(), code, client: home })
      expect(granted).toMatchObject({ status: 'granted', aal: 2, amr: ['pwd', 'otp', 'mfa'] })
      const again = await world.nl.signIn.verify({ challenge: await person.challenge(), code, client: home })
      expect(again).toMatchObject({ status: 'challenge', reason: 'used' })
      expect(await newestOf(world.nl, person.id, 'mfa_fail')).toMatchObject({
        values: { reason: 'used', compared: ['backup-code'] },
      })
      world.clock.advance(3_600_000)
    }
    expect(await newestOf(world.nl, person.id, 'backup_code_use')).toMatchObject({ values: { left: 5 } })
  })

  it('[BC-11] mails the owner how many codes are left', async () => {
    const world = createWorld({ options: { backupCodes: { count: 2 } } })
    const person = await world.person()
    for (const code of person.backupCodes) {
      await world.nl.outbox.idle()
      world.mailer.clear()
      expectStatus(await world.nl.signIn.verify({ challenge: await person.challenge(), code, client: home }), 'granted')
      await world.nl.outbox.idle()
      const used = world.mailer.mails.filter(({ subject }) => /backup code/i.test(subject))
      expect(used).toHaveLength(1)
      expect(used[0]!.text).toContain(code === person.backupCodes[0] ? '1' : '0')
      expect(used[0]!.text).not.toContain(code)
    }
    const started = await world.nl.signIn.start({ name: 'ada', accountId: person.id, primary: 'password' })
    expect(started).toMatchObject({ status: 'challenge', factors: ['totp'] })
  })

  it('[BC-6] runs one slow hash for a backup code, and none for any other text', async () => {
    let hashed = 0
    const world = createWorld({
      options: {
        slowHash: async (request) => {
          hashed += 1
          return fastHash(request)
        },
      },
    })
    const person = await world.person()
    world.clock.advance(step)
    expect(hashed).toBe(10)
    for (const [code, times] of [
      [wrongCode(person.app), 0],
      ['not a code', 0],
      ['7K3M-Q9XTW-02A1', 1],
      [person.app.code(), 0],
      [person.backupCodes[0], 1],
    ] as const) {
      hashed = 0
      await world.nl.signIn.verify({ challenge: await person.challenge(), code, client: home })
      expect(hashed).toBe(times)
    }
  })

  it('compares the code only with the factor that the page names', async () => {
    const world = createWorld()
    const person = await world.person()
    world.clock.advance(step)
    const challenge = await person.challenge()
    const [code] = person.backupCodes
    const { verify } = world.nl.signIn
    expect(await verify({ challenge, code, factor: 'totp' })).toMatchObject({ reason: 'malformed', triesLeft: 5 })
    expect(await verify({ challenge, code: person.app.code(), factor: 'backup-code' })).toMatchObject({
      reason: 'malformed',
      triesLeft: 5,
    })
    expect(await verify({ challenge, code, factor: 'backup-code' })).toMatchObject({ status: 'granted' })
  })

  it('compares six digits with both TOTP and backup codes under numeric-6, for one attempt', async () => {
    const world = createWorld({ options: { backupCodes: { profile: 'numeric-6', count: 3 } } })
    const person = await world.person()
    world.clock.advance(step)
    const near = Array.from({ length: 13 }, (_, index) => person.app.code(index - 6))
    const taken = [...near, ...person.backupCodes]
    const wrong = ['111111', '222222', '333333', '444444'].find((text) => !taken.includes(text))!
    const challenge = await person.challenge()
    expect(await world.nl.signIn.verify({ challenge, code: wrong, client: home })).toMatchObject({ triesLeft: 4 })
    expect(await newestOf(world.nl, person.id, 'mfa_fail')).toMatchObject({
      values: { compared: ['totp', 'backup-code'] },
    })
    const state = await stateOf(world.storage, person.id)
    expect([state.throttle.failures, state.totp.failures, state['backup-code'].failures]).toEqual([1, 1, 1])
    const [code] = person.backupCodes
    expect(await world.nl.signIn.verify({ challenge, code, client: home })).toMatchObject({ status: 'granted' })
  })
})
