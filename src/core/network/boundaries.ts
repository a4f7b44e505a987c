import { sortRules } from './sort-rules.ts'

/**
 * Sorted keys of `width` words each, the highest word first: where a merged block of addresses begins, where it has
 * ended, where the next begins, and so on. An address is inside when an odd number of them is not above it.
 */
export interface Boundaries {
  readonly keys: Uint32Array
  readonly width: number
  /** Where the words that count stand in the four words of an address in its mapped form. */
  readonly skip: number
  /** The smallest and the largest first word of all keys; outside of them nothing needs a search. */
  readonly lowest: number
  readonly highest: number
  /** `starts[(word - lowest) >>> shift]` keys have a first word of a lower bucket; the next entry ends the bucket. */
  readonly starts: Uint32Array
  readonly shift: number
}

/**
 * Merges rules (eight words each, of which `order` names those that take part) to boundaries. Whatever overlaps, nests
 * or touches becomes one block, so that a search never meets two candidates.
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
    // A block up to the last address of all has no end, and nothing can begin behind it.
    if (endless) break
    for (let word = 0; word < width; word++) keys[size + word] = end[word]!
    size += width
  }
  return withIndex(keys.slice(0, size), width, skip)
}

/** Fewer would make the index larger than the keys of IPv4; more would leave the search longer. */
const KEYS_PER_BUCKET = 4

/** Short lists get an index that leaves next to nothing to search: it weighs a kilobyte at most. */
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

/** How many boundaries there are, that is, the rank behind the last of them. */
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

/** Writes the key behind the one at `offset` into `next`; false if that one is the last of all. */
function writeSuccessor(keys: Uint32Array, offset: number, next: Uint32Array): boolean {
  let carry = 1
  for (let word = next.length - 1; word >= 0; word--) {
    const sum = keys[offset + word]! + carry
    next[word] = sum
    carry = sum > 0xffffffff ? 1 : 0
  }
  return carry === 0
}
