import type { ClientInfo, Nightlatch } from 'nightlatch'
import { asSystem } from 'nightlatch'
import { describe, expect, it } from 'vitest'
import { luckLeft } from '../../world/luck-left.ts'
import type { Factor } from '../../../src/core/factor.ts'
import { limits } from '../../../src/core/limits.ts'
import type { AccountState } from '../../../src/core/account/record/state.ts'
import { expectOk } from '../../world/expect-outcome.ts'
import { origin } from '../../world/passkey-ceremony.ts'
import { authenticator, elsewhere, wrongCode } from '../../world/person.ts'
import { stateOf } from '../../world/reading.ts'
import { bindNumber, bindPasskey, latestCode, otherCode, passkeyAnswer, script } from '../../world/several-factors.ts'
import { answered, locked, oneShort, stopped, strong, wrongBackupCode } from './lockout-scene.ts'
import type { Scene } from './lockout-scene.ts'
import { tableBelow } from './lockout-page.ts'

/** What a count stands at; null: there is nothing to count any more, or nothing locked. */
type Reader = (read: {
  readonly state: AccountState
  readonly scene: Scene
  readonly source: string
}) => number | null | Promise<number | null>

/** Another factor with a hard count is one more line here, and one more column on the page. */
const columns: Readonly<Record<string, Reader>> = {
  'this source': ({ state, source }) => state.throttle.sources.find(({ id }) => id === source)?.failures ?? 0,
  'other sources': ({ state, source }) =>
    state.throttle.sources.reduce((sum, { id, failures }) => sum + (id === source ? 0 : failures), 0),
  'in a row': ({ state }) => state.throttle.row,
  'the lock': ({ state, scene: { world } }) => {
    const until = (state.throttle.lockedAt ?? -Infinity) + limits.lockMs
    return until > world.clock() ? until : null
  },
  'luck here': ({ state, source, scene: { world } }) => drawnOf(bucketOf(state, source), world.clock()),
  'luck elsewhere': ({ state, source, scene: { world } }) =>
    drawnOf(source.startsWith('device:') ? state.throttle.luck.unknown : knownBucket(state), world.clock()),
  'app codes': ({ state }) => state.totp.failures,
  'codes by SMS': ({ state }) => state.sms.failures,
  'backup codes': ({ state }) => state['backup-code'].failures,
  'the challenge': async ({ scene: { world, challenge, known } }) => {
    // What is no code costs nothing, so it may ask.
    const answer = await world.nl.signIn.verify({ challenge, client: known, code: '' })
    return answer.status === 'challenge' ? limits.challengeTries - answer.triesLeft : null
  },
  passwords: ({ scene: { passwords } }) => passwords(),
}

/** What a bucket lacks, in whole millionths. */
function drawnOf(emptiedAt: number | null, now: number): number {
  return Math.round(limits.luckHolds - luckLeft(emptiedAt, now))
}

function bucketOf(state: AccountState, source: string): number | null {
  return source.startsWith('device:') ? knownBucket(state) : state.throttle.luck.unknown
}

function knownBucket({ knownDevices }: AccountState): number | null {
  return knownDevices.map(({ emptiedAt }) => emptiedAt).find((at) => at !== null) ?? null
}

interface Row {
  readonly name: string
  readonly act: (scene: Scene) => Promise<unknown>
  readonly from?: () => Promise<Scene>
  /** Where it happens; default: the known browser. */
  readonly at?: ClientInfo
}

const unknown = elsewhere(2)

/** Under the challenge of the scene, in its known browser. */
const typed = (s: Scene, code: string | undefined, told: string, factor?: Factor): Promise<void> =>
  answered(
    { world: s.world, challenge: s.challenge, client: s.known, code: code ?? '', ...(factor && { factor }) },
    told,
  )
const acting = (s: Scene): { readonly grant: string; readonly proof: string; readonly client: ClientInfo } => ({
  grant: s.ada.grant,
  proof: s.proof,
  client: s.known,
})

/** Asks for a code by SMS under the challenge of the scene. */
async function sent({ world: { nl }, sms, challenge, known }: Scene): Promise<string> {
  expect(await nl.signIn.sendCode({ challenge, client: known })).toMatchObject({ sms: { status: 'queued' } })
  return latestCode(nl, sms)
}

async function shown(s: Scene, client: ClientInfo, traits: { readonly userPresent?: boolean } = {}): Promise<string> {
  const { nl } = s.world
  const answer = await passkeyAnswer(nl, s.token, s.challenge, traits)
  return (await nl.signIn.verifyPasskey({ ...answer, challenge: s.challenge, client })).status
}

async function enroll(
  { world: { nl, clock } }: Scene,
  call: Parameters<Nightlatch['totp']['enroll']>[0],
): Promise<void> {
  const enrolled = expectOk(await nl.totp.enroll(call))
  const { code } = authenticator(enrolled.uri, enrolled.authenticator, clock)
  expectOk(await nl.totp.confirm({ ...call, code: code() }))
}

