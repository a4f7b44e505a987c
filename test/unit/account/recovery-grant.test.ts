import { memorySms } from 'nightlatch/testing'
import { expect, it } from 'vitest'
import { expectOk, expectStatus } from '../../world/expect-outcome.ts'
import { createAuthenticator } from '../../world/passkey-authenticator.ts'
import { home } from '../../world/person.ts'
import { stateOf } from '../../world/reading.ts'
import { bindPasskey, everyMethod, personWithEverything } from '../../world/several-factors.ts'
import { createWorld } from '../../world/world.ts'

it('a recovery grant spends no proof of another account', async () => {
  const sms = memorySms()
  const world = createWorld({ options: everyMethod(sms) })
  const { nl, storage } = world
  const ada = await personWithEverything(world, sms, createAuthenticator())
  expectOk(await nl.passkeys.setOnly({ grant: ada.grant, proof: await ada.proof(), on: true }))
  const bob = await world.person('bob')
  const start = { name: 'ada', accountId: 'ada', primary: 'password', client: home } as const
  const { grant } = expectStatus(await nl.signIn.recover({ ...start, code: ada.backupCodes[0] }), 'enroll')
  for (let n = 0; n < 2; n++) expectOk(await nl.passkeys.register({ grant, proof: await bob.proof() }))
  expect((await stateOf(storage, 'ada')).spentProofs).toEqual([])
})

it.each([false, true])(
  'a recovery grant registers a passkey beside other methods under an exclusive policy, switching %s',
  async (switching) => {
    const sms = memorySms()
    const world = createWorld({ options: everyMethod(sms) })
    const ada = await personWithEverything(world, sms)
    expectOk(await world.nl.passkeys.setOnly({ grant: ada.grant, proof: await ada.proof(), on: true }))
    const nl = world.instance({ factors: 'exclusive' })
    const start = { name: 'ada', accountId: 'ada', primary: 'password', client: home } as const
    const { grant } = expectStatus(await nl.signIn.recover({ ...start, code: ada.backupCodes[0] }), 'enroll')
    await bindPasskey(nl, { grant, switching })
    const { totp, sms: phone, passkey: passkeys } = await stateOf(world.storage, 'ada')
    expect([totp.authenticators.length, phone.number === null, passkeys.credentials.length]).toEqual([1, false, 2])
  },
)
