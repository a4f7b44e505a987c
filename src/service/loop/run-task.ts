import type { Client } from '../../core/account/record/context.ts'
import type { AccountState } from '../../core/account/record/state.ts'
import type { SlowHashTask, Task, TaskResult } from '../../core/account/record/tasks.ts'
import { storedBytes } from '../../core/account/record/tasks.ts'
import { isBytes } from '../../core/bytes.ts'
import { isNightlatchError, NightlatchError } from '../../core/errors.ts'
import { readAssertionFacts, readRegistrationFacts } from '../../core/passkeys/facts.ts'
import type { SlowHash } from '../../slow-hash/index.ts'
import { slowHash } from '../../slow-hash/index.ts'
import type { PermitParts } from '../limits/sms-permit.ts'
import { permitSend } from '../limits/sms-permit.ts'
import type { NightlatchOptions } from '../options/options.ts'
import type { RecordStore } from './record-store.ts'

interface TaskParts extends Omit<PermitParts, 'risk'> {
  readonly options: Pick<NightlatchOptions, 'slowHash' | 'passkeys' | 'sms'>
  readonly records: RecordStore<AccountState>
}

/** Works out a task of a step. Only here a call waits for anything but the storage. */
export function createRunTask(parts: TaskParts): (recordId: string, task: Task, client: Client) => Promise<TaskResult> {
  const { options, records } = parts
  const hashSlowly = options.slowHash ?? slowHash
  const verifier = options.passkeys?.verifier

  return async (recordId, task, client) => {
    switch (task.kind) {
      case 'open':
        return { task, result: records.open(recordId, task.path, task.sealed) }
      case 'slow-hash':
        return { task, result: await hashWith(hashSlowly, task) }
      case 'send-permit':
        return { task, result: await permitSend({ ...parts, risk: options.sms?.risk }, recordId, task, client) }
      case 'webauthn-registration': {
        const { response, challenge } = task
        const verify = (): unknown => verifier?.verifyRegistration({ response, challenge })
        return { task, result: await factsOf(verify, readRegistrationFacts) }
      }
      case 'webauthn-assertion': {
        const { response, challenge, publicKey } = task
        const verify = (): unknown => verifier?.verifyAssertion({ response, challenge, publicKey })
        return { task, result: await factsOf(verify, readAssertionFacts) }
      }
    }
  }
}

async function hashWith(hash: SlowHash, { input, salt, params }: SlowHashTask): Promise<Uint8Array> {
  let digest: unknown
  try {
    digest = await hash({ password: storedBytes(input), salt: storedBytes(salt), params })
  } catch (error) {
    if (isNightlatchError(error)) throw error
    throw new NightlatchError('NL_SLOW_HASH_FAILED', 'the slow hash failed', { cause: error })
  }
  // The hash may be the host's own. Anything else would be stored, and no code would match it.
  if (isBytes(digest) && digest.length === params.length) return digest
  throw new NightlatchError('NL_SLOW_HASH_FAILED', `the slow hash gave something else than ${params.length} bytes`)
}

/** A verifier that throws, also while its answer is read, has verified nothing. */
async function factsOf<Facts>(verify: () => unknown, read: (answer: unknown) => Facts | null): Promise<Facts | null> {
  try {
    return read(await verify())
  } catch {
    return null
  }
}
