import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Sealed, Secret } from '../../src/core/secret.ts'
import { isUnsealed, mapSecrets } from '../../src/core/secret.ts'

const sealed = (keyId: string, path: string): Sealed => ({
  alg: 'xchacha20-poly1305',
  keyId,
  nonce: '',
  ciphertext: path,
})

const old = fc.constantFrom('a', 'b').map((ciphertext) => sealed('first', ciphertext))
const fresh = fc.constant(null).map(() => ({ seal: new Uint8Array(1) }))
const plain = fc.oneof(fc.integer(), fc.string({ maxLength: 3 }), fc.constant(null))
const name = fc.constantFrom('one', 'two', 'three')

/** Any state of secrets that are sealed and, where `withNew`, of new ones. */
function stateOf(withNew: boolean): fc.Arbitrary<Record<string, unknown>> {
  const leaf = withNew ? fc.oneof(plain, old, fresh) : fc.oneof(plain, old)
  const { state } = fc.letrec<{ state: Record<string, unknown>; item: unknown }>((tie) => ({
    item: fc.oneof({ depthSize: 'small' }, leaf, tie('state'), fc.array(tie('state'), { maxLength: 3 })),
    state: fc.dictionary(name, tie('item'), { maxKeys: 3, noNullPrototype: true }),
  }))
  return state
}

function sealAt(secret: Secret, path: string): Sealed {
  return isUnsealed(secret) ? sealed('first', path) : secret
}

describe('mapSecrets', () => {
  it('gives the same with what was there before as without it', () => {
    const edits = fc.array(fc.tuple(name, fc.oneof(stateOf(true), fresh, old)), { maxLength: 3 })
    fc.assert(
      fc.property(stateOf(false), edits, fc.boolean(), (before, changes, inList) => {
        const edited = { ...before, ...Object.fromEntries(changes) }
        const [value, settled] = inList ? [[before, edited], [before]] : [edited, before]
        expect(mapSecrets<unknown>(value, sealAt, { settled })).toEqual(mapSecrets<unknown>(value, sealAt))
      }),
      { numRuns: 2000 },
    )
  })

  it('names a place by the id of a list item, and copies only what has a changed secret', () => {
    const kept = { id: 'x', secret: sealed('first', 'kept') }
    const value = { list: [kept, { id: 'y', secret: { seal: new Uint8Array(1) } }, { secret: kept.secret }], other: {} }
    const mapped = mapSecrets(value, sealAt)
    expect(mapped.list[1]).toEqual({ id: 'y', secret: sealed('first', 'list/y/secret') })
    expect(mapped.list[0]).toBe(kept)
    expect(mapped.other).toBe(value.other)
  })

  it('looks at nothing that was there before', () => {
    const before = { list: [{ id: 'x', secret: sealed('first', '') }], one: { secret: sealed('first', '') } }
    const seen: string[] = []
    const look = (secret: Secret, path: string): Sealed => {
      seen.push(path)
      return secret as Sealed
    }
    const after = { ...before, list: [...before.list, { id: 'z', secret: sealed('first', '') }] }
    mapSecrets(after, look, { settled: before })
    expect(seen).toEqual(['list/z/secret'])
  })
})
