import { generateBackupCodes } from '../../backup-codes/generate.ts'
import type { BackupCodeProfile } from '../../backup-codes/profile.ts'
import { backupCodeSaltLength, slowHashParams } from '../../backup-codes/hash.ts'
import { concatBytes, encodeBase64url } from '../../bytes.ts'
import { derive } from '../../hmac.ts'
import type { Context } from '../record/context.ts'
import type { Unsealed } from '../../secret.ts'
import type { SlowHashTask, TaskResults } from '../record/tasks.ts'
import { resultOf, slowHashTask } from '../record/tasks.ts'
import { openedDigests } from './digests.ts'
import type { BackupCodeSet } from './state.ts'

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
  /** The digests of the set, with its own in the place of the used one. */
  readonly digests: Unsealed
}

/** Makes a new set under one salt. It comes from the entropy of the call, so that a retry does not hash again. */
export function newCodes(
  { entropy, now, settings }: Context,
  results: TaskResults,
  profile: BackupCodeProfile = settings.backupCodes.profile,
): HashesNeeded | MadeCodes {
  const { count } = settings.backupCodes
  const codes = generateBackupCodes({ entropy: derive(entropy, 'backup-codes', 32), count, profile })
  const params = slowHashParams(profile)
  const salt = encodeBase64url(derive(entropy, 'backup-code-salt', backupCodeSaltLength))
  const tasks = codes.map((code) => slowHashTask({ salt, params, profile }, code))
  const digests = tasks.map((task) => resultOf(results, task) ?? null)
  const missing = tasks.filter((_, index) => !digests[index])
  if (missing.length > 0) return { status: 'need', tasks: missing }
  const seal = concatBytes(...digests.map((digest) => digest ?? new Uint8Array()))
  const usedAt = codes.map(() => null)
  return { status: 'made', codes, set: { profile, params, salt, createdAt: now, usedAt, digests: { seal } } }
}

/** Makes one code under the salt of a set. It replaces a code that was used [BC-12]. */
export function replacementCode(
  set: BackupCodeSet,
  index: number,
  { entropy }: Context,
  results: TaskResults,
): HashesNeeded | MadeReplacement {
  const drawn = derive(entropy, 'backup-code-replacement', 32)
  const [code = ''] = generateBackupCodes({ entropy: drawn, count: 1, profile: set.profile })
  const task = slowHashTask(set, code)
  const digest = resultOf(results, task)
  if (!digest) return { status: 'need', tasks: [task] }
  const digests = [...(openedDigests(set, results) ?? [])]
  digests[index] = digest
  return { status: 'made', code, digests: { seal: concatBytes(...digests) } }
}
