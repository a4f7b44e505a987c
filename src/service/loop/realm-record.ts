import type { RecordMark } from '../../core/record/mark.ts'
import type { Secret } from '../../core/secret.ts'
import type { Random } from '../../ports/random.ts'
import type { RecordKind } from './record-store.ts'

/** What one installation keeps for itself: keys that no rotation of the key ring changes. */
export interface RealmState {
  readonly record: RecordMark
  /** ms since epoch */
  readonly createdAt: number
  readonly keys: {
    /** Authenticates facts. */
    readonly facts: Secret
    /** Hashes typed names and what limiters count by. */
    readonly names: Secret
  }
}

export const realmKeyLength = 32

export function realmRecordId(realm: string): string {
  return `realm:${realm}`
}

/** The record of a realm. An empty one has its keys: they are made with the record. */
export function realmRecord(random: Random): RecordKind<RealmState> {
  return {
    kind: 'realm',
    schema: 1,
    empty: (now, birth) => ({
      record: { birth, commit: 0 },
      createdAt: now,
      keys: { facts: { seal: random(realmKeyLength) }, names: { seal: random(realmKeyLength) } },
    }),
    summarize: ({ createdAt }, now) => ({
      kind: 'realm',
      createdAt,
      updatedAt: now,
      totpAuthenticators: 0,
      backupCodesLeft: 0,
      lockedUntil: null,
    }),
    purposes: [
      ['keys/facts', 'fact-key'],
      ['keys/names', 'name-key'],
    ],
  }
}
