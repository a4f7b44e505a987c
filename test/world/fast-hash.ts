import { createHash } from 'node:crypto'
import type { SlowHash } from 'nightlatch/slow-hash'

/** A fast hash for tests whose subject is not the slow one; it depends on everything that it is given. */
export const fastHash: SlowHash = async ({ password, salt, params }) =>
  new Uint8Array(
    createHash('shake256', { outputLength: params.length })
      .update(`${params.N}/${params.r}/${params.p}/${salt.length}/`)
      .update(salt)
      .update(password)
      .digest(),
  )
