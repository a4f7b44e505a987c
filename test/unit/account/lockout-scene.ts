import type { ClientInfo, NightlatchOptions } from 'nightlatch'
import { memorySms } from 'nightlatch/testing'
import type { MemorySms } from 'nightlatch/testing'
import { expect } from 'vitest'
import type { Factor } from '../../../src/core/factor.ts'
import { limits } from '../../../src/core/limits.ts'
import { expectOk } from '../../world/expect-outcome.ts'
import { createAuthenticator } from '../../world/passkey-authenticator.ts'
import type { Authenticator as Passkeys } from '../../world/passkey-authenticator.ts'
import type { Authenticator, Person } from '../../world/person.ts'
import { elsewhere, wrongCode } from '../../world/person.ts'
import { bindApp, everyMethod, latestCode, otherCode, personWithEverything } from '../../world/several-factors.ts'
import { windowLimiter } from '../../world/window-limiter.ts'
import type { World } from '../../world/world.ts'
import { createWorld } from '../../world/world.ts'
import { typeWrongCodesUntilOff } from '../../world/wrong-codes.ts'

export const wrongBackupCode = '7K3M-Q9XTW-02A1'

export interface Scene {
  readonly world: World
  readonly ada: Person
  /** A second authenticator, beside {@link Person.app}. */
  readonly tablet: Authenticator
  /** The client of the browser that the account knows. */
  readonly known: ClientInfo
  readonly challenge: string
  readonly proof: string
  readonly sms: MemorySms
  readonly token: Passkeys
  /** How often the limiter was charged for wrong and right passwords of the known browser, in its window. */
  passwords(): number
}

/** Backup codes of six digits can be guessed, so they have a hard count. */
type BackupCodes = NonNullable<NightlatchOptions['backupCodes']>
const sixDigits: BackupCodes = { profile: 'numeric-6', count: 4 }

/**
 * An account with two authenticator apps, a number and a passkey. None of its counts is zero: it has `inARow` failures
 * of unknown sources in a row, and three on its known browser under one challenge. It awaits no code by SMS.
 */
async function scene(inARow: number, backupCodes: BackupCodes = sixDigits): Promise<Scene> {
  const isStrong = backupCodes !== sixDigits
  const limiter = windowLimiter()
  const sms = memorySms()
  const token = createAuthenticator()
  const methods = everyMethod(sms)
  const world = createWorld({ options: { ...methods, sms: { ...methods.sms, lifeMs: 60_000 }, limiter, backupCodes } })
  const { nl, clock } = world
  const ada = await personWithEverything(world, sms, token)
  const { app: tablet, confirmed } = await bindApp(nl, clock, { grant: ada.grant, proof: await ada.proof() })
  ada.grant = confirmed.grant ?? ''
  const known = { ...ada.client, device: ada.deviceToken }
  const challenge = await ada.challenge(known)
  await wrongBySms({ nl, sms, ada, challenge, clock, known })
  const proof = await ada.proof()

  const code = wrongCode(ada.app)
  await answered({ world, challenge, client: known, code, factor: 'totp' }, 'wrong')
  await answered(
    { world, challenge, client: known, code: isStrong ? wrongBackupCode : code, factor: 'backup-code' },
    'wrong',
  )
  for (let n = 2; n < inARow + 2; n++) {
    const client = elsewhere(n)
    const factor = n % 2 || isStrong ? 'totp' : 'backup-code'
    await answered({ world, challenge: await ada.challenge(client), client, code, factor }, 'wrong')
  }
  await nl.signIn.failed({ name: ada.name, accountId: ada.id, client: known })
  const key = limiter.last[0] ?? ''
  return { world, ada, tablet, known, challenge, proof, sms, token, passwords: () => limiter.used(key, clock()) }
}

/** Two wrong codes by SMS, one under the challenge. The step-up that follows clears all counts but the challenge's. */
async function wrongBySms({
  nl,
  sms,
  ada,
  challenge,
  clock,
  known: client,
}: Pick<World, 'nl' | 'clock'> & Pick<Scene, 'sms' | 'ada' | 'challenge' | 'known'>): Promise<void> {
  const { grant } = ada
  expectOk(await nl.stepUp.sendCode({ grant, client: ada.client }))
  const first = { code: otherCode(await latestCode(nl, sms)), factor: 'sms', client: ada.client } as const
  expect(await nl.stepUp.verify({ grant, purpose: 'factors', ...first })).toMatchObject({ reason: 'wrong' })
  clock.advance(60_000)
  await nl.signIn.sendCode({ challenge, client })
  const second = { code: otherCode(await latestCode(nl, sms)), factor: 'sms', client } as const
  expect(await nl.signIn.verify({ challenge, ...second })).toMatchObject({ reason: 'wrong' })
  clock.advance(60_000)
}

export interface Guess {
  readonly world: World
  readonly challenge: string
  readonly client: ClientInfo
  readonly code: string
  readonly factor?: Factor
}

export async function answered({ world, ...guess }: Guess, expected: string): Promise<void> {
  const answer = await world.nl.signIn.verify(guess)
  expect(answer.status === 'granted' ? answer.status : answer.reason).toBe(expected)
}

/** After the hard stop: TOTP is off, and the other counts are as in the other scenes. */
export async function stopped(): Promise<Scene> {
  const made = await scene(limits.lockAfter)
  const { world, ada, known } = made
  await typeWrongCodesUntilOff(world, ada, 1000)
  world.clock.advance(limits.lockMs)
  await world.nl.signIn.failed({ name: ada.name, accountId: ada.id, client: known })
  const challenge = await ada.challenge(known)
  await answered({ world, challenge, client: known, code: wrongCode(ada.app), factor: 'backup-code' }, 'wrong')
  return { ...made, challenge }
}

export const locked = (): Promise<Scene> => scene(limits.lockAfter)
/** The same with backup codes of 64 bits, which have no count. */
export const strong = (): Promise<Scene> => scene(limits.lockAfter, { profile: 'crockford-13' })
export const oneShort = (): Promise<Scene> => scene(limits.lockAfter - 1)
