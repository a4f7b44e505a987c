import { xchacha20poly1305 } from '@noble/ciphers/chacha.js'
import { memoryMailer } from 'nightlatch/testing'
import { memoryStorage } from 'nightlatch/storage/memory'
import { describe, expect, it } from 'vitest'
import { keyring } from 'nightlatch'
import type { NightlatchOptions } from 'nightlatch'
import type { Sealed } from '../../../src/core/secret.ts'
import type { TokenKind, TokenPayloads } from '../../../src/core/token/index.ts'
import { accountHash } from '../../../src/service/keys/account-id.ts'
import { createKernel } from '../../../src/service/loop/kernel.ts'
import type { Kernel } from '../../../src/service/loop/kernel.ts'
import { createSweepTimer } from '../../../src/service/messages/sweep-timer.ts'
import { checkOptions } from '../../../src/service/options/check-options.ts'
import { formatKey, openSealed, sealBytes, sealingKey } from '../../../src/service/keys/keyring.ts'
import { nameHashOf } from '../../../src/service/keys/name-hash.ts'
import { accountRecord } from '../../../src/service/loop/account-record.ts'
import { realmRecord, realmRecordId } from '../../../src/service/loop/realm-record.ts'
import type { Marked } from '../../../src/service/loop/record-store.ts'
import { createRecordStore } from '../../../src/service/loop/record-store.ts'
import { openToken, sealToken } from '../../../src/service/keys/tokens.ts'
import * as golden from '../../vectors/formats.ts'
import * as reference from '../../vectors/reference.ts'
import { bodyOf } from '../../world/peek.ts'

const { base64url, hex, unhex } = reference
const keys = keyring(golden.keyText)

/** Every sealing draws a nonce. Here it is always the golden one. */
const fixedNonce = (length: number): Uint8Array => unhex(golden.nonce).slice(0, length)

function kernelWith(random: (length: number) => Uint8Array): Kernel {
  const options: NightlatchOptions = {
    appName: 'Acme',
    contact: 'help@acme.example',
    storage: memoryStorage(),
    mailer: memoryMailer(),
    keys,
    describe: () => ({ name: 'Ada', addresses: [] }),
    outbox: { sweep: 'manual' },
    random,
  }
  return createKernel(
    checkOptions(options),
    createSweepTimer(() => undefined),
  )
}

describe('XChaCha20-Poly1305', () => {
  it('[CRY-4] gives the published values, in the library and in the reference', () => {
    const { key, nonce, associated, plaintext, ciphertext, tag } = golden.xchachaVector
    const whole = ciphertext + tag
    const bytes = new TextEncoder().encode(plaintext)
    const { hchacha20Vector } = golden
    expect(hex(reference.hchacha20(unhex(hchacha20Vector.key), unhex(hchacha20Vector.nonce)))).toBe(
      hchacha20Vector.subKey,
    )
    expect(hex(reference.seal(unhex(key), unhex(nonce), unhex(associated), bytes))).toBe(whole)
    expect(hex(xchacha20poly1305(unhex(key), unhex(nonce), unhex(associated)).encrypt(bytes))).toBe(whole)
  })
})

describe('golden keys', () => {
  it('have a text, a public id and a sub-key for each purpose', () => {
    const bytes = unhex(golden.keyBytes)
    expect(formatKey(bytes)).toBe(golden.keyText)
    expect(golden.keyText).toBe(`nlk1.${base64url(bytes)}`)
    expect(base64url(reference.hkdf(bytes, 'nightlatch/key-id/v1', 32).subarray(0, 6))).toBe(golden.keyId)
    expect(keys.keyIds).toEqual([golden.keyId])
    for (const purpose of ['seal', 'record', 'token', 'outbox'] as const) {
      const { id, key } = sealingKey(keys, purpose)
      expect(id).toBe(golden.keyId)
      expect(hex(key)).toBe(golden.subKeys[purpose])
    }
  })
})