/** What can happen. Something else is one more line here, and one more row on the page. */
const rows: readonly Row[] = [
  { name: 'right code of an app', act: (s) => typed(s, s.tablet.code(1), 'granted') },
  { name: 'right code by SMS', act: async (s) => typed(s, await sent(s), 'granted') },
  { name: 'right backup code', act: (s) => typed(s, s.ada.backupCodes[0], 'granted') },
  {
    name: 'right backup code of 64 bits from an unknown device, under the lock',
    from: strong,
    at: unknown,
    act: (s) => answered({ ...s, client: unknown, code: s.ada.backupCodes[0] ?? '' }, 'granted'),
  },
  { name: 'wrong code of an app', act: (s) => typed(s, wrongCode(s.ada.app), 'wrong', 'totp') },
  {
    name: 'wrong code of six digits while one by SMS is awaited',
    from: strong,
    act: async (s) => typed(s, otherCode(await sent(s)), 'wrong'),
  },
  { name: 'wrong backup code of six digits', act: (s) => typed(s, wrongCode(s.ada.app), 'wrong', 'backup-code') },
  { name: 'wrong backup code of 64 bits', from: strong, act: (s) => typed(s, wrongBackupCode, 'wrong') },
  {
    name: 'the same from an unknown device, under the lock',
    from: strong,
    at: unknown,
    act: (s) => answered({ ...s, client: unknown, code: wrongBackupCode }, 'wrong'),
  },
  { name: 'right code of an app, typed again', act: (s) => typed(s, s.ada.app.code(), 'used', 'totp') },
  {
    name: 'right code by SMS that ran out',
    act: async (s) => {
      const code = await sent(s)
      s.world.clock.advance(60_000)
      const verify = { challenge: s.challenge, code, factor: 'sms', client: s.known } as const
      expect(await s.world.nl.signIn.verify(verify)).toMatchObject({ reason: 'expired' })
    },
  },
  { name: 'one more code by SMS sent', act: sent },
  {
    name: 'right passkey, as the second factor',
    act: async (s) => expect(await shown(s, s.known)).toBe('granted'),
  },
  {
    name: 'right passkey from an unknown device, under the lock',
    at: unknown,
    act: async (s) => expect(await shown(s, unknown)).toBe('granted'),
  },
  {
    name: 'right passkey alone',
    act: async (s) => {
      const answer = await passkeyAnswer(s.world.nl, s.token)
      expect((await s.world.nl.signIn.verifyPasskey({ ...answer, client: s.known })).status).toBe('granted')
    },
  },
  {
    name: 'wrong passkey',
    act: async (s) => expect(await shown(s, s.known, { userPresent: false })).toBe('challenge'),
  },
  { name: 'text that is no code', act: (s) => typed(s, 'hello', 'malformed') },
  {
    name: 'twentieth wrong code in a row, from an unknown device',
    from: oneShort,
    at: unknown,
    act: (s) => answered({ ...s, client: unknown, code: wrongCode(s.ada.app), factor: 'totp' }, 'wrong'),
  },
  {
    name: 'any code that has to wait',
    at: unknown,
    act: (s) => answered({ ...s, client: unknown, code: s.tablet.code(1) }, 'wait'),
  },
  { name: 'right password, a new challenge', act: (s) => s.ada.challenge(s.known) },
  {
    name: 'wrong password',
    act: ({ world, ada: { name, id }, known }) => world.nl.signIn.failed({ name, accountId: id, client: known }),
  },
  {
    name: 'step-up with the code of an app',
    act: async (s) =>
      expectOk(await s.world.nl.stepUp.verify({ ...acting(s), purpose: 'factors', code: s.tablet.code(1) })),
  },
  {
    name: 'step-up with a backup code',
    act: async (s) =>
      expectOk(await s.world.nl.stepUp.verify({ ...acting(s), purpose: 'factors', code: s.ada.backupCodes[0] })),
  },
  {
    name: 'step-up with a code by SMS',
    act: async (s) => {
      expectOk(await s.world.nl.stepUp.sendCode(acting(s)))
      const code = await latestCode(s.world.nl, s.sms)
      const verify = { ...acting(s), purpose: 'factors', code, factor: 'sms' } as const
      expectOk(await s.world.nl.stepUp.verify(verify))
    },
  },
  {
    name: 'step-up with a passkey',
    act: async (s) => {
      const { nl } = s.world
      const { ceremony, options } = expectOk(await nl.stepUp.passkeyOptions(acting(s)))
      const response = s.token.get(options, { origin })
      expectOk(await nl.stepUp.verifyPasskey({ ...acting(s), purpose: 'factors', ceremony, response }))
    },
  },
  {
    name: 'resynchronizing an authenticator app',
    act: async (s) => {
      const { id: device, code } = s.tablet
      expectOk(
        await s.world.nl.totp.resynchronize({ ...acting(s), authenticator: device, codes: [code(39), code(40)] }),
      )
    },
  },
  { name: 'one more authenticator app', act: (s) => enroll(s, acting(s)) },
  {
    name: 'removing one of several authenticator apps',
    act: async (s) => expectOk(await s.world.nl.totp.remove({ ...acting(s), authenticator: s.tablet.id })),
  },
  { name: 'another number', act: async (s) => bindNumber(s.world.nl, s.sms, acting(s), '+36307654321') },
  { name: 'removing the number', act: async (s) => expectOk(await s.world.nl.sms.remove(acting(s))) },
  { name: 'one more passkey', act: async (s) => bindPasskey(s.world.nl, acting(s)) },
  {
    name: 'removing the last authenticator app, other factors stay',
    act: async ({ world: { nl }, ada, tablet }) => {
      for (const { id: device } of [tablet, ada.app])
        expectOk(await nl.totp.remove({ grant: script(ada.id), authenticator: device }))
    },
  },
  {
    name: 'removing the last factor',
    act: async ({ world: { nl }, ada, tablet }) => {
      const grant = script(ada.id)
      for (const { id: device } of [tablet, ada.app]) expectOk(await nl.totp.remove({ grant, authenticator: device }))
      expectOk(await nl.sms.remove({ grant }))
      const [passkey] = expectOk(await nl.passkeys.list({ grant })).passkeys
      expectOk(await nl.passkeys.remove({ grant, passkey: passkey?.id }))
    },
  },
  {
    name: 'only passkeys open the account from now on',
    from: strong,
    act: async (s) => expectOk(await s.world.nl.passkeys.setOnly({ ...acting(s), on: true })),
  },
  { name: 'new backup codes', act: async (s) => expectOk(await s.world.nl.backupCodes.regenerate(acting(s))) },
  { name: 'signing out', act: async (s) => expectOk(await s.world.nl.sessions.signOut(acting(s))) },
  { name: 'signing out everywhere', act: async (s) => expectOk(await s.world.nl.sessions.endAll(acting(s))) },
  {
    name: 'two-factor off with the code of an app, and on again',
    act: async (s) => {
      const off = await s.world.nl.accounts.turnOffTwoFactor({ ...acting(s), code: s.tablet.code(1) })
      await enroll(s, { grant: expectOk(off).grant })
    },
  },
  {
    name: 'two-factor off by a script, from an unknown device',
    at: unknown,
    act: async ({ world, ada }) => expectOk(await world.nl.accounts.turnOffTwoFactor({ grant: script(ada.id) })),
  },
  {
    name: 'new authenticator app after the hard stop of app codes',
    from: stopped,
    act: (s) => enroll(s, { grant: script(s.ada.id) }),
  },
  {
    name: '`password.changed` with a proof',
    act: async (s) => expectOk(await s.world.nl.password.changed(acting(s))),
  },
  {
    name: '`password.changed` by a script, from an unknown device',
    at: unknown,
    act: async (s) => expectOk(await s.world.nl.password.changed({ grant: script(s.ada.id) })),
  },
  {
    name: '`accounts.unlock` by a script',
    act: async (s) => expectOk(await s.world.nl.accounts.unlock({ grant: asSystem(s.ada.id, 'shown at the desk') })),
  },
  { name: 'fifteen minutes pass', act: async ({ world }) => world.clock.advance(limits.lockMs) },
]

