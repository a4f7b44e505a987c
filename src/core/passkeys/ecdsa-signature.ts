const integerTag = 0x02
const sequenceTag = 0x30
/** 32 bytes, and a zero in front if the first bit is set. */
const longestInteger = 33

/** The index after the integer that begins at `at`. 0 if none begins there. */
function integerEnd(bytes: Uint8Array, at: number): number {
  const length = bytes[at + 1] ?? 0
  const [first = 0, second = 0] = bytes.subarray(at + 2, at + 2 + length)
  const isPositive = length >= 1 && length <= longestInteger && first < 0x80
  const isShortest = first > 0 || (length > 1 && second >= 0x80)
  return bytes[at] === integerTag && isPositive && isShortest ? at + 2 + length : 0
}

/**
 * Whether the bytes are an ECDSA signature over P-256 in DER (WebAuthn L3 §6.5.5). DER has one spelling of each
 * signature. Programs that read BER accept others.
 */
export function isEcdsaSignature(bytes: Uint8Array): boolean {
  if (bytes[0] !== sequenceTag || bytes[1] !== bytes.length - 2 || bytes.length > 0x80) return false
  const middle = integerEnd(bytes, 2)
  return middle > 0 && integerEnd(bytes, middle) === bytes.length
}