describe('golden sealed values', () => {
  const records = createRecordStore<Marked>(
    {
      kind: 'account',
      schema: 1,
      empty: (_, birth) => ({ record: { birth, commit: 0 } }),
      summarize: () => ({}) as never,
      purposes: accountRecord.purposes,
    },
    { storage: memoryStorage(), installation: { realm: golden.realm, keys }, random: fixedNonce },
  )

  it('[CRY-3] are bound to realm, record kind, record id, path and purpose', () => {
    for (const { path, purpose, plaintext, associated, ciphertext } of golden.sealedValues) {
      const framed = reference.frame('nightlatch/seal/v1', golden.realm, 'account', 'account:ada', path, purpose)
      expect(hex(framed)).toBe(associated)
      const sealed = reference.seal(unhex(golden.subKeys.seal), unhex(golden.nonce), framed, unhex(plaintext))
      expect(base64url(sealed)).toBe(ciphertext)

      const value = sealBytes(keys, 'seal', unhex(plaintext), unhex(associated), unhex(golden.nonce))
      expect(value).toEqual({
        alg: 'xchacha20-poly1305',
        keyId: golden.keyId,
        nonce: base64url(unhex(golden.nonce)),
        ciphertext,
      })
      expect(hex(openSealed(keys, 'seal', value, unhex(associated)))).toBe(plaintext)
      expect(hex(records.open('account:ada', path, value))).toBe(plaintext)
      expect(() => records.open('account:eve', path, value)).toThrow(
        expect.objectContaining({ code: 'NL_SEAL_BROKEN' }),
      )
      expect(() => records.open('account:ada', 'state/totp/enrollment/secret', value)).toThrow(
        expect.objectContaining({ code: 'NL_SEAL_BROKEN' }),
      )
    }
  })

  it('[CRY-3] are those of the realm in a record of its own kind', () => {
    const parts = { storage: memoryStorage(), installation: { realm: golden.realm, keys }, random: fixedNonce }
    const store = createRecordStore(realmRecord(fixedNonce), parts)
    const id = realmRecordId(golden.realm)
    expect(id).toBe(golden.realmRecordId)
    const fresh = store.fresh(id, 0)
    const [facts, names] = golden.realmKeys
    const made = { facts: { seal: unhex(facts.key) }, names: { seal: unhex(names.key) } }
    const state = { ...fresh.state, keys: made }
    const written = bodyOf<{ state: typeof state }>(store.write({ ...fresh, state }, '1.AAAA')).state.keys
    for (const { name, path, purpose, key, associated, ciphertext } of golden.realmKeys) {
      const framed = reference.frame('nightlatch/seal/v1', golden.realm, 'realm', id, path, purpose)
      expect(hex(framed)).toBe(associated)
      expect(base64url(reference.seal(unhex(golden.subKeys.seal), unhex(golden.nonce), framed, unhex(key)))).toBe(
        ciphertext,
      )
      const value = written[name] as unknown as Sealed
      expect(value.ciphertext).toBe(ciphertext)
      expect(hex(store.open(id, path, value))).toBe(key)
      expect(() => records.open(id, path, value)).toThrow(expect.objectContaining({ code: 'NL_SEAL_BROKEN' }))
    }
  })

  it('are in the written document at their path', () => {
    const [seed] = golden.sealedValues
    const authenticator = { id: 'phone', secret: { seal: unhex(seed.plaintext) } }
    const state = { totp: { authenticators: [authenticator] } }
    const fresh = records.fresh('account:ada', 0)
    const doc = records.write({ ...fresh, state: state as never }, '1.AAAA')
    const body = bodyOf<{ state: { totp: { authenticators: [{ secret: { ciphertext: string } }] } } }>(doc)
    expect(body.state.totp.authenticators[0].secret.ciphertext).toBe(seed.ciphertext)
  })
})

/** The values of a payload in their order, without the names. */
function valuesOf(payload: object): readonly unknown[] {
  return Object.values(payload).map((value: unknown) => {
    const isList = Array.isArray(value) && value.every((part) => typeof part === 'object')
    return isList ? value.map((part: object) => valuesOf(part)) : value
  })
}

