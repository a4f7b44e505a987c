import { requireInteger } from '../../../core/arguments.ts'
import { isNightlatchError, NightlatchError } from '../../../core/errors.ts'
import type { NightlatchErrorCode } from '../../../core/errors.ts'
import { reseal } from '../../../core/account/record/reseal.ts'
import { accountIdOf, isAccountRecord, recordIdOf } from '../../keys/account-id.ts'
import type { Kernel } from '../../loop/kernel.ts'
import { nobody } from './nobody.ts'

export interface ResealPage {
  /** Accounts written anew under the first key of the ring. */
  readonly resealed: number
  /** Accounts that were there already. */
  readonly current: number
  /**
   * Accounts that could not be read or written; the job goes on without them. `accountId` null is the record of the
   * realm, which holds keys of its own and is no account.
   */
  readonly failed: readonly { readonly accountId: string | null; readonly code: NightlatchErrorCode | 'busy' }[]
  /** Pass as `after` for the next page; null at the end. */
  readonly next: string | null
}

/** Seals one page of accounts anew, at the end of a key rotation. A job may stop, go on anywhere, and run twice. */
export async function resealAccounts(
  kernel: Kernel,
  input: { readonly after?: string | null | undefined; readonly limit?: number | undefined },
): Promise<ResealPage> {
  const { limit = 100, after } = input
  requireInteger(limit, 'limit', { from: 1, to: 500 })
  const { storage, realm } = kernel
  if (typeof storage.listRecords !== 'function') {
    throw new NightlatchError('NL_CONFIG', 'reseal needs a storage with listRecords, the port Directory')
  }
  const page = await storage.listRecords({ limit, ...(typeof after === 'string' ? { after } : {}) })
  let resealed = 0
  let current = 0
  const failed: ResealPage['failed'][number][] = []
  for (const id of page.items.filter((one) => isAccountRecord(one) || one === realm.recordId)) {
    const accountId = isAccountRecord(id) ? accountIdOf(id) : null
    try {
      const done = await (accountId === null ? realm.reseal() : resealAccount(kernel, accountId))
      if (done === 'busy') failed.push({ accountId, code: 'busy' })
      else if (accountId !== null && done === 'resealed') resealed += 1
      else if (accountId !== null) current += 1
    } catch (error) {
      if (!isNightlatchError(error)) throw error
      failed.push({ accountId, code: error.code })
    }
  }
  return { resealed, current, failed, next: page.next }
}

async function resealAccount(kernel: Kernel, accountId: string): Promise<'resealed' | 'current' | 'busy'> {
  const record = await kernel.records.load(recordIdOf(accountId))
  if (record === null || kernel.records.isCurrent(record)) return 'current'
  const answer = await kernel.run({
    accountId,
    useCase: reseal,
    command: null,
    actor: { kind: 'system', reason: 'key rotation' },
    client: nobody,
    session: null,
  })
  return answer.status === 'busy' ? 'busy' : 'resealed'
}
