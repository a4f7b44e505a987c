import { sortRules } from './sort-rules.ts'

/**
 * Sorted keys of `width` words each, the highest word first: where a merged block of addresses begins, the first
 * address after its end, where the next block begins, and so on. An address is inside if the number of keys that are
 * not above it is odd.
 */
export interface Boundaries {
  readonly keys: Uint32Array
  readonly width: number
  /** The index of the first word that counts, among the four words of a mapped address. */
  readonly skip: number
  /** The smallest and the largest first word of all keys. Outside of them no search is needed. */
  readonly lowest: number
  readonly highest: number
  /**
   * The bucket of a word is `(word - lowest) >>> shift`. `starts` has the index of its first key, and the next entry
   * ends it.
   */
  readonly starts: Uint32Array
  readonly shift: number
}

/**
 * Merges rules into boundaries. A rule has eight words, and `order` names the rules that take part. Blocks that
 * overlap, nest or touch become one block, so that a search never has two candidates.
 */
export function mergeRules(rules: Uint32Array, order: Uint32Array, width: number): Boundaries {
  const skip = width === 1 ? 3 : 0
  const sorted = sortRules(rules, order, skip, width)
  const keys = new Uint32Array(2 * width * order.length)
  const end = new Uint32Array(width)
  let size = 0
  for (let i = 0; i < sorted.length; i++) {
    const start = 8 * sorted[i]! + skip
    const endless = !writeSuccessor(rules, start + 4, end)
    if (size > 0 && compareKeys(rules, start, keys, size - width, width) <= 0) {
      if (!endless && compareKeys(end, 0, keys, size - width, width) <= 0) continue
      size -= width
    } else {
      for (let word = 0; word < width; word++) keys[size + word] = rules[start + word]!
      size += width
    }
    // A block up to the last address of all has no end, and no block begins after it.
    if (endless) break
    for (let word = 0; word < width; word++) keys[size + word] = end[word]!
    size += width
  }
  return withIndex(keys.slice(0, size), width, skip)
}

/** With fewer keys the index would be larger than the keys of IPv4. With more keys a search would take longer. */
const KEYS_PER_BUCKET = 4

/** With this many buckets a short list needs almost no search. The index takes a kilobyte at most. */
const LEAST_BUCKETS = 256

function withIndex(keys: Uint32Array, width: number, skip: number): Boundaries {
  const count = keys.length / width
  const lowest = keys[0] ?? 0
  const highest = keys[keys.length - width] ?? 0
  const buckets = Math.max(LEAST_BUCKETS, count / KEYS_PER_BUCKET)
  let shift = 0
  while ((highest - lowest) >>> shift >= buckets) shift++
  const starts = new Uint32Array(((highest - lowest) >>> shift) + 2)
  for (let key = 0; key < count; key++) starts[((keys[key * width]! - lowest) >>> shift) + 1] = key + 1
  for (let bucket = 1; bucket < starts.length; bucket++) starts[bucket] ||= starts[bucket - 1]!
  return { keys, width, skip, lowest, highest, starts, shift }
}

/** How many boundaries are not above the address in `words`. */
export function rankOf(boundaries: Boundaries, words: Uint32Array): number {
  const { keys, width, skip, lowest, highest, starts, shift } = boundaries
  const top = words[skip]!
  if (top < lowest) return 0
  if (top > highest) return countOf(boundaries)
  const bucket = (top - lowest) >>> shift
  let low = starts[bucket]!
  let high = starts[bucket + 1]!
  while (low < high) {
    const middle = (low + high) >>> 1
    const key = keys[middle * width]!
    if (key < top || (key === top && compareKeys(keys, middle * width, words, skip, width) <= 0)) low = middle + 1
    else high = middle
  }
  return low
}

/** How many boundaries there are. This is also the rank after the last one. */
export function countOf(boundaries: Boundaries): number {
  return boundaries.keys.length / boundaries.width
}

/** Whether the address in `words` lies in one of the merged blocks. */
export function isInside(boundaries: Boundaries, words: Uint32Array): boolean {
  return (rankOf(boundaries, words) & 1) === 1
}

export function compareKeys(a: Uint32Array, atA: number, b: Uint32Array, atB: number, width: number): number {
  for (let word = 0; word < width; word++) {
    const difference = a[atA + word]! - b[atB + word]!
    if (difference !== 0) return difference
  }
  return 0
}

/** Writes the key after the one at `offset` into `next`. False if there is none. */
function writeSuccessor(keys: Uint32Array, offset: number, next: Uint32Array): boolean {
  let carry = 1
  for (let word = next.length - 1; word >= 0; word--) {
    const sum = keys[offset + word]! + carry
    next[word] = sum
    carry = sum > 0xffffffff ? 1 : 0
  }
  return carry === 0
}
