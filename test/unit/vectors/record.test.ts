import { describe, expect, it } from 'vitest'
import { appendEvents, emptyChain, fieldDigest, linkOf } from '../../../src/core/record/chain.ts'
import { isEnvelopeValid, readEnvelope, recordMac, writeEnvelope } from '../../../src/core/record/envelope.ts'
import { verifyChain } from '../../../src/core/record/verify-chain.ts'
import { chain, field, keyId, record, subKeys } from '../../vectors/formats.ts'
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

describe('golden history', () => {
  it('digests each field under its salt and name', () => {
    const salt = unhex(field.salt)
    expect(hex(reference.frame('nightlatch/field/v1', salt, field.name, field.value))).toBe(field.framed)
    expect(hex(reference.sha256(unhex(field.framed)))).toBe(field.c)
    expect(hex(fieldDigest(salt, field.name, field.value))).toBe(field.c)
  })

  it('links each row to the one before, fields in name order, from 32 zero bytes', () => {
    expect(emptyChain).toEqual({
      n: 0,
      link: chain.link0,
      shortenedBelow: 1,
      kept: { from: 1, link: chain.link0 },
    })
    const salt = unhex(chain.salt)
    let previous: Uint8Array = new Uint8Array(32)
    chain.rows.forEach(({ type, at, fields, framed, link }, index) => {
      const digests = Object.entries(fields).map(([name, value]) => {
        return [name, reference.sha256(reference.frame('nightlatch/field/v1', salt, name, value))] as const
      })
      const named = [...digests].sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b))).flat()
      const head = ['nightlatch/link/v1', chain.recordId, String(index + 1), type, String(at), previous]
      expect(hex(reference.frame(...head, ...named))).toBe(framed)
      const linked = reference.hmac(unhex(chain.key), unhex(framed))
      expect(base64url(linked)).toBe(link)
      expect(base64url(linkOf(unhex(chain.key), chain.recordId, { n: index + 1, type, at }, previous, digests))).toBe(
        link,
      )
      previous = linked
    })
  })

  it('is appended and verified as it was written', () => {
    const events = chain.rows.map(({ type, at, fields }) => ({ type, at, fields }))
    const key = unhex(chain.key)
    const { head, rows } = appendEvents(emptyChain, chain.recordId, key, events, () => unhex(chain.salt))
    expect(rows.map(({ link }) => link)).toEqual(chain.rows.map(({ link }) => link))
    expect(head).toEqual({ ...emptyChain, n: 2, link: chain.rows[1].link })
    expect(rows[0]!.fields.ip).toEqual({
      value: field.value,
      salt: base64url(unhex(field.salt)),
      c: base64url(unhex(field.c)),
    })
    expect(verifyChain(rows, head, key, chain.recordId)).toEqual([])
  })
})
