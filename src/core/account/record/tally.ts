import { limits } from '../../limits.ts'

/**
 * How often something happened lately, by pieces of time. It is short, however often that was: a text with one digit in
 * base 36 for each piece, the newest first. Zeros at the end are left out.
 */
export type Counts = string

/** So many pieces of so many ms are counted. */
export interface Span {
  readonly pieceMs: number
  readonly pieces: number
}

const mostCounted = 35

/**
 * The newest piece of time, and how many pieces passed since it was the stored one. A server whose clock is behind
 * counts in the stored one. But if that is further ahead than clocks may be, all is forgotten: it would stay until
 * then.
 */
export function newestPiece(
  stored: number,
  { pieceMs, pieces }: Span,
  now: number,
): { readonly piece: number; readonly passed: number } {
  const piece = Math.floor(now / pieceMs)
  const isFarAhead = (stored - piece) * pieceMs > limits.clocksApartMs + pieceMs
  if (isFarAhead) return { piece, passed: pieces }
  return { piece: Math.max(piece, stored), passed: Math.min(Math.max(0, piece - stored), pieces) }
}

/** The counts when some pieces have passed. */
export function laterCounts(counts: Counts, passed: number, { pieces }: Span): Counts {
  const later = ('0'.repeat(passed) + counts).slice(0, pieces)
  let length = later.length
  while (later[length - 1] === '0') length--
  return later.slice(0, length)
}

export function sumOf(counts: Counts): number {
  return [...counts].reduce((sum, digit) => sum + Number.parseInt(digit, 36), 0)
}

export function addOne(counts: Counts): Counts {
  const newest = Number.parseInt(counts[0] ?? '0', 36)
  return Math.min(newest + 1, mostCounted).toString(36) + counts.slice(1)
}

/** After how many pieces fewer than `most` are counted. 0: now. */
export function piecesUntilFewer(counts: Counts, most: number, { pieces }: Span): number {
  let passed = 0
  while (passed < pieces && sumOf(laterCounts(counts, passed, { pieces, pieceMs: 0 })) >= most) passed++
  return passed
}

/** Counts with the number of their newest piece, as one text: `1963584.21`. */
export type Tally = string

function readTally(tally: Tally | null, span: Span, now: number): { readonly piece: number; readonly counts: Counts } {
  const [stored = '', counts = ''] = tally?.split('.') ?? []
  const { piece, passed } = newestPiece(Number(stored), span, now)
  return { piece, counts: laterCounts(counts, passed, span) }
}

export function countOneMore(before: Tally | null, span: Span, now: number): Tally {
  const { piece, counts } = readTally(before, span, now)
  return `${piece}.${addOne(counts)}`
}

/** When fewer than `most` are counted, in ms since epoch. Null: now. */
export function fewerAt(tally: Tally | null, span: Span & { readonly most: number }, now: number): number | null {
  const { piece, counts } = readTally(tally, span, now)
  const passed = piecesUntilFewer(counts, span.most, span)
  return passed === 0 ? null : (piece + passed) * span.pieceMs
}
