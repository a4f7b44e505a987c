import { createCipheriv, createHash, createHmac, hkdfSync } from 'node:crypto'

/**
 * The byte formats once more, written from their description with the platform's crypto alone: nothing here comes from
 * the library, so that a golden value which both agree on is right and not only unchanged.
 */

export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}

export function unhex(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'hex'))
}

export function base64url(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url')
}

/** Each part as a 4-byte big-endian length and its bytes. */
export function frame(...parts: readonly (string | Uint8Array)[]): Uint8Array {
  return Buffer.concat(
    parts.flatMap((part) => {
      const bytes = Buffer.from(part as Uint8Array)
      const length = Buffer.alloc(4)
      length.writeUInt32BE(bytes.length)
      return [length, bytes]
    }),
  )
}

export function sha256(bytes: Uint8Array): Uint8Array {
  return createHash('sha256').update(bytes).digest()
}

export function hmac(key: Uint8Array, bytes: Uint8Array): Uint8Array {
  return createHmac('sha256', key).update(bytes).digest()
}

/** RFC 5869 without a salt. */
export function hkdf(key: Uint8Array, info: string | Uint8Array, length: number): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', key, '', info, length))
}

const rotations = [
  [0, 4, 8, 12],
  [1, 5, 9, 13],
  [2, 6, 10, 14],
  [3, 7, 11, 15],
  [0, 5, 10, 15],
  [1, 6, 11, 12],
  [2, 7, 8, 13],
  [3, 4, 9, 14],
] as const

/** draft-irtf-cfrg-xchacha-03 §2.2: the sub-key of a 24-byte nonce's first 16 bytes. */
export function hchacha20(key: Uint8Array, nonce: Uint8Array): Uint8Array {
  const state = new Uint32Array(16)
  state.set([0x61707865, 0x3320646e, 0x79622d32, 0x6b206574])
  const read = (bytes: Uint8Array, count: number): number[] =>
    Array.from({ length: count }, (_, index) => Buffer.from(bytes).readUInt32LE(4 * index))
  state.set(read(key, 8), 4)
  state.set(read(nonce, 4), 12)
  const mix = (to: number, from: number, add: number, bits: number): void => {
    state[from] = state[from]! + state[add]!
    const word = state[to]! ^ state[from]
    state[to] = (word << bits) | (word >>> (32 - bits))
  }
  for (let round = 0; round < 10; round++) {
    for (const [a, b, c, d] of rotations) {
      mix(d, a, b, 16)
      mix(b, c, d, 12)
      mix(d, a, b, 8)
      mix(b, c, d, 7)
    }
  }
  const key32 = Buffer.alloc(32)
  ;[0, 1, 2, 3, 12, 13, 14, 15].forEach((word, index) => key32.writeUInt32LE(state[word]!, 4 * index))
  return new Uint8Array(key32)
}

/** XChaCha20-Poly1305 on the platform's ChaCha20-Poly1305: ciphertext and tag. */
export function seal(key: Uint8Array, nonce: Uint8Array, associated: Uint8Array, plaintext: Uint8Array): Uint8Array {
  const short = Buffer.concat([Buffer.alloc(4), nonce.subarray(16)])
  const cipher = createCipheriv('chacha20-poly1305', hchacha20(key, nonce.subarray(0, 16)), short, {
    authTagLength: 16,
  })
  cipher.setAAD(associated, { plaintextLength: plaintext.length })
  return new Uint8Array(Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]))
}
