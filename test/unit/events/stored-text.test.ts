import type { DraftEvent, SharedValues } from 'nightlatch/events'
import {
  decodeEvent,
  decodeFact,
  decodeValue,
  encodeEvent,
  encodeFact,
  encodeValue,
  eventCatalogue,
  factCatalogue,
  sharedFields,
} from 'nightlatch/events'
import { describe, expect, it } from 'vitest'
import { draftEvents, draftFacts, shared } from './samples.ts'

const at = Date.UTC(2026, 7, 4, 12)
const programmerError = expect.objectContaining({ code: 'NL_ARGUMENT' })

describe('events as stored texts', () => {
  it.each(draftEvents)(
    '[LOG-1] keep outcome, level, actor, address, session, call and all fields of the event $type',
    (draft) => {
      const fields = encodeEvent(draft, shared)
      expect(Object.keys(fields)).toEqual([...Object.keys({ ...shared, ...draft.values })].sort())
      expect(Object.values(fields).every((text) => typeof text === 'string')).toBe(true)
      const { outcome, level } = eventCatalogue[draft.type]
      expect(decodeEvent({ n: 7, type: draft.type, at, fields })).toEqual({
        stream: 'events',
        type: draft.type,
        n: 7,
        at,
        outcome,
        level,
        values: { ...shared, ...draft.values },
      })
    },
  )

  it.each(draftFacts)('[LOG-1] keep outcome, level, actor, address, call and all fields of the fact $type', (draft) => {
    const fields = encodeFact(draft, shared)
    const { outcome, level } = factCatalogue[draft.type]
    expect(decodeFact({ id: 'f1', type: draft.type, at, fields })).toEqual({
      stream: 'facts',
      type: draft.type,
      id: 'f1',
      at,
      outcome,
      level,
      values: { ...shared, ...draft.values },
    })
  })

  it('have no field with the name of a shared field', () => {
    const entries = [...Object.values(eventCatalogue), ...Object.values(factCatalogue)]
    const doubled = entries.flatMap(({ fields }) => Object.keys(fields)).filter((name) => name in sharedFields)
    expect(doubled).toEqual([])
  })

  it('leave absent optional fields out', () => {
    const draft: DraftEvent = { type: 'backup_code_use', values: { left: 3 } }
    expect(encodeEvent(draft, { actor: 'user', call: 'c' })).toEqual({ actor: 'user', call: 'c', left: '3' })
    const undefinedIp = { actor: 'user', call: 'c', ip: undefined } as unknown as SharedValues
    expect(encodeEvent(draft, undefinedIp)).not.toHaveProperty('ip')
  })

  it('[LOG-5] have every text cleaned and cut', () => {
    const fields = encodeEvent(
      { type: 'mfa_enroll', values: { factor: 'totp', authenticator: 'd', label: 'a\r\nb' } },
      { actor: 'user', call: 'c', userAgent: `x\r\nforged: line${'y'.repeat(10_000)}` },
    )
    expect(fields.label).toBe('a\\u000d\\u000ab')
    expect(fields.userAgent).toMatch(/^x\\u000d\\u000aforged: liney+…$/)
    expect(fields.userAgent).toHaveLength(512)
  })

  it('refuse a field that the catalogue does not have', () => {
    const draft = { type: 'backup_code_use', values: { left: 3, code: 'SECRET' } } as DraftEvent
    expect(() => encodeEvent(draft, shared)).toThrow(programmerError)
    expect(() => encodeEvent(draft, shared)).not.toThrow(/SECRET/)
    const inherited = { type: 'toString', values: {} } as unknown as DraftEvent
    expect(() => encodeEvent(inherited, shared)).toThrow(programmerError)
  })
})

describe('values', () => {
  it.each([
    ['text', 1],
    ['text', null],
    ['number', '1'],
    ['number', Number.NaN],
    ['number', Infinity],
    ['flag', 'true'],
    ['list', 'a'],
    ['list', [1]],
  ] as const)('of the kind %s cannot be %j', (kind, value) => {
    expect(() => encodeValue(kind, value as never)).toThrow(programmerError)
  })

  it.each([
    ['number', ''],
    ['number', ' 1'],
    ['number', '1.0'],
    ['number', '0x10'],
    ['number', 'NaN'],
    ['number', 'Infinity'],
    ['flag', 'TRUE'],
    ['flag', '1'],
    ['list', ''],
    ['list', '{"a":1}'],
    ['list', '["a",1]'],
    ['list', '"a"'],
    ['list', '['],
  ] as const)('of the kind %s are absent when a foreign row has %j', (kind, text) => {
    expect(decodeValue(kind, text)).toBeUndefined()
  })
})

describe('rows of a newer release', () => {
  it.each(['mfa_levitate', '', '__proto__', 'constructor', 'toString', 'authn_login_fail'])(
    'with the type %j are no events',
    (type) => {
      expect(decodeEvent({ n: 1, type, at, fields: {} })).toBeNull()
    },
  )

  it('are read without unknown or unreadable fields', () => {
    const own = { left: 'many', novel: 'x', call: undefined, ip: '192.0.2.1' }
    const fields = Object.create({ actor: 'user' }, Object.getOwnPropertyDescriptors(own))
    expect(decodeEvent({ n: 1, type: 'backup_code_use', at, fields })?.values).toEqual({ ip: '192.0.2.1' })
    expect(decodeFact({ id: 'f', type: 'backup_code_use', at, fields: {} })).toBeNull()
  })
})
