import { isNightlatchError, NightlatchError } from '../../core/errors.ts'

/** What a driver throws leaves the adapter as one kind of error, with the driver's own as its cause. */
export async function storageCall<T>(name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    if (isNightlatchError(cause)) throw cause
    throw new NightlatchError('NL_STORAGE_FAILED', `the SQL storage failed in ${name}`, { cause })
  }
}
