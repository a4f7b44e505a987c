import { limits } from '../../limits.ts'
import type { AccountState } from '../record/state.ts'

/** Whether one more passkey fits. Ids and keys differ much in length, and a record has only so much room. */
export function hasRoom({ passkey }: AccountState, moreLength = 0): boolean {
  const { credentials } = passkey
  const length = credentials.reduce((sum, { id, publicKey }) => sum + id.length + publicKey.length, moreLength)
  return credentials.length < limits.passkeys && length < limits.passkeysLength
}
