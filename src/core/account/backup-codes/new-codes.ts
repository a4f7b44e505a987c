import { generateBackupCodes } from '../../backup-codes/generate.ts'
import { backupCodeSaltLength, slowHashParams } from '../../backup-codes/hash.ts'
import { encodeBase64url } from '../../bytes.ts'
import { derive } from '../../hmac.ts'
import type { Context } from '../record/context.ts'
import { newId } from '../record/ids.ts'
import type { SlowHashTask, TaskResults } from '../record/tasks.ts'
import { resultOf, slowHashTask } from '../record/tasks.ts'
import type { BackupCode, BackupCodeSet } from './state.ts'

interface HashesNeeded {
  readonly status: 'need'
  readonly tasks: readonly SlowHashTask[]
}

/** `codes` are shown once. `set` has their digests, which are still to be sealed. */
export interface MadeCodes {
  readonly status: 'made'
  readonly codes: readonly string[]
  readonly set: BackupCodeSet
}

export interface MadeReplacement {
  readonly status: 'made'
  readonly code: string
  readonly stored: BackupCode
}

/** Makes a new set under one salt. It comes from the entropy of the call, so that a retry does not hash again. */
export function newCodes({ entropy, now, settings }: Context, results: TaskResults): HashesNeeded | MadeCodes {
  const { profile, count } = settings.backupCodes
  const codes = generateBackupCodes({ entropy: derive(entropy, 'backup-codes', 32), count, profile })
  const params = slowHashParams(profile)
  const salt = encodeBase64url(derive(entropy, 'backup-code-salt', backupCodeSaltLength))
  const tasks = codes.map((code) => slowHashTask({ salt, params, profile }, code))
  const digests = tasks.map((task) => resultOf(results, task) ?? null)
  const missing = tasks.filter((_, index) => !digests[index])
  if (missing.length > 0) return { status: 'need', tasks: missing }
  const stored = digests.flatMap((digest, index) => (digest ? [newCode(entropy, `backup-code/${index}`, digest)] : []))
  return { status: 'made', codes, set: { profile, params, salt, createdAt: now, codes: stored } }
}

/** Makes one code under the salt of a set. It replaces a code that was used [BC-12]. */
export function replacementCode(
  set: BackupCodeSet,
  { entropy }: Context,
  results: TaskResults,
): HashesNeeded | MadeReplacement {
  const drawn = derive(entropy, 'backup-code-replacement', 32)
  const [code = ''] = generateBackupCodes({ entropy: drawn, count: 1, profile: set.profile })
  const task = slowHashTask(set, code)
  const digest = resultOf(results, task)
  if (!digest) return { status: 'need', tasks: [task] }
  return { status: 'made', code, stored: newCode(entropy, 'backup-code/replacement', digest) }
}

function newCode(entropy: Uint8Array, label: string, digest: Uint8Array): BackupCode {
  return { id: newId(entropy, label), digest: { seal: digest }, usedAt: null }
}
