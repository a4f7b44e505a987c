import { describe, expect, it } from 'vitest'
import {
  deviceTrust,
  rotateTrust,
  trustDevice,
  withdrawTrust,
} from '../../../../src/core/account/sessions/device-trust.ts'
import { endAllDeviceTrust, endDeviceTrust } from '../../../../src/core/account/sessions/end-device-trust.ts'
import {
  deviceIdOf,
  knownDeviceOf,
  rememberDevice,
  shortUserAgent,
} from '../../../../src/core/account/sessions/known-devices.ts'
import { viewTrustedDevices } from '../../../../src/core/account/sessions/view.ts'
import { referenceTo } from '../../../../src/core/account/record/ids.ts'
import type { AccountState } from '../../../../src/core/account/record/state.ts'
import { limits } from '../../../../src/core/limits.ts'
import {
  account,
  context,
  day,
  grantFor,
  knownDevice,
  now,
  onDevice,
  session,
  settings,
  stranger,
} from '../../../world/account.ts'
import { seededRandom } from '../../../world/seeded-random.ts'

const minutes = 60_000
const listed: AccountState = {
  ...account,
  sessions: [session('s1')],
  knownDevices: [knownDevice('d1'), knownDevice('d2')],
}
const later = { ...context, now: now + day, entropy: seededRandom('later')(32) }

function trusting(device: string, state = listed): { readonly state: AccountState; readonly secret: string } {
  const trusted = trustDevice(state, device, context)
  if (trusted === null) throw new Error('not trusted')
  return trusted
}

describe('a known device', () => {
  it('is one that the record lists, and whose token this record gave out', () => {
    expect(knownDeviceOf(listed, onDevice('d1'))).toEqual(knownDevice('d1'))
    expect(knownDeviceOf(listed, onDevice('d3'))).toBeNull()
    expect(knownDeviceOf(listed, stranger)).toBeNull()
    const markedBy = (birth: string, commit: number): boolean =>
      knownDeviceOf(listed, onDevice('d1', { deviceMark: { birth, commit } })) !== null
    expect([markedBy('birth', 9), markedBy('birth', 10), markedBy('other', 3)]).toEqual([true, false, false])
    expect(knownDeviceOf(listed, onDevice('d1', { deviceMark: null }))).toBeNull()
  })

  it('keeps its id, its first day, its luck and its trust at a later sign-in', () => {
    const before = trusting('d1', {
      ...listed,
      knownDevices: [knownDevice('d1', { emptiedAt: now - day }), knownDevice('d2')],
    })
    const { state, deviceId } = rememberDevice(before.state, onDevice('d1', { userAgent: 'Opera' }), later)
    expect(deviceId).toBe('d1')
    expect(deviceIdOf(before.state, onDevice('d1'), later)).toBe('d1')
    expect(state.knownDevices.map(({ id }) => id)).toEqual(['d2', 'd1'])
    expect(state.knownDevices[1]).toEqual({
      ...before.state.knownDevices[0],
      lastAt: now + day,
      userAgent: 'Opera',
    })
  })

  it('[SES-10] gets a fresh id if the record does not list it', () => {
    const { state, deviceId } = rememberDevice(listed, onDevice('d3'), later)
    expect(deviceId).not.toBe('d3')
    expect(deviceId).toBe(deviceIdOf(listed, stranger, later))
    expect(state.knownDevices.at(-1)).toEqual({
      id: deviceId,
      firstAt: now + day,
      lastAt: now + day,
      userAgent: 'Firefox',
      emptiedAt: null,
      trust: null,
    })
  })

  it('is forgotten if it was used longest ago, when there is no place for one more', () => {
    const ago = Array.from({ length: limits.knownDevices }, (_, n) => (n < 7 ? n : 60 - n))
    const oldest = ago.indexOf(Math.max(...ago))
    const knownDevices = ago.map((days, n) => knownDevice(`d${n}`, { lastAt: now - days * day }))
    const { state } = rememberDevice({ ...account, knownDevices }, stranger, later)
    expect(state.knownDevices).toHaveLength(limits.knownDevices)
    const kept = state.knownDevices.map(({ id }) => id)
    expect(knownDevices.map(({ id }) => id).filter((id) => !kept.includes(id))).toEqual([`d${oldest}`])
    const again = rememberDevice({ ...account, knownDevices }, onDevice('d0'), later)
    expect(again.state.knownDevices).toHaveLength(limits.knownDevices)
  })

  it('has the name of its browser, cut to what a record can hold', () => {
    expect(shortUserAgent({ ...stranger, userAgent: null })).toBeNull()
    expect(shortUserAgent({ ...stranger, userAgent: 'Firefox' })).toBe('Firefox')
    expect(shortUserAgent({ ...stranger, userAgent: 'x'.repeat(300) })).toBe(`${'x'.repeat(119)}…`)
    // Each quote takes two places of the stored text.
    expect(shortUserAgent({ ...stranger, userAgent: '"'.repeat(300) })).toBe(`${'"'.repeat(59)}…`)
    expect(shortUserAgent({ ...stranger, userAgent: `"${'x'.repeat(118)}` })).toBe(`"${'x'.repeat(118)}`)
    expect(shortUserAgent({ ...stranger, userAgent: `"${'x'.repeat(119)}` })).toBe(`"${'x'.repeat(58)}…`)
  })
})

