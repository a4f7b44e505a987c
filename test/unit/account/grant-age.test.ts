import { describe, expect, it } from 'vitest'
import { expectOk } from '../../world/expect-outcome.ts'
import { createWorld } from '../../world/world.ts'

const day = 86_400_000
const signedOut = { ok: false, reason: 'signed-out' }

describe('the age of a grant', () => {
  it('[SES-5] is at most thirty days by default, for reading and for changing, and its session is no longer open', async () => {
    const { nl, clock, person } = createWorld()
    const ada = await person()
    await ada.signIn()
    const { grant } = ada
    clock.advance(30 * day - 1)
    expectOk(await nl.sessions.check({ grant }))
    clock.advance(1)
    expect(await nl.sessions.check({ grant })).toEqual(signedOut)
    expect(await nl.sessions.endAll({ grant })).toEqual(signedOut)
    await ada.signIn()
    expect(expectOk(await nl.sessions.list({ grant: ada.grant })).sessions).toHaveLength(1)
  })

  it('[SES-5] is what sessions.maxAgeMs says', async () => {
    const { nl, clock, person } = createWorld({ options: { sessions: { maxAgeMs: day } } })
    const ada = await person()
    await ada.signIn()
    clock.advance(day)
    expect(await nl.sessions.check({ grant: ada.grant })).toEqual(signedOut)
  })

  it('[SES-3] begins anew with the grant of a step-up, and the grant before keeps its own end', async () => {
    const { nl, clock, person } = createWorld()
    const ada = await person()
    await ada.signIn()
    clock.advance(29 * day)
    const call = { grant: ada.grant, purpose: 'factors', code: ada.app.code(), client: ada.client } as const
    const { grant } = expectOk(await nl.stepUp.verify(call))
    expect(grant).not.toBe(ada.grant)
    clock.advance(day)
    expect(await nl.sessions.check({ grant: ada.grant })).toEqual(signedOut)
    expectOk(await nl.sessions.check({ grant }))
    expect(expectOk(await nl.sessions.list({ grant })).sessions).toHaveLength(1)
    clock.advance(29 * day)
    expect(await nl.sessions.check({ grant })).toEqual(signedOut)
  })
})
