import { referenceTo } from '../record/ids.ts'
import type { AccountState } from '../record/state.ts'

/** What a security page shows about a passkey. Times are ms since epoch. */
export interface PasskeyView {
  /** A reference. The credential's id is not shown. */
  readonly id: string
  readonly label: string
  readonly createdAt: number
  readonly lastUsedAt: number | null
  /** It is in a store that several devices share. */
  readonly synced: boolean
  readonly transports: readonly string[]
  /** The model of the authenticator, as it says itself. It is good for a name and an icon. */
  readonly aaguid: string
}

export function viewPasskeys({ passkey }: AccountState): readonly PasskeyView[] {
  return passkey.credentials.map(({ id, label, createdAt, lastUsedAt, backedUp, transports, aaguid }) => ({
    id: referenceTo(id),
    label,
    createdAt,
    lastUsedAt,
    synced: backedUp,
    transports,
    aaguid,
  }))
}
