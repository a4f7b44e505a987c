import { writeFileSync } from 'node:fs'
import { base64url, frame, hex, hmac, sha256 } from './reference.ts'

/**
 * Works out the golden values of the history from their description, with the platform's crypto alone:
 * `npx tsx test/vectors/write-history.ts`. It shares no code with the library. The values never change.
 */
interface Row {
  readonly n: number
  readonly version: string
  readonly type: string
  readonly at: number
  readonly salt: string
  readonly fields: Readonly<Record<string, string>>
  readonly private: Readonly<Record<string, string>>
  /** What is left of the private fields after the row was shortened. */
  readonly short: Readonly<Record<string, string>>
}

const realm = 'main'
const id = 'account:ada'
const key = Buffer.from('202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f', 'hex')
const versions = ['1.AAECAwQFBgcICQoLDA0ODw', '2.EBESExQVFhcYGRobHB0eHw']

const rows: readonly Row[] = [
  {
    n: 1,
    version: versions[0]!,
    type: 'mfa_challenge',
    at: 1_700_000_000_000,
    salt: '000102030405060708090a0b0c0d0e0f',
    fields: { primary: 'password', actor: 'user', call: 'Y2FsbA' },
    private: { ip: '203.0.113.7', network: '203.0.113.7', userAgent: 'Firefox "ESR" \\ Ünïcode 😀' },
    short: { network: '203.0.113.0/24' },
  },
  {
    n: 2,
    version: versions[1]!,
    type: 'authn_login_success',
    at: 1_700_000_001_000,
    salt: '101112131415161718191a1b1c1d1e1f',
    fields: { '\u{1f600}': 'above', '\uffff': 'below', élan: 'é', actor: 'user', Zulu: '' },
    private: { ip: '2001:db8::7', network: '2001:db8::/64' },
    short: { network: '2001:db8::/48' },
  },
  {
    n: 3,
    version: versions[1]!,
    type: 'key_rotate',
    at: 0,
    salt: '202122232425262728292a2b2c2d2e2f',
    fields: {},
    private: {},
    short: {},
  },
]

const u64 = (n: number): Buffer => {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64BE(BigInt(n))
  return bytes
}

/** Names ascending by their UTF-8 bytes, each with its value, behind their count. */
const listed = (fields: Readonly<Record<string, string>>): (string | Uint8Array)[] => {
  const entries = Object.entries(fields).sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
  return [u64(entries.length), ...entries.flat()]
}

let d: Uint8Array = sha256(frame('nightlatch/history/v1', realm, id))
const first = base64url(d)
const written = rows.map((row) => {
  const { n, version, type, at, salt, fields } = row
  const salted = Buffer.from(salt, 'hex')
  const p = hmac(key, frame('nightlatch/event-private/v1', realm, id, u64(n), salted, ...listed(row.private)))
  const m = hmac(key, frame('nightlatch/event/v1', realm, id, u64(n), version, type, u64(at), p, ...listed(fields)))
  const s = hmac(key, frame('nightlatch/event-short/v1', realm, id, u64(n), p, ...listed(row.short)))
  d = sha256(frame('nightlatch/history/v1', d, u64(n), m))
  return { ...row, p: base64url(p), m: base64url(m), s: base64url(s), d: base64url(d) }
})
/** Facts, authenticated under a key of their realm: of an account, of none, and with names of every kind. */
const factKey = Buffer.from('404142434445464748494a4b4c4d4e4f505152535455565758595a5b5c5d5e5f', 'hex')
const facts = [
  {
    recordId: 'account:ada',
    id: 'AAECAwQFBgcICQoLDA0ODw',
    type: 'authn_login_fail',
    at: 1_700_000_002_000,
    fields: { name: 'aG2dpjqMGa8CPo16UGH4GiVP', known: 'true', sampled: '1', actor: 'stranger', ip: '203.0.113.7' },
  },
  { recordId: null, id: 'EBESExQVFhcYGRobHB0eHw', type: 'limiter_fail', at: 0, fields: {} },
  {
    recordId: 'account:ada',
    id: 'f',
    type: 'of-a-newer-release',
    at: 4_294_967_301,
    fields: { '\u{1f600}': 'above', '\uffff': 'below', élan: 'é', actor: 'user', Zulu: '' },
  },
].map((fact) => {
  const { recordId, id: factId, type, at, fields } = fact
  const framed = frame('nightlatch/fact/v1', realm, recordId ?? '', factId, type, u64(at), ...listed({ ...fields }))
  return { ...fact, framed: hex(framed), mac: base64url(hmac(factKey, framed)) }
})

/** Numbers above 2^32, as 8 bytes. */
const largeNumbers = [0, 1, 255, 4_294_967_295, 4_294_967_296, 4_294_967_301, Number.MAX_SAFE_INTEGER].map((n) => ({
  n,
  bytes: hex(u64(n)),
}))

const vectors = { realm, id, key: hex(key), d0: first, rows: written, largeNumbers, factKey: hex(factKey), facts }
writeFileSync(new URL('history.json', import.meta.url), `${JSON.stringify(vectors, null, 2)}\n`)
