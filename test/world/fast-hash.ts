import { createHash } from 'node:crypto'
import type { SlowHash } from 'nightlatch/slow-hash'

/** Stands for the slow hash where that is not the subject: depends on everything that it is given, and is fast. */
export const fastHash: SlowHash = async ({ password, salt, params }) =>
  new Uint8Array(
    createHash('shake256', { outputLength: params.length })
      .update(`${params.N}/${params.r}/${params.p}/${salt.length}/`)
      .update(salt)
      .update(password)
      .digest(),
  )
