export type Cbor =
  | number
  | string
  | boolean
  | null
  | Uint8Array
  | readonly Cbor[]
  | ReadonlyMap<number | string, Cbor>
  /** Bytes that are encoded already. */
  | { readonly raw: Uint8Array }

function head(major: number, argument: number): Uint8Array {
  if (argument < 24) return Uint8Array.of((major << 5) | argument)
  if (argument < 0x100) return Uint8Array.of((major << 5) | 24, argument)
  if (argument < 0x10000) return Uint8Array.of((major << 5) | 25, argument >> 8, argument & 0xff)
  const bytes = new Uint8Array(5)
  bytes[0] = (major << 5) | 26
  new DataView(bytes.buffer).setUint32(1, argument)
  return bytes
}

/** CBOR as authenticators write it (RFC 8949, CTAP2 canonical form except for the order of keys). */
export function encodeCbor(value: Cbor): Uint8Array {
  if (typeof value === 'number') return value < 0 ? head(1, -1 - value) : head(0, value)
  if (typeof value === 'boolean') return Uint8Array.of(value ? 0xf5 : 0xf4)
  if (value === null) return Uint8Array.of(0xf6)
  if (typeof value === 'string') {
    const bytes = new TextEncoder().encode(value)
    return Buffer.concat([head(3, bytes.length), bytes])
  }
  if (value instanceof Uint8Array) return Buffer.concat([head(2, value.length), value])
  if (value instanceof Map) {
    const pairs = [...(value as ReadonlyMap<number | string, Cbor>)]
    return Buffer.concat([head(5, pairs.length), ...pairs.flatMap((pair) => pair.map(encodeCbor))])
  }
  if ('raw' in value) return (value as { readonly raw: Uint8Array }).raw
  const items = value as readonly Cbor[]
  return Buffer.concat([head(4, items.length), ...items.map(encodeCbor)])
}
