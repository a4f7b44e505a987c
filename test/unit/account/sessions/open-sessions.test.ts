import { describe, expect, it } from 'vitest'
import { endAllSessions } from '../../../../src/core/account/sessions/end-all-sessions.ts'
import { endSession } from '../../../../src/core/account/sessions/end-session.ts'
import { grantOf, nextEpoch, raiseEpoch } from '../../../../src/core/account/sessions/epoch.ts'
import { addSession, newSession, openSessions } from '../../../../src/core/account/sessions/session.ts'
import { viewSessions } from '../../../../src/core/account/sessions/view.ts'
import { newId, referenceTo } from '../../../../src/core/account/record/ids.ts'
import type { AccountState, Session } from '../../../../src/core/account/record/state.ts'
import { limits } from '../../../../src/core/limits.ts'
import { account, context, day, grantFor, knownDevice, now, session, stranger } from '../../../world/account.ts'

const minutes = 60_000
const system = { kind: 'system' } as const
const open: AccountState = {
  ...account,
  sessions: [session('s1', { deviceId: 'd1' }), session('s2'), session('s3')],
  knownDevices: [knownDevice('d1', { userAgent: 'Opera' }), knownDevice('d2')],
}

describe('a new session', () => {
  const start = {
    kind: 'full',
    primary: 'password',
    primaryAt: now - 5,
    factor: 'totp',
    aal: 2,
    amr: ['pwd', 'otp', 'mfa'],
    deviceId: null,
  } as const

  it('begins now, where the request came from, with no wrong answers and no trust', () => {
    expect(newSession(context, stranger, start)).toEqual({
      ...start,
      id: newId(context.entropy, 'session'),
      createdAt: now,
      renewedAt: now,
      ip: '192.0.2.7',
      userAgent: 'Firefox',
      needs: [],
      trusted: false,
      round: 0,
      changes: null,
    })
  })

  it('has the name of the browser in its device, if it has one, and what the sign-in says of it', () => {
    const made = newSession(context, stranger, { ...start, deviceId: 'd1', trusted: true, needs: ['totp'] })
    expect(made).toMatchObject({ deviceId: 'd1', userAgent: null, trusted: true, needs: ['totp'] })
  })

  it('signs the oldest one out, if there are too many', () => {
    const sessions = Array.from({ length: limits.sessions }, (_, n) => session(`s${n}`))
    const ids = addSession({ ...account, sessions }, session('new'), context).sessions.map(({ id }) => id)
    expect(ids).toEqual([...sessions.slice(1).map(({ id }) => id), 'new'])
  })

  it('takes the place of sessions that are over on every server', () => {
    const kept = (renewedAt: number): boolean =>
      addSession({ ...account, sessions: [session('old', { renewedAt })] }, session('new'), context).sessions.length ===
      2
    const life = limits.sessionMs + 15 * minutes
    expect([kept(now - life + 1), kept(now - life)]).toEqual([true, false])
  })
})

describe('the open sessions', () => {
  const at = (...ago: number[]): Session[] => ago.map((ms, n) => session(`s${n}`, { renewedAt: now - ms }))

  it('are those whose newest grant is not over, by a clock that may be behind', () => {
    const sessions = at(0, limits.sessionMs - 1, limits.sessionMs, -15 * minutes)
    expect(openSessions({ ...account, sessions }, context).map(({ id }) => id)).toEqual(['s0', 's1', 's3'])
  })

  it('are shown newest first, without their ids, with the browser of their device', () => {
    const views = viewSessions(
      { ...open, sessions: [...open.sessions, session('over', { renewedAt: 0 })] },
      's2',
      context,
    )
    expect(views.map(({ id }) => id)).toEqual(['s3', 's2', 's1'].map(referenceTo))
    expect(views.map(({ current }) => current)).toEqual([false, true, false])
    const device = { ...session('s4', { deviceId: 'gone', userAgent: 'Edge' }) }
    const bare = session('s5', { userAgent: 'Edge', trusted: true })
    const browsers = viewSessions({ ...open, sessions: [open.sessions[0]!, device, bare] }, null, context)
    expect(browsers.map(({ userAgent, knownDevice: known }) => [userAgent, known])).toEqual([
      ['Edge', false],
      [null, true],
      ['Opera', true],
    ])
    expect(browsers[0]).toEqual({
      id: referenceTo('s5'),
      current: false,
      createdAt: now - minutes,
      primary: 'password',
      factor: 'totp',
      aal: 2,
      amr: ['pwd', 'otp', 'mfa'],
      ip: '192.0.2.7',
      userAgent: 'Edge',
      knownDevice: false,
      trusted: true,
    })
  })
})

