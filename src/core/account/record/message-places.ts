import { limits } from '../../limits.ts'
import type { NoticeType } from '../../mail/index.ts'
import type { DraftMessage } from './messages.ts'
import { notice } from './messages.ts'
import { noticePlaces } from './notice-places.ts'
import type { Pool } from './queued-lately.ts'
import type { AccountState } from './state.ts'
import type { UseCase } from './step.ts'
import type { Counts } from './tally.ts'
import { addOne, laterCounts, newestPiece, piecesUntilFewer } from './tally.ts'

/**
 * Bounds the messages of an account, so that nobody floods its owner. Notices that have no place are not dropped
 * without a word: one mail in place of them says that much is happening [NOT-7].
 */

const span = limits.messageSpan

/** The same account, with its counts as they are now. */
function atNow(state: AccountState, now: number): AccountState {
  const { queued } = state
  const { piece, passed } = newestPiece(queued.piece, span, now)
  const later = (counts: Counts): Counts => laterCounts(counts, passed, span)
  const { own, others, alerts, changes, firsts } = queued
  const counts = { own: later(own), others: later(others), alerts: later(alerts), changes: later(changes) }
  return { ...state, queued: { piece, ...counts, firsts: laterFirsts(firsts, passed) } }
}

function laterFirsts(firsts: string, passed: number): string {
  const later = (digit: string): string => {
    const ago = Number.parseInt(digit, 36) + passed
    return ago < span.pieces ? ago.toString(36) : '-'
  }
  return [...firsts].map(later).join('')
}

/** When a pool has a place, in ms since epoch. Null: now. */
export function placeAt(state: AccountState, pool: Pool, now: number): number | null {
  const { queued } = atNow(state, now)
  const passed = piecesUntilFewer(queued[pool], limits.messages[pool], span)
  return passed === 0 ? null : (queued.piece + passed) * span.pieceMs
}

/** Takes a place. The caller has looked that there is one. */
export function takePlace(state: AccountState, pool: Pool, now: number): AccountState {
  const after = atNow(state, now)
  return { ...after, queued: { ...after.queued, [pool]: addOne(after.queued[pool]) } }
}

/** The use case, with a place for every notice of its commit. A code took its place when it was made. */
export function withPlaces<C, R>(useCase: UseCase<C, R>): UseCase<C, R> {
  return (before, command, context, results) => {
    const step = useCase(before, command, context, results)
    if (!('commit' in step) || step.commit.messages.every(({ channel }) => channel !== 'mail')) return step
    const { state, messages } = placed(step.commit.state, step.commit.messages, context.now)
    return { commit: { ...step.commit, state, messages } }
  }
}

function placed(
  before: AccountState,
  drafts: readonly DraftMessage[],
  now: number,
): { readonly state: AccountState; readonly messages: readonly DraftMessage[] } {
  let state = before
  const messages: DraftMessage[] = []
  for (const draft of drafts) {
    const after = draft.channel !== 'mail' ? state : afterNotice(state, draft.template.template, now)
    if (after !== null) messages.push(draft)
    state = after ?? state
  }
  const summarized = messages.length < drafts.length ? afterFirst(state, 'much-happened', now) : null
  if (summarized === null) return { state, messages }
  return { state: summarized, messages: [...messages, notice({ template: 'much-happened', at: now }, now)] }
}

/** The account with a place taken for a notice. Null: there is none. */
function afterNotice(state: AccountState, type: NoticeType, now: number): AccountState | null {
  const { pool } = noticePlaces[type]
  return (
    afterFirst(state, type, now) ??
    (pool !== null && placeAt(state, pool, now) === null ? takePlace(state, pool, now) : null)
  )
}

/** The same with the place for the first of its kind. */
function afterFirst(before: AccountState, type: NoticeType, now: number): AccountState | null {
  const state = atNow(before, now)
  const { place, pool } = noticePlaces[type]
  const { firsts } = state.queued
  const pieces = pool === null ? limits.summaryPieces : span.pieces
  const ago = Number.parseInt(firsts[place] ?? '-', 36)
  if (ago < pieces) return null
  const padded = firsts.padEnd(place, '-')
  return { ...state, queued: { ...state.queued, firsts: `${padded.slice(0, place)}0${padded.slice(place + 1)}` } }
}
