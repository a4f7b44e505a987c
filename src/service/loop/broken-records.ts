import { isNightlatchError } from '../../core/errors.ts'
import type { NightlatchErrorCode } from '../../core/errors.ts'
import type { SharedValues } from '../../core/events/index.ts'
import type { Clock } from '../../ports/clock.ts'
import type { RecordId } from '../../ports/storage.ts'
import type { Facts } from './facts.ts'

/** Works on a record. If the record is broken, a fact records it before the caller gets the error. */
export type OnRecord = <T>(recordId: RecordId, work: () => Promise<T>) => Promise<T>

const brokenCodes: ReadonlySet<NightlatchErrorCode> = new Set([
  'NL_RECORD_TAMPERED',
  'NL_RECORD_MISSING',
  'NL_REALM',
  'NL_SEAL_BROKEN',
  'NL_KEY_UNKNOWN',
])

/** Records what does not open or does not authenticate [LOG-3]. */
export function createOnRecord(facts: Facts, now: Clock): OnRecord {
  return async (recordId, work) => {
    try {
      return await work()
    } catch (error) {
      if (isNightlatchError(error) && brokenCodes.has(error.code)) {
        const fact = { type: 'crypt_decrypt_fail', values: { code: error.code } } as const
        const shared: SharedValues = { actor: 'system', call: 'check' }
        await facts.record(recordId, [fact], shared, now()).catch(() => undefined)
      }
      throw error
    }
  }
}
