/** One field of a message: the signed integer of a varint, or the bytes of a length-delimited field. */
export type ProtobufField =
  | { readonly tag: number; readonly kind: 'integer'; readonly value: bigint }
  | { readonly tag: number; readonly kind: 'bytes'; readonly value: Uint8Array }

/**
 * Reads the fields of one protobuf message in their order. It gives `null` for bytes that are no such message.
 * Fixed-width fields are skipped, groups are refused. Work and memory grow only with the input.
 */
export function readProtobuf(bytes: Uint8Array): ProtobufField[] | null {
  const fields: ProtobufField[] = []
  let at = 0

  const varint = (): bigint | null => {
    let value = 0n
    for (let i = 0n; i < 10n; i++) {
      const byte = bytes[at++]
      if (byte === undefined) return null
      value |= BigInt(byte & 0x7f) << (7n * i)
      if (byte < 0x80) return BigInt.asIntN(64, value)
    }
    return null
  }

  while (at < bytes.length) {
    const head = varint()
    if (head === null || head < 8n || head > 0xffff_ffffn) return null
    const tag = Number(head >> 3n)
    const wire = Number(head & 7n)
    if (wire === 0) {
      const value = varint()
      if (value === null) return null
      fields.push({ tag, kind: 'integer', value })
    } else if (wire === 2) {
      const length = Number(varint() ?? -1)
      if (length < 0 || length > bytes.length - at) return null
      fields.push({ tag, kind: 'bytes', value: bytes.slice(at, at + length) })
      at += length
    } else if (wire === 1 || wire === 5) {
      at += wire === 1 ? 8 : 4
      if (at > bytes.length) return null
    } else {
      return null
    }
  }
  return fields
}