describe('the trust of a device', () => {
  it('[SES-10] is told by the text that only the device has', () => {
    const { state, secret } = trusting('d1')
    const answer = deviceTrust(state, onDevice('d1', { deviceTrust: secret }), context)
    expect(answer).toMatchObject({ device: { id: 'd1' }, trust: { epoch: 1, since: now, lastUsedAt: now } })
    expect(JSON.stringify(state)).not.toContain(secret)
    expect(deviceTrust(state, onDevice('d1', { deviceTrust: 'a wrong text' }), context)).toBe('void')
  })

  it('is none for a request that shows nothing: it has no text, or no device that is known', () => {
    const { state, secret } = trusting('d1')
    expect(deviceTrust(state, onDevice('d1'), context)).toBe('none')
    expect(deviceTrust(state, onDevice('d3', { deviceTrust: secret }), context)).toBe('none')
    expect(deviceTrust(state, { ...stranger, deviceTrust: secret }, context)).toBe('none')
    expect(deviceTrust(state, onDevice('d2', { deviceTrust: secret }), context)).toBe('none')
  })

  it('is none where the host does not let devices be trusted', () => {
    const { state, secret } = trusting('d1')
    const off = { ...context, settings: { ...settings, trustedDevices: null } }
    expect(deviceTrust(state, onDevice('d1', { deviceTrust: secret }), off)).toBe('none')
    expect(trustDevice(listed, 'd1', off)).toBeNull()
  })

  it('is none in another epoch of the account', () => {
    const { state, secret } = trusting('d1')
    const client = onDevice('d1', { deviceTrust: secret })
    expect(deviceTrust({ ...state, epoch: 2 }, client, context)).toBe('none')
    expect(trusting('d1', { ...listed, epoch: 4 }).state.knownDevices[0]?.trust?.epoch).toBe(4)
  })

  it('ends at the time that is stored with it, whichever lifetime the host has now', () => {
    const { state, secret } = trusting('d1')
    const client = onDevice('d1', { deviceTrust: secret })
    const at = (ms: number, lifeMs = 30 * day): unknown =>
      deviceTrust(state, client, { ...context, now: now + ms, settings: { ...settings, trustedDevices: { lifeMs } } })
    expect(at(30 * day - 1)).toMatchObject({ device: { id: 'd1' } })
    expect(at(30 * day)).toBe('none')
    expect(at(30 * day, 90 * day)).toBe('none')
  })

  it('ends with a shorter lifetime of the host, and does not come back for its last part', () => {
    const { state, secret } = trusting('d1')
    const client = onDevice('d1', { deviceTrust: secret })
    const shortened = (days: number, lifeDays: number): unknown =>
      deviceTrust(state, client, {
        ...context,
        now: now + days * day,
        settings: { ...settings, trustedDevices: { lifeMs: lifeDays * day } },
      })
    expect(shortened(6, 7)).toBe('none')
    expect(shortened(8, 7)).toBe('none')
    expect(shortened(25, 7)).toBe('none')
    expect(shortened(25, 26)).toMatchObject({ device: { id: 'd1' } })
  })

  it('counts for a server whose clock is behind by no more than clocks may be', () => {
    const { state, secret } = trusting('d1')
    const client = onDevice('d1', { deviceTrust: secret })
    const behind = (ms: number): unknown => deviceTrust(state, client, { ...context, now: now - ms })
    expect(behind(15 * minutes)).toMatchObject({ device: { id: 'd1' } })
    expect(behind(15 * minutes + 1)).toBe('none')
  })

  it('is given to a listed device only, with an event that names the device and the end', () => {
    expect(trustDevice(listed, 'd3', context)).toBeNull()
    expect(trustDevice(listed, 'd1', context)?.events).toEqual([
      { type: 'device_trust', values: { device: referenceTo('d1'), until: now + 30 * day } },
    ])
    expect(trusting('d1').state.knownDevices[1]).toEqual(knownDevice('d2'))
  })

  it('[SES-10] has a new text after each use, and the same end', () => {
    const { state, secret } = trusting('d1')
    const shown = deviceTrust(state, onDevice('d1', { deviceTrust: secret }), context)
    if (typeof shown === 'string') throw new Error(shown)
    const used = rotateTrust(state, shown, later)
    expect(used.secret).not.toBe(secret)
    expect(used.events).toEqual([])
    expect(used.state.knownDevices[0]?.trust).toMatchObject({
      since: now,
      lastUsedAt: now + day,
      until: now + 30 * day,
      epoch: 1,
    })
    expect(deviceTrust(used.state, onDevice('d1', { deviceTrust: secret }), later)).toBe('void')
    expect(deviceTrust(used.state, onDevice('d1', { deviceTrust: used.secret }), later)).toMatchObject({
      device: { id: 'd1' },
    })
  })

  it('keeps what else the sign-in changed of its device', () => {
    const { state, secret } = trusting('d2')
    const shown = deviceTrust(state, onDevice('d2', { deviceTrust: secret }), context)
    if (typeof shown === 'string') throw new Error(shown)
    const signedIn = rememberDevice(state, onDevice('d2', { userAgent: 'Opera' }), later).state
    const { knownDevices } = rotateTrust(signedIn, shown, later).state
    expect(knownDevices.map(({ id, lastAt, userAgent }) => [id, lastAt, userAgent])).toEqual([
      ['d1', now - day, 'Firefox'],
      ['d2', now + day, 'Opera'],
    ])
  })

  it('is withdrawn from its device alone, with the sessions that it opened', () => {
    const both = trusting('d2', trusting('d1').state).state
    const sessions = [
      session('s1', { deviceId: 'd1', trusted: true }),
      session('s2', { deviceId: 'd1' }),
      session('s3', { deviceId: 'd2', trusted: true }),
    ]
    const { state, events } = withdrawTrust({ ...both, sessions }, both.knownDevices[0]!)
    expect(state.knownDevices).toEqual([knownDevice('d1'), both.knownDevices[1]])
    expect(state.sessions.map(({ id }) => id)).toEqual(['s2', 's3'])
    expect(events).toEqual([
      { type: 'device_trust_end', values: { ended: 1, reason: 'replayed', device: referenceTo('d1') } },
      { type: 'session_end', values: { ended: 1, target: referenceTo('s1') } },
    ])
  })
})

