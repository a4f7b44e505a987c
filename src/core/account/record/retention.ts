import { limits } from '../../limits.ts'
import { parseAddress } from '../../network/address.ts'
import { prefixOf } from '../../network/prefix.ts'
import type { HistoryMarks } from '../../record/history.ts'
import type { UseCase } from './step.ts'

export interface MoveMarksResult {
  readonly ok: true
}

/** Moves what the record says of its history: how far it is shortened, and where it begins. */
export const moveMarks: UseCase<HistoryMarks, MoveMarksResult> = (state, marks) => ({
  commit: { state, events: [], messages: [], keys: { claim: [], release: [] }, outcome: { ok: true }, marks },
})

/** What is left of an address, a network and a browser: the /24 or /48 of the address. */
export function shortenedFields(fields: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const parsed = parseAddress(fields['ip'])
  if (!parsed.ok) return {}
  const { address } = parsed
  return { network: prefixOf(address, limits.shortenedBits[address.family]) }
}
