import {
  decodeEvent,
  decodeFact,
  decodeValue,
  encodeEvent,
  encodeFact,
  encodeValue,
  eventsToCsv,
  summarizeLogins,
} from 'nightlatch/events'
import type { FieldKind, SecurityEvent, SharedValues } from 'nightlatch/events'
import { describe, expect, it } from 'vitest'
import { expectHonest, expectHonestEverywhere, hostileValues } from '../hostile-values.ts'

const kinds: readonly FieldKind[] = ['text', 'number', 'flag', 'list']
const shared: SharedValues = { actor: 'user', call: 'c', ip: '192.0.2.1' }
const login = { primary: 'password', aal: 1, amr: ['pwd'], knownDevice: true, failures: 0 }
const row = {
  stream: 'events',
  type: 'authn_login_success',
  n: 1,
  at: 5,
  outcome: 'success',
  level: 'info',
  values: { ...login, ...shared },
}

describe('hostile values', () => {
  it('get an outcome or a NightlatchError as a value of every kind', () => {
    for (const value of hostileValues as readonly never[]) {
      for (const kind of kinds) {
        expectHonest(() => encodeValue(kind, value))
        const decoded = decodeValue(kind, value)
        if (kind === 'text') expect(decoded).toBe(typeof value === 'string' ? value : undefined)
      }
    }
  })

  it('get an outcome or a NightlatchError in every field of a draft and of a stored row', () => {
    expectHonestEverywhere(
      (values) => encodeEvent({ type: 'authn_login_success', values: values as never }, shared),
      login,
    )
    expectHonestEverywhere((values) => encodeEvent({ type: 'key_rotate', values: {} }, values as never), shared)
    expectHonestEverywhere((draft) => encodeFact(draft as never, shared), {
      type: 'limiter_fail',
      values: { flow: 'x' },
    })
    const fields = { aal: '1', amr: '["pwd"]', knownDevice: 'true', primary: 'password' }
    expectHonestEverywhere(decodeEvent as (stored: object) => unknown, {
      n: 1,
      type: 'authn_login_success',
      at: 5,
      fields,
    })
    expectHonestEverywhere(
      (changed) => decodeEvent({ n: 1, type: 'authn_login_success', at: 5, fields: changed as never }),
      fields,
    )
    expectHonestEverywhere(decodeFact as (stored: object) => unknown, { id: 'x', type: 'limiter_fail', at: 5, fields })
  })

  it('get an outcome or a NightlatchError in every field of the rows that are summarized or exported', () => {
    const rows = (changed: object): readonly SecurityEvent[] => [changed as SecurityEvent, row as SecurityEvent]
    for (const call of [
      eventsToCsv,
      (given: never) => summarizeLogins(given, []),
      (given: never) => summarizeLogins([], given),
    ]) {
      expectHonestEverywhere((changed) => call(rows(changed) as never), row)
      expectHonestEverywhere((values) => call(rows({ ...row, values }) as never), row.values)
      for (const type of [
        'mfa_fail',
        'mfa_challenge',
        'session_end',
        'session_end_all',
        'excess_rate_limit_exceeded',
      ]) {
        expectHonestEverywhere((values) => call(rows({ ...row, type, values }) as never), {
          flow: 'sign-in',
          challenge: 'x',
          session: 's',
          target: 't',
          sampled: 2,
          network: 'n',
        })
      }
    }
  })
})
