import { limits } from '../../limits.ts'
import type { AccountState } from '../record/state.ts'

/**
 * Whether one more passkey fits into the record. Their length is limited too, because ids and keys differ much in
 * length.
 */
export function hasRoom({ passkey }: AccountState, moreLength = 0): boolean {
  const { credentials } = passkey
  const length = credentials.reduce((sum, { id, publicKey }) => sum + id.length + publicKey.length, moreLength)
  return credentials.length < limits.passkeys && length < limits.passkeysLength
}
