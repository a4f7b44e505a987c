import { describe, expect, it } from 'vitest'
import { isEnvelopeValid, readEnvelope, recordMac, writeEnvelope } from '../../../src/core/record/envelope.ts'
import { keyId, record, subKeys } from '../../vectors/formats.ts'
import * as reference from '../../vectors/reference.ts'

const { base64url, hex, unhex } = reference

describe('golden records', () => {
  const key = unhex(subKeys.record)
  const { id, realm, kind, version, schema, body } = record

  it('are authenticated over realm, kind, id, version, schema and the stored body', () => {
    const framed = reference.frame('nightlatch/record/v1', realm, kind, id, version, String(schema), body)
    expect(hex(framed)).toBe(record.framed)
    expect(base64url(reference.hmac(key, framed))).toBe(record.mac)
    expect(base64url(recordMac(key, record))).toBe(record.mac)
  })

  it('are stored in an envelope that detects every change', () => {
    const doc = writeEnvelope(keyId, key, record)
    const [line = '', ...rest] = doc.split('\n')
    expect(JSON.parse(line)).toEqual({ schema, realm, kind, keyId, mac: record.mac })
    expect(rest.join('\n')).toBe(body)
    const envelope = readEnvelope(doc)!
    expect(isEnvelopeValid(envelope, key, { id, version })).toBe(true)
    for (const changed of [
      { ...envelope, body: `${body} ` },
      { ...envelope, kind: 'organization' },
      { ...envelope, realm: 'other' },
      { ...envelope, schema: 2 },
      { ...envelope, mac: record.mac.replace('Y', 'Z') },
      { ...envelope, mac: '' },
      { ...envelope, mac: '!' },
    ]) {
      expect(isEnvelopeValid(changed, key, { id, version })).toBe(false)
    }
    expect(isEnvelopeValid(envelope, key, { id: 'account:eve', version })).toBe(false)
    expect(isEnvelopeValid(envelope, key, { id, version: '2.AAAA' })).toBe(false)
    expect(isEnvelopeValid(envelope, unhex(subKeys.token), { id, version })).toBe(false)
  })

  it('are read only from a complete envelope', () => {
    const whole: Record<string, unknown> = { schema, realm, kind, keyId, mac: record.mac }
    expect(readEnvelope(`${JSON.stringify(whole)}\n${body}`)).toEqual({ ...whole, body })
    expect(readEnvelope(JSON.stringify(whole))).toBeNull()
    for (const name of ['schema', 'realm', 'kind', 'keyId', 'mac']) {
      const { [name]: _, ...others } = whole
      expect(readEnvelope(`${JSON.stringify(others)}\n${body}`)).toBeNull()
      expect(readEnvelope(`${JSON.stringify({ ...others, [name]: {} })}\n${body}`)).toBeNull()
    }
    for (const text of ['', '{', 'null', '[]', '"x"', '7']) {
      expect(readEnvelope(text)).toBeNull()
      expect(readEnvelope(`${text}\n${body}`)).toBeNull()
    }
  })
})
