import { referenceTo } from '../record/ids.ts'
import type { AccountState } from '../record/state.ts'

/** What a security page shows of a passkey. Times are ms since epoch. */
export interface PasskeyView {
  /** A reference: the credential's id stays inside. */
  readonly id: string
  readonly label: string
  readonly createdAt: number
  readonly lastUsedAt: number | null
  /** It lives in a store that several devices share. */
  readonly synced: boolean
  readonly transports: readonly string[]
  /** The model of the authenticator, as it says itself: good for a name and an icon. */
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