describe('the end of one session', () => {
  const end = (auth: Parameters<typeof endSession>[1]['auth'], target: string | null, state = open): unknown =>
    endSession(state, { auth, session: target }, context, [])

  it('is the end of the acting one, if none is named', () => {
    expect(end(grantFor('s2'), null)).toMatchObject({
      commit: {
        outcome: { ok: true },
        state: { sessions: [{ id: 's1' }, { id: 's3' }] },
        events: [{ type: 'session_end', values: { ended: 1 } }],
      },
    })
    const [event] = (end(grantFor('s2'), null) as { commit: { events: { values: object }[] } }).commit.events
    expect(event?.values).toEqual({ ended: 1 })
    expect(end(grantFor('s2'), 's2')).toEqual(end(grantFor('s2'), null))
  })

  it('names another one in the history by its reference', () => {
    expect(end(grantFor('s2'), 's3')).toMatchObject({
      commit: {
        state: { sessions: [{ id: 's1' }, { id: 's2' }] },
        events: [{ values: { ended: 1, target: referenceTo('s3') } }],
      },
    })
    expect(end(system, 's3')).toMatchObject({ commit: { events: [{ values: { target: referenceTo('s3') } }] } })
  })

  it('ends the trust of its browser too, if a list named it, and not if one signs out oneself', () => {
    const trust = { digest: '', epoch: 1, since: now, lastUsedAt: now, until: now + day }
    const trusted = { ...open, knownDevices: [knownDevice('d2', { trust }), knownDevice('d1', { trust })] }
    expect(end(grantFor('s2'), 's1', trusted)).toMatchObject({
      commit: {
        state: { sessions: [{ id: 's2' }, { id: 's3' }], knownDevices: [{ trust }, { trust: null }] },
        events: [
          { type: 'session_end', values: { ended: 1, target: referenceTo('s1') } },
          { type: 'device_trust_end', values: { ended: 1, reason: 'session', device: referenceTo('d1') } },
        ],
      },
    })
    const out = { commit: { state: { knownDevices: [{ trust }, { trust }] }, events: [{ type: 'session_end' }] } }
    expect(end(grantFor('s1'), null, trusted)).toMatchObject(out)
    expect(end(grantFor('s1'), 's2', trusted)).toMatchObject(out)
  })

  it('finds no session that is not listed, and none for a script that names none', () => {
    const notFound = { done: { ok: false, reason: 'not-found' }, facts: [] }
    expect([end(grantFor('s1'), 'gone'), end(system, null)]).toEqual([notFound, notFound])
  })

  it('is asked by a session that counts, also by one that may only enroll', () => {
    expect(end(grantFor('gone'), 's1')).toEqual({ done: { ok: false, reason: 'signed-out' }, facts: [] })
    const enrolling = { ...open, sessions: [session('s1', { kind: 'enroll', needs: ['totp'] })] }
    expect(end(grantFor('s1'), null, enrolling)).toMatchObject({ commit: { outcome: { ok: true } } })
  })
})

