import { referenceTo } from '../record/ids.ts'
import type { AccountState } from '../record/state.ts'
import type { Passkey } from './state.ts'

/** The passkey with this reference, as lists show it. */
export function findPasskey(state: AccountState, reference: string): Passkey | null {
  return state.passkey.credentials.find(({ id }) => referenceTo(id) === reference) ?? null
}
