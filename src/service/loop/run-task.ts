import type { Client } from '../../core/account/record/context.ts'
import type { AccountState } from '../../core/account/record/state.ts'
import type { SlowHashTask, Task, TaskResult } from '../../core/account/record/tasks.ts'
import { storedBytes } from '../../core/account/record/tasks.ts'
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

/** Works out what a step asks for: the only place where a use case waits for anything but the storage. */
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
        const facts = await verified(() => verifier?.verifyRegistration({ response, challenge }))
        return { task, result: readRegistrationFacts(facts) }
      }
      case 'webauthn-assertion': {
        const { response, challenge, publicKey } = task
        const facts = await verified(() => verifier?.verifyAssertion({ response, challenge, publicKey }))
        return { task, result: readAssertionFacts(facts) }
      }
    }
  }
}

async function hashWith(hash: SlowHash, { input, salt, params }: SlowHashTask): Promise<Uint8Array> {
  try {
    return await hash({ password: storedBytes(input), salt: storedBytes(salt), params })
  } catch (error) {
    if (isNightlatchError(error)) throw error
    throw new NightlatchError('NL_SLOW_HASH_FAILED', 'the slow hash failed', { cause: error })
  }
}

/** A verifier that throws has verified nothing. */
async function verified(verify: () => Promise<unknown> | undefined): Promise<unknown> {
  try {
    return await verify()
  } catch {
    return null
  }
}
