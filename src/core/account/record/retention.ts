import { parseAddress, shortNetworkOf } from '../../network/address.ts'
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
  return parsed.ok ? { network: shortNetworkOf(parsed.address) } : {}
}
