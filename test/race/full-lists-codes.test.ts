import { describe, expect, it } from 'vitest'
import type { ClientInfo } from 'nightlatch'
import { limits } from '../../src/core/limits.ts'
import { expectOk, expectStatus } from '../world/expect-outcome.ts'
import { elsewhere, wrongCode } from '../world/person.ts'
import { stateOf } from '../world/reading.ts'
import type { Scene } from '../world/several-factors.ts'
import { everything, latestCode } from '../world/several-factors.ts'
import { times } from '../world/times.ts'
import { unlimited } from '../world/unlimited.ts'
import { verdictOn } from '../world/verdict.ts'

const minute = 60_000
/** More challenges than the list has places. */
const burst = limits.challenges + 4

/** One more call of an attacker, the nth of all. */
type Attack = (scene: Scene, n: number) => Promise<void>

async function wrongPasskey({ nl, token, ada }: Scene, client: ClientInfo): Promise<void> {
  const challenge = await ada.challenge(client)
  const { ceremony, options } = expectOk(await nl.signIn.passkeyOptions({ challenge }))
  const response = token.get(options, { origin: 'https://evil.example' })
  await nl.signIn.verifyPasskey({ challenge, ceremony, response, client })
}

/** The second text is compared under a lock too. */
async function wrongCodes({ nl, ada }: Scene, client: ClientInfo): Promise<void> {
  const challenge = await ada.challenge(client)
  await nl.signIn.sendCode({ challenge, client })
  await nl.signIn.verify({ challenge, code: wrongCode(ada.app), client })
  await nl.signIn.verify({ challenge, code: '00000-00000-000', client })
}

async function passkeyAlone({ nl, token }: Scene, client: ClientInfo): Promise<void> {
  const { ceremony, options } = expectOk(await nl.signIn.passkeyOptions())
  const response = token.get(options, { origin: 'https://evil.example' })
  await nl.signIn.verifyPasskey({ ceremony, response, client })
}

/** The owner begins to sign in; what that answers goes on, after the attacker had a turn. */
type Visit = (scene: Scene) => Promise<() => Promise<string>>

const byApp: Visit = async ({ nl, ada }) => {
  const client = { ...ada.client, device: ada.deviceToken }
  const challenge = await ada.challenge(client)
  return () => verdictOn(nl, { challenge, code: ada.app.code(), client })
}

const bySms: Visit = async ({ nl, sms, ada }) => {
  const client = { ...ada.client, device: ada.deviceToken }
  const challenge = await ada.challenge(client)
  const sent = expectStatus(await nl.signIn.sendCode({ challenge, client }), 'challenge')
  expect(sent.sms?.status).toBe('queued')
  return async () => verdictOn(nl, { challenge, code: await latestCode(nl, sms), factor: 'sms', client })
}

/** Every visit is from another laptop in another network, and takes the next backup code. */
function onNewLaptops(): Visit {
  let laptops = 0
  return async ({ nl, ada }) => {
    const client = { ip: `198.51.100.${++laptops}` }
    const code = ada.backupCodes[laptops - 1]
    const challenge = await ada.challenge(client)
    return async () => {
      const first = await verdictOn(nl, { challenge, code, client })
      if (first === 'granted') return first
      const again = await verdictOn(nl, { challenge: await ada.challenge(client), code, client })
      return `${first}, then ${again}`
    }
  }
}

const owners = [
  { owner: 'by an app on a known device', visit: () => byApp, everyMinutes: 1 },
  { owner: 'by SMS on a known device', visit: () => bySms, everyMinutes: 12 },
  { owner: 'by a backup code on a new laptop', visit: onNewLaptops, everyMinutes: 6 },
] as const

const anew = 'challenge-ended, then granted'
const attacks: readonly { readonly attack: string; readonly act: Attack; readonly onLaptop: string }[] = [
  {
    attack: 'with the password, by wrong passkeys from many networks',
    act: (scene, n) => wrongPasskey(scene, elsewhere(n)),
    onLaptop: anew,
  },
  {
    attack: 'with the password, by wrong passkeys from one network',
    act: (scene) => wrongPasskey(scene, elsewhere(1)),
    onLaptop: 'granted',
  },
  {
    attack: 'with the password, by wrong codes from many networks',
    act: (scene, n) => wrongCodes(scene, elsewhere(n)),
    onLaptop: anew,
  },
  {
    attack: 'with a credential id alone',
    act: (scene, n) => passkeyAlone(scene, elsewhere(n)),
    onLaptop: 'granted',
  },
]

const cases = attacks.flatMap(({ attack, act, onLaptop }) =>
  owners.map(({ owner, visit, everyMinutes }) => {
    const verdict = visit === onNewLaptops ? onLaptop : 'granted'
    return [owner, attack, { act, visit, everyMinutes, verdict }] as const
  }),
)

describe('an owner who signs in while an attacker tries to fill the lists for an hour', () => {
  // A challenge of an unknown source ends if those of more sources failed since. So a new laptop begins again.
  it.each(cases)(
    'promise 10, promise 11: gets in %s, against an attacker %s',
    async (_owner, _attack, { act, visit, everyMinutes, verdict }) => {
      const scene = await everything(unlimited)
      const { world, ada } = scene
      await ada.signIn()
      world.clock.advance(minute)
      const begin = visit()
      const verdicts: string[] = []
      let calls = 0
      for (const passed of times(60)) {
        const goOn = passed % everyMinutes === 0 ? await begin(scene) : null
        for (let n = 0; n < burst; n++) await act(scene, calls++)
        if (goOn !== null) verdicts.push(await goOn())
        world.clock.advance(minute)
      }
      expect(verdicts).toEqual(times(60 / everyMinutes).map(() => verdict))
      const { challenges, spentChallenges, spentCeremonies, knownDevices } = await stateOf(world.storage, 'ada')
      expect(challenges.length).toBeLessThanOrEqual(limits.challenges)
      expect(spentChallenges.length).toBeLessThanOrEqual(limits.spent)
      expect(spentCeremonies).toEqual([])
      expect(knownDevices.length).toBeLessThanOrEqual(limits.knownDevices)
    },
  )
})