describe('golden tokens', () => {
  for (const kind of Object.keys(golden.tokens) as TokenKind[]) {
    it(`are sealed under their own associated data: ${kind}`, () => {
      const { payload, text, associated, token } = golden.tokens[kind]
      expect(JSON.stringify(valuesOf(payload))).toBe(text)
      expect(hex(reference.frame('nightlatch/token/v1', golden.realm, kind))).toBe(associated)
      const nonce = unhex(golden.nonce)
      const bytes = reference.seal(
        unhex(golden.subKeys.token),
        nonce,
        unhex(associated),
        new TextEncoder().encode(text),
      )
      expect(`nl1.${golden.keyId}.${base64url(Buffer.concat([nonce, bytes]))}`).toBe(token)
      expect(sealToken({ realm: 'main', keys }, fixedNonce, kind, payload as TokenPayloads[typeof kind])).toBe(token)
      expect(openToken({ realm: 'main', keys }, kind, token)).toEqual(payload)
      const shorter = golden.shorterTokens[kind as keyof typeof golden.shorterTokens] as string | undefined
      if (shorter !== undefined) expect(openToken({ realm: 'main', keys }, kind, shorter)).toBeNull()
      for (const other of Object.keys(golden.tokens) as TokenKind[]) {
        if (other !== kind) expect(openToken({ realm: 'main', keys }, other, token)).toBeNull()
      }
    })
  }
})

describe('a genuine token with an unknown word in a field', () => {
  it.each([
    ['grant', { aal: 3 }],
    ['grant', { amr: ['pwd', 'nonsense'] }],
    ['challenge', { primary: 'passkey' }],
    ['proof', { purpose: 'address' }],
    ['proof', { factor: '' }],
    ['ceremony', { purpose: 'x' }],
  ] as const)('of the kind %s with %j does not open', (kind, changed) => {
    const payload = { ...golden.tokens[kind].payload, ...changed } as never
    expect(
      openToken({ realm: 'main', keys }, kind, sealToken({ realm: 'main', keys }, fixedNonce, kind, payload)),
    ).toBeNull()
  })
})

describe('golden messages and hashes', () => {
  it('seal an outbox body to realm, record, message and channel', () => {
    const { recordId, messageIdBytes, messageId, channel, message, text, associated, body } = golden.outboxMessage
    expect(base64url(unhex(messageIdBytes))).toBe(messageId)
    const framed = reference.frame('nightlatch/outbox/v1', golden.realm, recordId, messageId, channel)
    expect(hex(framed)).toBe(associated)
    const nonce = unhex(golden.nonce)
    const bytes = reference.seal(unhex(golden.subKeys.outbox), nonce, unhex(associated), new TextEncoder().encode(text))
    expect(`nl1.${golden.keyId}.${base64url(Buffer.concat([nonce, bytes]))}`).toBe(body)

    const kernel = kernelWith((length) => (length === 16 ? unhex(messageIdBytes) : fixedNonce(length)))
    expect(kernel.outbox.seal(recordId, [message], 1_700_000_000_000)).toEqual([
      { messageId, channel, dueAt: 1_700_000_000_000, body },
    ])
  })

  it('hash names, limiter keys and account ids', () => {
    const key = unhex(golden.realmKeys[1].key)
    const hash = nameHashOf(key, golden.realm)
    for (const { parts, framed, text } of golden.nameHashes) {
      expect(hex(reference.frame('nightlatch/name/v1', golden.realm, ...parts))).toBe(framed)
      const mac = reference.hmac(key, unhex(framed))
      expect(base64url(mac.subarray(0, 18))).toBe(text)
      expect(hash(...parts)).toBe(text)
    }
    const { account, framed, text } = golden.accountHash
    expect(hex(reference.frame('nightlatch/account-hash/v1', account))).toBe(framed)
    expect(base64url(reference.sha256(unhex(framed)).subarray(0, 9))).toBe(text)
    expect(accountHash(account)).toBe(text)
  })
})
