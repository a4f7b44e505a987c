import type { Client } from '../../core/account/record/context.ts'
import type { AccountState } from '../../core/account/record/state.ts'
import type { SlowHashTask, Task, TaskResult } from '../../core/account/record/tasks.ts'
import { storedBytes } from '../../core/account/record/tasks.ts'
import { isBytes } from '../../core/bytes.ts'
import { isNightlatchError, NightlatchError } from '../../core/errors.ts'
import { limits } from '../../core/limits.ts'
import { readAssertionFacts, readRegistrationFacts } from '../../core/passkeys/facts.ts'
import type { SlowHash } from '../../slow-hash/index.ts'
import { slowHash } from '../../slow-hash/index.ts'
import type { PermitParts } from '../limits/sms-permit.ts'
import { permitSend } from '../limits/sms-permit.ts'
import type { NightlatchOptions } from '../options/options.ts'
import { answerInTime } from './in-time.ts'
import type { RecordStore } from './record-store.ts'
import type { Tell } from './reports.ts'

interface TaskParts extends Omit<PermitParts, 'risk'> {
  readonly options: Pick<NightlatchOptions, 'slowHash' | 'passkeys' | 'sms'>
  readonly records: RecordStore<AccountState>
}

/** Works out a task of a step. Only here a call waits for anything but the storage. */
export function createRunTask(parts: TaskParts): (recordId: string, task: Task, client: Client) => Promise<TaskResult> {
  const { options, records, tell } = parts
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
        const { kind: _kind, ...question } = structuredClone(task)
        const verify = verifier && ((): unknown => verifier.verifyRegistration(question))
        return { task, result: verify ? await factsOf(verify, readRegistrationFacts, tell) : null }
      }
      case 'webauthn-assertion': {
        const { kind: _kind, ...question } = structuredClone(task)
        const verify = verifier && ((): unknown => verifier.verifyAssertion(question))
        return { task, result: verify ? await factsOf(verify, readAssertionFacts, tell) : null }
      }
    }
  }
}

async function hashWith(hash: SlowHash, { input, salt, params }: SlowHashTask): Promise<Uint8Array> {
  const request = { password: storedBytes(input), salt: storedBytes(salt), params: { ...params } }
  let digest: unknown
  try {
    digest = await answerInTime<unknown>(() => hash(request), hashDeadline)
  } catch (error) {
    if (isNightlatchError(error)) throw error
    throw new NightlatchError('NL_SLOW_HASH_FAILED', 'the slow hash failed', { cause: error })
  }
  // The hash may be the host's own. Anything else would be stored, and no code would match it.
  if (isBytes(digest) && digest.length === params.length) return Uint8Array.from(digest)
  throw new NightlatchError('NL_SLOW_HASH_FAILED', `the slow hash gave something else than ${params.length} bytes`)
}

const hashDeadline = { part: 'the slow hash', ms: limits.slowHashMs, code: 'NL_SLOW_HASH_FAILED' } as const
const verifierDeadline = { part: 'the verifier', ms: limits.verifierMs, code: 'NL_CONFIG' } as const

/** A verifier that throws or is late has verified nothing, also if it throws while its answer is read. */
async function factsOf<Facts>(
  verify: () => unknown,
  read: (answer: unknown) => Facts | null,
  tell: Tell,
): Promise<Facts | null> {
  try {
    const answer = await answerInTime(verify, verifierDeadline)
    const facts = read(answer)
    if (facts !== null || answer === null) return facts
    throw new NightlatchError('NL_CONFIG', 'the verifier answered something else than its port says')
  } catch (cause) {
    tell('passkeys', 'the verifier of passkeys failed, and nothing verified', { cause })
    return null
  }
}
