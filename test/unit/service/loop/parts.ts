import { keyring } from 'nightlatch'
import type { Keyring, Storage } from 'nightlatch'
import { memoryStorage } from 'nightlatch/storage/memory'
import type { Secret } from '../../../../src/core/secret.ts'
import type { Marked, RecordKind, RecordStore } from '../../../../src/service/loop/record-store.ts'
import { createRecordStore } from '../../../../src/service/loop/record-store.ts'
import { seededRandom } from '../../../world/seeded-random.ts'
import { keyText } from '../../../world/world.ts'

/** A record of the simplest kind: a number, texts, and one secret. */
export interface Toy extends Marked {
  readonly n: number
  readonly texts: readonly string[]
  readonly secret: Secret | null
}

export const toyKind: RecordKind<Toy> = {
  kind: 'toy',
  schema: 3,
  empty: (_, birth) => ({ record: { birth, commit: 0 }, n: 0, texts: [], secret: null }),
  summarize: () => ({
    kind: 'account',
    createdAt: 0,
    updatedAt: 0,
    totpAuthenticators: 0,
    backupCodesLeft: 0,
    lockedUntil: null,
  }),
  purposes: [['secret', 'toy-secret']],
}

export const toyId = 'toy:one'

export function toyStore({
  storage = memoryStorage(),
  keys = keyring(keyText(1)),
  kind = toyKind,
  realm = 'main',
}: {
  readonly storage?: Storage
  readonly keys?: Keyring
  readonly kind?: RecordKind<Toy>
  readonly realm?: string
} = {}): RecordStore<Toy> {
  return createRecordStore(kind, { storage, installation: { realm, keys } as never, random: seededRandom('toy') })
}
