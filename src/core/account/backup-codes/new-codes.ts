import { encodeBase64url } from '../../bytes.ts'
import { backupCodeSaltLength, slowHashParams } from '../../backup-codes/hash.ts'
import { generateBackupCodes } from '../../backup-codes/generate.ts'
import { derive } from '../../hmac.ts'
import type { TaskResult, Task } from '../record/tasks.ts'
import { slowHashTask, resultOf } from '../record/tasks.ts'
import { newId } from '../sessions/session.ts'
import type { BackupCode, BackupCodeSet } from '../record/state.ts'
import type { Context } from '../record/step.ts'

export type NewCodes =
  | { readonly status: 'need'; readonly proofs: readonly Task[] }
  /** `codes` are shown once; `set` holds their digests, to be sealed. */
  | { readonly status: 'made'; readonly codes: readonly string[]; readonly set: BackupCodeSet }

export type ReplacementCode =
  | { readonly status: 'need'; readonly proofs: readonly Task[] }
  | { readonly status: 'made'; readonly code: string; readonly stored: BackupCode }

/** One new code under the salt of a set, in the place of one that was used [BC-12]. */
export function replacementCode(
  set: BackupCodeSet,
  { entropy }: Context,
  evidence: readonly TaskResult[],
): ReplacementCode {
  const [code = ''] = generateBackupCodes({
    entropy: derive(entropy, 'backup-code-replacement', 32),
    count: 1,
    profile: set.profile,
  })
  const proof = slowHashTask(set, code)
  const digest = resultOf(evidence, proof)
  if (!digest) return { status: 'need', proofs: [proof] }
  const stored = { id: newId(entropy, 'backup-code/replacement'), digest: { seal: digest }, usedAt: null }
  return { status: 'made', code, stored }
}

/** A new set under one salt. It comes from the call's entropy, so a retry of the loop does not hash again. */
export function newCodes(context: Context, evidence: readonly TaskResult[]): NewCodes {
  const { entropy, now, settings } = context
  const { profile, count } = settings.backupCodes
  const codes = generateBackupCodes({ entropy: derive(entropy, 'backup-codes', 32), count, profile })
  const params = slowHashParams(profile)
  const salt = encodeBase64url(derive(entropy, 'backup-code-salt', backupCodeSaltLength))
  const proofs = codes.map((code) => slowHashTask({ salt, params, profile }, code))
  const missing = proofs.filter((proof) => !resultOf(evidence, proof))
  if (missing.length > 0) return { status: 'need', proofs: missing }
  return {
    status: 'made',
    codes,
    set: {
      profile,
      params,
      salt,
      createdAt: now,
      codes: proofs.map((proof, index) => ({
        id: newId(entropy, `backup-code/${index}`),
        digest: { seal: resultOf(evidence, proof) ?? new Uint8Array() },
        usedAt: null,
      })),
    },
  }
}
