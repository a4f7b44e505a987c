import { describe, expect, it } from 'vitest'
import {
  isEnvelopeValid,
  nextVersion,
  readEnvelope,
  versionNumber,
  writeEnvelope,
} from '../../../src/core/record/envelope.ts'
import { isMarkOf, isRolledBack } from '../../../src/core/record/mark.ts'

const key = new Uint8Array(32).fill(3)
const record = {
  id: 'account:ada',
  version: '4.AAAA',
  realm: 'main',
  kind: 'account',
  schema: 1,
  body: '{"a":"\\n\n"}',
}
const doc = writeEnvelope('k1', key, record)

describe('the envelope of a record', () => {
  it('is one line of JSON, and the text of the body behind it', () => {
    const [line] = doc.split('\n', 1)
    expect(JSON.parse(line!)).toMatchObject({ schema: 1, realm: 'main', kind: 'account', keyId: 'k1' })
    expect(readEnvelope(doc)).toMatchObject({
      keyId: 'k1',
      realm: 'main',
      kind: 'account',
      schema: 1,
      body: record.body,
    })
  })

  it('is valid under its key, for its id and version only', () => {
    const envelope = readEnvelope(doc)!
    const { id, version } = record
    expect(isEnvelopeValid(envelope, key, { id, version })).toBe(true)
    expect(isEnvelopeValid(envelope, new Uint8Array(32), { id, version })).toBe(false)
    expect(isEnvelopeValid(envelope, key, { id: 'account:eve', version })).toBe(false)
    expect(isEnvelopeValid(envelope, key, { id, version: '5.AAAA' })).toBe(false)
  })

  it('is valid only with what was written: realm, kind, schema, body and MAC', () => {
    const envelope = readEnvelope(doc)!
    const others = [{ realm: 'other' }, { kind: 'realm' }, { schema: 2 }, { body: '{}' }, { mac: '' }, { mac: '!' }]
    expect(others.map((other) => isEnvelopeValid({ ...envelope, ...other }, key, record))).toEqual(
      others.map(() => false),
    )
  })

  it('is none for any other text', () => {
    const line = (value: unknown): string => `${JSON.stringify(value)}\nbody`
    const { schema, realm, kind, keyId, mac } = readEnvelope(doc)!
    const whole = { schema, realm, kind, keyId, mac }
    expect(readEnvelope(line(whole))).not.toBeNull()
    const others = [{ schema: 1.5 }, { schema: '1' }, { realm: 1 }, { kind: 1 }, { keyId: null }, { mac: 5 }]
    const texts = [
      '',
      '\n',
      '\nbody',
      'body',
      JSON.stringify(whole),
      `${JSON.stringify(whole)} `,
      '{\nbody',
      line(null),
      line(5),
      line('text'),
      line([]),
      ...others.map((other) => line({ ...whole, ...other })),
    ]
    for (const text of texts) expect(readEnvelope(text), text).toBeNull()
  })
})

describe('a version', () => {
  it('counts the commits of the record, and has 128 random bits', () => {
    const random = new Uint8Array(16).fill(1)
    expect(nextVersion(null, random)).toBe('1.AQEBAQEBAQEBAQEBAQEBAQ')
    expect(nextVersion('41.AAAA', random)).toBe('42.AQEBAQEBAQEBAQEBAQEBAQ')
  })

  it('that no commit made counts as none', () => {
    expect([null, '7.AAAA', '0.AAAA'].map(versionNumber)).toEqual([0, 7, 0])
    expect(['', 'text', '-3.AAAA', '1.5', '1e400.AAAA', '9007199254740993.A'].map(versionNumber)).toEqual([
      0, 0, 0, 1, 0, 0,
    ])
  })
})

describe('the mark of a token', () => {
  const now = { birth: 'b', commit: 5 }

  it('is of this record up to its newest commit', () => {
    expect([4, 5, 6].map((commit) => isMarkOf(now, { birth: 'b', commit }))).toEqual([true, true, false])
    expect(isMarkOf(now, { birth: 'c', commit: 4 })).toBe(false)
  })

  it('that is newer than the record shows that commits were lost, and that of another record shows nothing', () => {
    expect([4, 5, 6].map((commit) => isRolledBack(now, { birth: 'b', commit }))).toEqual([false, false, true])
    expect(isRolledBack(now, { birth: 'c', commit: 6 })).toBe(false)
  })
})
