/** RFC 4226 appendix D: the digest and the 31-bit integer before the modulo say which layer fails. */
export const hotpSecret = '12345678901234567890'

export const hotpVectors: readonly {
  readonly counter: number
  readonly digest: string
  readonly truncated: number
  readonly code: string
}[] = [
  { counter: 0, digest: 'cc93cf18508d94934c64b65d8ba7667fb7cde4b0', truncated: 1284755224, code: '755224' },
  { counter: 1, digest: '75a48a19d4cbe100644e8ac1397eea747a2d33ab', truncated: 1094287082, code: '287082' },
  { counter: 2, digest: '0bacb7fa082fef30782211938bc1c5e70416ff44', truncated: 137359152, code: '359152' },
  { counter: 3, digest: '66c28227d03a2d5529262ff016a1e6ef76557ece', truncated: 1726969429, code: '969429' },
  { counter: 4, digest: 'a904c900a64b35909874b33e61c5938a8e15ed1c', truncated: 1640338314, code: '338314' },
  { counter: 5, digest: 'a37e783d7b7233c083d4f62926c7a25f238d0316', truncated: 868254676, code: '254676' },
  { counter: 6, digest: 'bc9cd28561042c83f219324d3c607256c03272ae', truncated: 1918287922, code: '287922' },
  { counter: 7, digest: 'a4fb960c0bc06e1eabb804e5b397cdc4b45596fa', truncated: 82162583, code: '162583' },
  { counter: 8, digest: '1b3c89f65e6c9e883012052823443f048b4332db', truncated: 673399871, code: '399871' },
  { counter: 9, digest: '1637409809a679dc698207310c8c7fc07290d9e5', truncated: 645520489, code: '520489' },
]

/** RFC 4226 §5.4, the worked example of dynamic truncation. */
export const truncationVector = {
  digest: '1f8698690e02ca16618550ef7f19da8e945b555a',
  offset: 10,
  truncated: 0x50ef7f19,
  code: '872921',
} as const

/** Two counters under {@link hotpSecret}, two apart, that have one code: found by search. */
export const sharedCode = { first: 153567, second: 153569, code: '468457' } as const

/**
 * RFC 6238 appendix B, 8 digits. The appendix names one seed, but its SHA-256 and SHA-512 values come from seeds of 32
 * and 64 bytes (the digits repeated), as in the reference code of its appendix A.
 */
export const totpSecrets = {
  SHA1: '12345678901234567890',
  SHA256: '12345678901234567890123456789012',
  SHA512: '1234567890123456789012345678901234567890123456789012345678901234',
} as const

export const totpVectors: readonly {
  readonly seconds: number
  readonly step: string
  readonly SHA1: string
  readonly SHA256: string
  readonly SHA512: string
}[] = [
  { seconds: 59, step: '1', SHA1: '94287082', SHA256: '46119246', SHA512: '90693936' },
  { seconds: 1111111109, step: '23523EC', SHA1: '07081804', SHA256: '68084774', SHA512: '25091201' },
  { seconds: 1111111111, step: '23523ED', SHA1: '14050471', SHA256: '67062674', SHA512: '99943326' },
  { seconds: 1234567890, step: '273EF07', SHA1: '89005924', SHA256: '91819424', SHA512: '93441116' },
  { seconds: 2000000000, step: '3F940AA', SHA1: '69279037', SHA256: '90698825', SHA512: '38618901' },
  { seconds: 20000000000, step: '27BC86AA', SHA1: '65353130', SHA256: '77737706', SHA512: '47863826' },
]

/** RFC 4648 §10, padding removed. */
export const base32Vectors: readonly (readonly [string, string])[] = [
  ['', ''],
  ['f', 'MY'],
  ['fo', 'MZXQ'],
  ['foo', 'MZXW6'],
  ['foob', 'MZXW6YQ'],
  ['fooba', 'MZXW6YTB'],
  ['foobar', 'MZXW6YTBOI'],
]
