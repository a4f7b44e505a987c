import type { ClientInfo } from 'nightlatch'
import type { MemorySms } from 'nightlatch/testing'
import { publicOutcome } from 'nightlatch'
import { openToken } from '../../src/service/keys/tokens.ts'
import { expectOk, expectStatus } from '../world/expect-outcome.ts'
import { createAuthenticator } from '../world/passkey-authenticator.ts'
import { origin } from '../world/passkey-ceremony.ts'
import { elsewhere } from '../world/person.ts'
import { latestCode, otherCode } from '../world/several-factors.ts'
import type { World } from '../world/world.ts'
import type { Met } from './canary-search.ts'

interface Walk {
  readonly world: World
  readonly sms: MemorySms
  readonly grant: string
  readonly prove: () => Promise<string>
  readonly challenge: (from?: ClientInfo) => Promise<string>
  /** Takes the newest grant. */
  readonly use: (grant: string) => void
}

/** Codes by SMS, passkeys and a trusted device, right and wrong: the secrets met, and whatever came out beside them. */
export async function newerFactors({ world, sms, prove, challenge, ...walk }: Walk): Promise<Met> {
  const { nl, clock } = world
  const client = { ip: '192.0.2.7', userAgent: 'Firefox' }
  const secrets: string[] = []
  const outside: string[] = []
  const told = (outcome: unknown): void => {
    outside.push(JSON.stringify(outcome))
  }
  let { grant } = walk
  const goOn = (next: string | null): void => {
    grant = next ?? ''
    secrets.push(grant)
    walk.use(grant)
  }
  const received = async (): Promise<string> => {
    const code = await latestCode(nl, sms)
    secrets.push(code)
    return code
  }

  const numbers = ['+36305550137', '+36305550142'] as const
  // The whole number, as typed, and without what its mask shows.
  for (const number of numbers) secrets.push(number, number.slice(1), number.slice(3), number.slice(3, -2))
  secrets.push('06 30 555 0137', '555 0137')
  told(await nl.sms.enroll({ grant, proof: await prove(), number: '06 30 555 0137', client }))
  told(await nl.sms.confirm({ grant, code: otherCode(await received()), client }))
  const bound = expectOk(await nl.sms.confirm({ grant, code: await received(), client }))
  goOn(bound.grant)
  told(await nl.sms.get({ grant }))

  const token = createAuthenticator()
  const registered = expectOk(await nl.passkeys.register({ grant, proof: await prove(), label: 'Key', client }))
  const made = token.create(registered.options, { origin })
  secrets.push(registered.ceremony, made.response.attestationObject, made.response.clientDataJSON)
  const lie = token.create(registered.options, { origin: 'https://evil.example' })
  for (const held of token.ids.slice(1)) token.forget(held)
  told(await nl.passkeys.confirm({ grant, ceremony: registered.ceremony, response: lie, client }))
  const again = expectOk(await nl.passkeys.register({ grant, proof: await prove(), label: 'Key', client }))
  for (const held of token.ids) token.forget(held)
  const response = token.create(again.options, { origin })
  secrets.push(again.ceremony, response.response.attestationObject)
  goOn(expectOk(await nl.passkeys.confirm({ grant, ceremony: again.ceremony, response, client })).grant)
  told(await nl.passkeys.list({ grant }))

  const open = await challenge()
  clock.advance(60_000)
  told(publicOutcome(await nl.signIn.sendCode({ challenge: open, client })))
  const code = await received()
  told(publicOutcome(await nl.signIn.verify({ challenge: open, code: otherCode(code), client: elsewhere(4) })))
  const verified = await nl.signIn.verify({ challenge: open, code, client, trustDevice: true })
  const trusted = expectStatus(verified, 'granted')
  let device = trusted.deviceToken
  for (let n = 0; n < 2; n++) {
    const { accounts = [] } = openToken({ realm: 'main', keys: world.keys }, 'device', device) ?? {}
    secrets.push(device, ...accounts.map(({ trust }) => trust))
    const from = { ...client, device }
    const started = await nl.signIn.start({ name: 'ada', accountId: 'ada', primary: 'password', client: from })
    told(publicOutcome(started))
    if (started.status === 'granted') device = started.deviceToken
  }
  // The device's text was replaced: showing it again ends the trust.
  const old = { ...client, device: trusted.deviceToken }
  told(publicOutcome(await nl.signIn.start({ name: 'ada', accountId: 'ada', primary: 'password', client: old })))
  told(await nl.trustedDevices.list({ grant }))

  for (const under of [await challenge(), undefined]) {
    for (const traits of [{ userPresent: false }, {}]) {
      const { ceremony, options } = expectOk(await nl.signIn.passkeyOptions({ challenge: under }))
      const answer = token.get(options, { origin, ...traits })
      secrets.push(ceremony, answer.response.signature, answer.response.clientDataJSON)
      told(publicOutcome(await nl.signIn.verifyPasskey({ ceremony, response: answer, challenge: under, client })))
    }
  }
  const stepUp = expectOk(await nl.stepUp.passkeyOptions({ grant }))
  const answer = token.get(stepUp.options, { origin })
  const shown = { purpose: 'factors', ceremony: stepUp.ceremony, response: answer } as const
  secrets.push(stepUp.ceremony, answer.response.signature)
  secrets.push(expectOk(await nl.stepUp.verifyPasskey({ grant, ...shown, client })).proof)
  clock.advance(600_000)
  told(await nl.stepUp.sendCode({ grant, client }))
  const typed = { purpose: 'factors', code: await received(), client } as const
  secrets.push(expectOk(await nl.stepUp.verify({ grant, ...typed })).proof)

  // A sender that fails, and a number that is never confirmed.
  sms.behave('fail')
  clock.advance(3_600_000)
  told(await nl.sms.enroll({ grant, proof: await prove(), number: numbers[1], client }))
  await nl.outbox.idle()
  clock.advance(60_000)
  await nl.outbox.sweep()
  sms.behave('deliver')
  told(await nl.history.facts({ grant, limit: 100 }))
  return { secrets, outside }
}
