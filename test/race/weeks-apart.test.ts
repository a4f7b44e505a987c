import { describe, expect, it } from 'vitest'
import type { Nightlatch } from 'nightlatch'
import { limits } from '../../src/core/limits.ts'
import { skewed } from '../world/clock.ts'
import { expectOk, expectStatus } from '../world/expect-outcome.ts'
import { elsewhere, home, wrongCode } from '../world/person.ts'
import type { Scene } from '../world/several-factors.ts'
import { everything, latestCode, script } from '../world/several-factors.ts'
import { times } from '../world/times.ts'
import { unlimited } from '../world/unlimited.ts'
import { verdictOn } from '../world/verdict.ts'

const minute = 60_000
const days = 28

interface Thief {
  /** Codes of an app that got a verdict. */
  guesses: number
  /** Networks that were used so far. */
  networks: number
}

/** Everything that a thief with the password can call, from ever new networks, on one of the servers. */
async function attack(scene: Scene, server: Nightlatch, thief: Thief): Promise<void> {
  const { ada, token } = scene
  const client = elsewhere(thief.networks++)
  const challenge = await ada.challenge(client, server)
  await server.signIn.sendCode({ challenge, client })
  const code = wrongCode(ada.app)
  if ((await verdictOn(server, { challenge, code, factor: 'totp', client })) === 'wrong') thief.guesses++
  await server.signIn.verify({ challenge, code: '00000-00000-000', client })
  const { ceremony, options } = expectOk(await server.signIn.passkeyOptions({ challenge }))
  const response = token.get(options, { origin: 'https://evil.example' })
  await server.signIn.verifyPasskey({ challenge, ceremony, response, client })
}

/** Fills the list of challenges. */
async function flood({ ada }: Scene, server: Nightlatch, thief: Thief): Promise<void> {
  for (let n = 0; n < limits.challenges + 4; n++) {
    const client = elsewhere(thief.networks++)
    const challenge = await ada.challenge(client, server)
    await server.signIn.verify({ challenge, code: '00000-00000-000', client })
  }
}

/** What the owner is answered on the known device, by the app and by SMS. */
async function onKnownDevice({ nl, sms, ada }: Scene, server: Nightlatch): Promise<readonly string[]> {
  const client = { ...home, device: ada.deviceToken }
  const byApp = { challenge: await ada.challenge(client), code: ada.app.code(), client }
  const challenge = await ada.challenge(client, server)
  expectStatus(await server.signIn.sendCode({ challenge, client }), 'challenge')
  const bySms = { challenge, code: await latestCode(server, sms), factor: 'sms', client } as const
  return [await verdictOn(nl, byApp), await verdictOn(server, bySms)]
}

describe.each([0, 15])(
  'four weeks of a thief with the password, on servers whose clocks are %i minutes apart',
  (apart) => {
    it('[THR-2] promise 1, promise 2, promise 4, promise 10, promise 11: spend the luck of unknown sources once, keep the owner out at no time, and leave a history that passes its check', async () => {
      const scene = await everything(unlimited)
      const { world, nl, ada } = scene
      const { clock } = world
      await ada.signIn()
      const servers = [nl, world.instance({ clock: skewed(clock, apart * minute) })]
      const thief: Thief = { guesses: 0, networks: 0 }
      for (const day of times(days)) {
        for (const half of times(48)) {
          // What the server ahead has just stored lies in the future of the other one.
          for (const server of [...servers].reverse()) await attack(scene, server, thief)
          clock.advance(30 * minute)
          if (half === 47) await flood(scene, servers[day % 2]!, thief)
        }
        const server = servers[(day + 1) % 2]!
        expect([day, ...(await onKnownDevice(scene, server))]).toEqual([day, 'granted', 'granted'])
        if (day % 7 !== 6) continue
        const laptop = { ip: `198.51.100.${day}` }
        const challenge = await ada.challenge(laptop, server)
        const code = ada.backupCodes[(day - 6) / 7]
        expect([day, await verdictOn(server, { challenge, code, client: laptop })]).toEqual([day, 'granted'])
      }
      // A code costs three millionths: of the 300 that are there, and of the five that come back each day.
      expect(thief.guesses).toBe(Math.floor((300 + 5 * days) / 3))
      for (const code of ada.backupCodes.slice(0, days / 7)) {
        for (const server of servers) {
          clock.advance(limits.lockMs)
          const client = elsewhere(thief.networks++)
          const challenge = await ada.challenge(client, server)
          expect(await verdictOn(server, { challenge, code, client })).toBe('used')
        }
      }
      expectOk(await nl.history.verify({ grant: script('ada') }))
    })
  },
)