describe('the trusted devices on the security page', () => {
  const both = trusting('d2', trusting('d1').state).state

  it('are those whose trust counts, the one used last first', () => {
    const used = {
      ...both,
      knownDevices: [
        ...both.knownDevices.map((one) =>
          one.id === 'd2' ? { ...one, trust: one.trust && { ...one.trust, lastUsedAt: now + 5 } } : one,
        ),
        knownDevice('d3'),
        knownDevice('d4', { trust: { digest: '', epoch: 1, since: now, lastUsedAt: now + 9, until: now + day } }),
      ],
    }
    const idsAt = (time: number, epoch = 1): string[] =>
      viewTrustedDevices({ ...used, epoch }, 'd1', time).map(({ id }) => id)
    const [d1, d2, d4] = ['d1', 'd2', 'd4'].map(referenceTo)
    expect(idsAt(now)).toEqual([d4, d2, d1])
    expect(idsAt(now + day - 1)).toEqual([d4, d2, d1])
    expect(idsAt(now + day)).toEqual([d2, d1])
    expect(idsAt(now, 2)).toEqual([])
    expect(viewTrustedDevices(used, 'd1', now).map(({ current }) => current)).toEqual([false, false, true])
    expect(viewTrustedDevices(used, 'd1', now)[2]).toEqual({
      id: d1,
      current: true,
      userAgent: 'Firefox',
      since: now,
      lastUsedAt: now,
      until: now + 30 * day,
    })
  })

  it('can be ended one by one, which leaves the device known', () => {
    const ended = endDeviceTrust(both, { auth: grantFor('s1'), device: referenceTo('d1') }, context, [])
    expect(ended).toMatchObject({
      commit: {
        outcome: { ok: true, ended: 1 },
        events: [{ type: 'device_trust_end', values: { ended: 1, reason: 'owner', device: referenceTo('d1') } }],
      },
    })
    const { knownDevices } = (ended as unknown as { commit: { state: AccountState } }).commit.state
    expect(knownDevices).toEqual([knownDevice('d1'), both.knownDevices[1]])
  })

  it('are not found, if nobody trusts the device', () => {
    const answer = (device: string): unknown => endDeviceTrust(both, { auth: grantFor('s1'), device }, context, [])
    expect(answer(referenceTo('d3'))).toEqual({ done: { ok: false, reason: 'not-found' }, facts: [] })
    const untrusted = { ...both, knownDevices: [knownDevice('d1')] }
    expect(endDeviceTrust(untrusted, { auth: grantFor('s1'), device: referenceTo('d1') }, context, [])).toMatchObject({
      done: { reason: 'not-found' },
    })
  })

  it('can be ended all at once', () => {
    const more = { ...both, knownDevices: [...both.knownDevices, knownDevice('d3')] }
    expect(endAllDeviceTrust(more, { auth: grantFor('s1') }, context, [])).toMatchObject({
      commit: {
        outcome: { ok: true, ended: 2 },
        state: { knownDevices: [{ trust: null }, { trust: null }, { trust: null }] },
        events: [{ type: 'device_trust_end', values: { ended: 2, reason: 'owner' } }],
      },
    })
  })

  it('are not ended by a call that is signed out', () => {
    const auth = grantFor('gone')
    const signedOut = { done: { ok: false, reason: 'signed-out' }, facts: [] }
    expect(endDeviceTrust(both, { auth, device: referenceTo('d1') }, context, [])).toEqual(signedOut)
    expect(endAllDeviceTrust(both, { auth }, context, [])).toEqual(signedOut)
  })
})