type Counts = Readonly<Record<string, number | null>>

async function read(s: Scene, at: ClientInfo): Promise<Counts> {
  const state = await stateOf(s.world.storage, s.ada.id)
  const [device] = state.knownDevices.slice(-1)
  const source = at.device === undefined ? `network:${at.ip}` : `device:${device?.id}`
  const counts: Record<string, number | null> = {}
  for (const [name, reader] of Object.entries(columns)) counts[name] = await reader({ state, scene: s, source })
  return counts
}

function change(before: number | null, after: number | null): string {
  if (before === after) return '—'
  if (after === null) return 'over'
  if (after === 0) return 'cleared'
  if (before === null) return 'set'
  return after < before ? 'given back' : `+${after - before}`
}

describe('the table of docs/lockout.md', () => {
  const [[, ...named] = [], ...stated] = tableBelow('What clears what')

  it('names what is run here, and nothing else', () => {
    expect(named).toEqual(Object.keys(columns))
    expect(stated.map(([name]) => name)).toEqual(rows.map(({ name }) => name))
  })

  it.each(rows)('[THR-3] promise 2: says what is true of: $name', async ({ name, act, from = locked, at }) => {
    const s = await from()
    const client = at ?? s.known
    const before = await read(s, client)
    // A count of nothing would look the same after it was cleared.
    const empty = from === strong ? ['the lock', 'backup codes'] : ['the lock']
    expect(Object.entries(before).filter(([column, count]) => !count && !empty.includes(column))).toEqual([])
    await act(s)
    const after = await read(s, client)
    const changes = Object.keys(columns).map((column) => change(before[column] ?? null, after[column] ?? null))
    expect([name, ...changes]).toEqual(stated.find(([row]) => row === name))
  })
})
