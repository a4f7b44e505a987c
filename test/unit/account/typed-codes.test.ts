import { describe, expect, it } from 'vitest'
import type { AccountState } from '../../../src/core/account/record/state.ts'
import { expectOk, expectStatus } from '../../world/expect-outcome.ts'
import { authenticator, home } from '../../world/person.ts'
import { everything, latestCode, otherCode, script } from '../../world/several-factors.ts'
import type { Scene } from '../../world/several-factors.ts'
import { stateOf } from '../../world/reading.ts'

/** How people and programs hand over a code: pasted from a message of another script, typed on another keyboard. */
const spellings: readonly (readonly [name: string, spell: (code: string) => string])[] = [
  ['marks of direction around it', (code) => `\u200E\u2068${code}\u2069`],
  ['fillers and joiners within', (code) => Array.from(code).join('\u3164\u2060')],
  ['spaces and dashes of every width within', (code) => `\u3000${Array.from(code).join('\u2009\u2013')}\u0085`],
  ['Persian digits', (code) => code.replace(/\d/g, (digit) => String.fromCharCode(0x06f0 + Number(digit)))],
]

const step = 30_000

async function nextCode({ world, ada }: Scene): Promise<string> {
  world.clock.advance(2 * step)
  return ada.app.code()
}

describe.each(spellings)('a code with %s', (_, spell) => {
  it('is taken wherever a code of an app is typed', async () => {
    const scene = await everything()
    const { nl, ada, world } = scene
    const { client } = ada
    const challenge = await ada.challenge()
    const signedIn = await nl.signIn.verify({ challenge, code: spell(await nextCode(scene)), client })
    const { grant } = expectStatus(signedIn, 'granted')
    const proven = await nl.stepUp.verify({ grant, purpose: 'factors', code: spell(await nextCode(scene)), client })
    const { proof } = expectOk(proven)
    const codes = [spell(ada.app.code(20)), spell(ada.app.code(21))] as const
    expectOk(await nl.totp.resynchronize({ grant, proof, authenticator: ada.app.id, codes, client }))
    world.clock.advance(20 * 60_000)
    expectOk(await nl.accounts.turnOffTwoFactor({ grant, code: spell(ada.app.code(20)), client }))
    const page = { grant: script(ada.id), client }
    const enrolled = expectOk(await nl.totp.enroll(page))
    const app = authenticator(enrolled.uri, enrolled.authenticator, world.clock)
    expectOk(await nl.totp.confirm({ ...page, code: spell(app.code()) }))
  })

  it('is taken wherever a code by SMS is typed', async () => {
    const { nl, ada, sms } = await everything()
    const { client } = ada
    const challenge = await ada.challenge()
    expectStatus(await nl.signIn.sendCode({ challenge, client }), 'challenge')
    const code = spell(await latestCode(nl, sms))
    expectStatus(await nl.signIn.verify({ challenge, code, client }), 'granted')
    const page = { grant: script(ada.id), client }
    expectOk(await nl.sms.enroll({ ...page, number: '+36307654321' }))
    expectOk(await nl.sms.confirm({ ...page, code: spell(await latestCode(nl, sms)) }))
  })

  it('is taken where a backup code is typed', async () => {
    const { nl, ada } = await everything()
    const challenge = await ada.challenge()
    const code = spell(ada.backupCodes[0]!)
    expectStatus(await nl.signIn.verify({ challenge, code, client: home }), 'granted')
    const again = { challenge: await ada.challenge(), code: ada.backupCodes[0]!, client: home }
    expect(await nl.signIn.verify(again)).toMatchObject({ reason: 'used' })
  })

  it('costs what the same wrong code costs without it', async () => {
    const plain = await costsOf((code) => code)
    expect(await costsOf(spell)).toEqual(plain)
    expect(plain.outcomes).toMatchObject([{ reason: 'wrong' }, { reason: 'wrong' }, { reason: 'malformed' }, {}])
  })
})

type Costs = Pick<AccountState, 'throttle'> & {
  readonly outcomes: readonly object[]
  readonly failures: readonly number[]
}

/** What wrong codes of every shape leave in the record of a seeded world. */
async function costsOf(spell: (code: string) => string): Promise<Costs> {
  const { nl, ada, world } = await everything()
  const client = { ip: '198.51.100.4' }
  const challenge = await ada.challenge(client)
  const outcomes: object[] = []
  for (const code of [otherCode(ada.app.code(5)), '7K3M-Q9XTW-02A1', '12345', '123456789']) {
    outcomes.push({ ...(await nl.signIn.verify({ challenge, code: spell(code), client })), challenge: '' })
  }
  const { throttle, totp, sms, 'backup-code': backup } = await stateOf(world.storage, ada.id)
  const failures = [totp.failures, sms.failures, backup.failures]
  return { outcomes, throttle, failures }
}