describe('the end of all sessions', () => {
  const endAll = (auth: Parameters<typeof endSession>[1]['auth'], includingThis: boolean, state = open) => {
    const step = endAllSessions(state, { auth, includingThis, client: stranger }, context, [])
    if (!('commit' in step)) throw new Error('not committed')
    return step.commit
  }

  it('keeps the acting one with a new grant, and makes every other browser unknown', () => {
    const { state, outcome, events } = endAll(grantFor('s1'), false)
    expect(state.sessions.map(({ id }) => id)).toEqual(['s1'])
    expect(state.knownDevices.map(({ id }) => id)).toEqual(['d1'])
    expect(state.epoch).toBe(2)
    expect(outcome).toMatchObject({
      ok: true,
      ended: 2,
      grant: { session: 's1', epoch: 2, birth: 'birth', commit: 10 },
    })
    expect(events).toEqual([{ type: 'session_end_all', values: { ended: 2, includingThis: false } }])
  })

  it('ends the acting one too, if that is asked for', () => {
    const { state, outcome, events, messages } = endAll(grantFor('s1'), true)
    expect([state.sessions, state.knownDevices.map(({ id }) => id)]).toEqual([[], ['d1']])
    expect(outcome).toEqual({ ok: true, ended: 3, grant: null })
    expect(events).toEqual([{ type: 'session_end_all', values: { ended: 3, includingThis: true } }])
    expect(messages).toEqual([
      {
        channel: 'mail',
        template: { template: 'signed-out-everywhere', at: now, ip: '192.0.2.7', userAgent: 'Firefox' },
        expiresAt: now + limits.noticeMs,
      },
    ])
  })

  it('by a script leaves no session and no known device', () => {
    const { state, outcome } = endAll(system, false)
    expect([state.sessions, state.knownDevices]).toEqual([[], []])
    expect(outcome).toEqual({ ok: true, ended: 3, grant: null })
  })

  it('is refused to a call that is signed out, and to a session that may only enroll', () => {
    const refused = (state: AccountState, id: string): unknown =>
      endAllSessions(state, { auth: grantFor(id), includingThis: true, client: stranger }, context, [])
    const signedOut = { done: { ok: false, reason: 'signed-out' }, facts: [] }
    expect(refused(open, 'gone')).toEqual(signedOut)
    expect(refused({ ...open, sessions: [session('s1', { kind: 'enroll' })] }, 's1')).toEqual(signedOut)
  })
})

describe('the next epoch', () => {
  const used: AccountState = {
    ...open,
    challenges: [{ id: 'c' } as AccountState['challenges'][number]],
    spentChallenges: [['c', now]],
    spentProofs: [['p', now]],
    spentCeremonies: [['x', now]],
    knownDevices: [
      knownDevice('d1', { trust: { digest: '', epoch: 1, since: now, lastUsedAt: now, until: now + day } }),
    ],
    totp: {
      ...open.totp,
      enrollment: { id: 'e' } as unknown as AccountState['totp']['enrollment'],
    },
  }

  it('is one higher, and ends sessions, trust and what waits to be confirmed, but no device', () => {
    const next = nextEpoch(used, null)
    expect(next).toMatchObject({
      epoch: 2,
      sessions: [],
      challenges: [],
      spentChallenges: [],
      spentProofs: [],
      totp: { enrollment: null },
    })
    expect(next.knownDevices).toEqual([knownDevice('d1')])
    // The ceremonies of a passkey alone belong to no epoch.
    expect(next.spentCeremonies).toEqual([['x', now]])
  })

  it('keeps the acting session and gives it a grant that this commit makes', () => {
    const { state, grant } = raiseEpoch(used, grantFor('s2'))
    expect(state.sessions).toEqual([session('s2')])
    expect(grant).toEqual(grantOf('ada', state, session('s2')))
    expect(grant).toEqual({
      account: 'ada',
      session: 's2',
      epoch: 2,
      birth: 'birth',
      commit: 10,
      at: now - minutes,
      aal: 2,
      amr: ['pwd', 'otp', 'mfa'],
    })
  })

  it('gives no grant to a script, nor to a session that is not listed', () => {
    expect(raiseEpoch(used, system)).toMatchObject({ grant: null, state: { sessions: [], epoch: 2 } })
    expect(raiseEpoch(used, grantFor('gone'))).toMatchObject({ grant: null, state: { sessions: [] } })
  })
})
