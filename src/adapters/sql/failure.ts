import { isNightlatchError, NightlatchError } from '../../core/errors.ts'
import { loadKysely } from './kysely.ts'

/**
 * Runs one call of the storage once Kysely is loaded. What a driver throws becomes one error of the library, with the
 * driver's error as its cause.
 */
export async function storageCall<T>(name: string, work: () => Promise<T>): Promise<T> {
  await loadKysely()
  try {
    return await work()
  } catch (cause) {
    if (isNightlatchError(cause)) throw cause
    throw new NightlatchError('NL_STORAGE_FAILED', `the SQL storage failed in ${name}`, { cause })
  }
}
