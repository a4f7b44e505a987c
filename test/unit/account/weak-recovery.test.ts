import { describe, expect, it } from 'vitest'
import type { Nightlatch } from 'nightlatch'
import { expectOk, expectStatus } from '../../world/expect-outcome.ts'
import { createAuthenticator } from '../../world/passkey-authenticator.ts'
import type { KeyOwner } from '../../world/passkey-person.ts'
import { keyOwner, withPasskeys } from '../../world/passkey-person.ts'
import { home } from '../../world/person.ts'
import { factsOf, stateOf } from '../../world/reading.ts'
import type { World } from '../../world/world.ts'
import { createWorld } from '../../world/world.ts'

const sixDigits = { backupCodes: { profile: 'numeric-6' } } as const
const start = { name: 'ada', accountId: 'ada', primary: 'password', client: home } as const
const refused = { status: 'refused', reason: 'wrong-credentials', httpStatus: 401 }
const needsRecovery = { ok: false, reason: 'needs-recovery' }

async function setOnly(nl: Nightlatch, ada: KeyOwner): ReturnType<Nightlatch['passkeys']['setOnly']> {
  return nl.passkeys.setOnly({ grant: ada.grant, proof: await ada.proof(), on: true })
}

/** Somebody whose account only two passkeys open, and whose backup codes have six digits. */
async function weakOwner(): Promise<{ readonly world: World; readonly ada: KeyOwner }> {
  const world = createWorld({ options: { ...withPasskeys, ...sixDigits } })
  const ada = await keyOwner(world.nl)
  await ada.add(createAuthenticator())
  await ada.becomePasskeyOnly()
  return { world, ada }
}

describe('backup codes of six digits', () => {
  it('[BC-3] allow no passkey-only mode beside one synced passkey, and stronger ones do', async () => {
    const world = createWorld({ options: { ...withPasskeys, ...sixDigits } })
    const ada = await keyOwner(world.nl)
    expect(ada.backupCodes[0]).toMatch(/^\d{6}$/)
    expect(await setOnly(world.nl, ada)).toEqual(needsRecovery)
    const strong = world.instance({ backupCodes: { profile: 'crockford-13' } })
    const proof = await ada.proof()
    ada.grant = expectOk(await strong.backupCodes.regenerate({ grant: ada.grant, proof })).grant ?? ''
    // What counts is the set that the account has, not what the server would make.
    expectOk(await setOnly(world.nl, ada))
  })

  it('[BC-3] leave no single passkey in an account that only passkeys open', async () => {
    const { world, ada } = await weakOwner()
    const removed = await world.nl.passkeys.remove({
      grant: ada.grant,
      proof: await ada.proof(),
      passkey: ada.passkey,
    })
    expect(removed).toEqual({ ok: false, reason: 'passkey-only' })
  })

  it('[BC-3] recover no account: a right one is refused like a wrong password, spends nothing and costs nothing', async () => {
    const { world, ada } = await weakOwner()
    const before = await stateOf(world.storage, 'ada')
    const strong = world.instance({ backupCodes: { profile: 'crockford-13' } })
    for (const server of [world.nl, strong]) {
      expect(await server.signIn.recover({ ...start, code: ada.backupCodes[0] })).toEqual(refused)
      expect(await server.signIn.recover({ ...start, code: '000000' })).toEqual(refused)
    }
    expect(await stateOf(world.storage, 'ada')).toEqual(before)
    expect((await factsOf(world.nl, 'ada'))[0]).toMatchObject({ values: { flow: 'recover', reason: 'factors-off' } })
  })

  it('[BC-3] are replaced by stronger ones in an account that only passkeys open, and those recover it', async () => {
    const { world, ada } = await weakOwner()
    const proof = await ada.proof()
    const made = expectOk(await world.nl.backupCodes.regenerate({ grant: ada.grant, proof }))
    for (const code of made.codes) expect(code).toMatch(/^[0-9A-Z]{4}-[0-9A-Z]{5}-[0-9A-Z]{4}$/)
    expectStatus(await world.nl.signIn.recover({ ...start, code: made.codes[0] }), 'enroll')
  })
})
