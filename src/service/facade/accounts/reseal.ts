import { requireInteger } from '../../../core/arguments.ts'
import { isNightlatchError, NightlatchError } from '../../../core/errors.ts'
import type { NightlatchErrorCode } from '../../../core/errors.ts'
import { reseal } from '../../../core/account/record/reseal.ts'
import { accountIdOf, isAccountRecord } from '../../keys/account-id.ts'
import type { Kernel } from '../../loop/kernel.ts'
import { nobody } from './nobody.ts'

export interface ResealPage {
  /** Accounts written anew under the first key of the ring. */
  readonly resealed: number
  /** Accounts that were there already. */
  readonly current: number
  /** Accounts that could not be read or written; the walk goes on without them. */
  readonly failed: readonly { readonly accountId: string; readonly code: NightlatchErrorCode | 'busy' }[]
  /** Pass as `after` for the next page; null at the end. */
  readonly next: string | null
}

/** One page of the walk that ends a key rotation. The walk may stop and go on anywhere, and may run twice. */
export async function resealAccounts(
  kernel: Kernel,
  input: { readonly after?: string | null | undefined; readonly limit?: number | undefined },
): Promise<ResealPage> {
  const { limit = 100, after } = input
  requireInteger(limit, 'limit', { from: 1, to: 500 })
  const { storage, records } = kernel
  if (typeof storage.listRecords !== 'function') {
    throw new NightlatchError('NL_CONFIG', 'reseal needs a storage with listRecords, the port Directory')
  }
  const page = await storage.listRecords({ limit, ...(typeof after === 'string' ? { after } : {}) })
  let resealed = 0
  let current = 0
  const failed: { accountId: string; code: NightlatchErrorCode | 'busy' }[] = []
  for (const id of page.items.filter(isAccountRecord)) {
    const accountId = accountIdOf(id)
    try {
      const record = await records.load(id)
      if (record === null || records.isCurrent(record)) {
        current += 1
        continue
      }
      const answer = await kernel.run({
        accountId,
        useCase: reseal,
        command: null,
        actor: { kind: 'system', reason: 'key rotation' },
        client: nobody,
        session: null,
      })
      if (answer.status === 'busy') failed.push({ accountId, code: 'busy' })
      else resealed += 1
    } catch (error) {
      if (!isNightlatchError(error)) throw error
      failed.push({ accountId, code: error.code })
    }
  }
  return { resealed, current, failed, next: page.next }
}
