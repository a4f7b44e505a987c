import { matchBackupCode } from '../../backup-codes/hash.ts'
import { normalizeBackupCode } from '../../backup-codes/text.ts'
import { limits } from '../../limits.ts'
import type { FactorRules } from '../factors/rules.ts'
import { addressAndBrowser, notice } from '../record/messages.ts'
import type { AccountState } from '../record/state.ts'
import { withFactor } from '../record/state.ts'
import { openedBy, openTask, resultOf, slowHashTask, unworked } from '../record/tasks.ts'
import type { Task } from '../record/tasks.ts'
import { noBackupCodes } from './state.ts'

export const backupCodeRules: FactorRules<'backup-code'> = {
  empty: noBackupCodes,
  sealPurposes: [['backup-code/', 'backup-code-digest']],
  isEnrolled: (state) => state['backup-code'].set !== null,
  isUsable: (state) => unusedCodes(state) > 0 && state['backup-code'].failures < limits.hardStop,
  amr: () => ['otp'],
  remove: (state) => ({ ...state, 'backup-code': noBackupCodes }),

  accept(state, { codeId, replacement }, { client, now }) {
    const { set } = state['backup-code']
    const codes = set?.codes.map((code) => (code.id === codeId ? (replacement ?? { ...code, usedAt: now }) : code))
    const spent = withFactor(state, 'backup-code', { set: set && { ...set, codes: codes ?? [] } })
    const left = unusedCodes(spent)
    return {
      state: spent,
      events: [{ type: 'backup_code_use', values: { left } }],
      messages: [notice({ template: 'backup-code-used', at: now, left, ...addressAndBrowser(client) }, now)],
    }
  },

  checkCode(state, question, results) {
    const { set } = state['backup-code']
    if (set === null || normalizeBackupCode(question.code, set.profile) === null) return { status: 'malformed' }
    const hash = slowHashTask(set, question.code)
    const opening = set.codes.map((code) => openTask(`state/backup-code/set/codes/${code.id}/digest`, code.digest))
    const tasks: readonly Task[] = [hash, ...opening.filter((task) => task !== null)]
    const missing = unworked(results, tasks)
    if (missing.length > 0) return { status: 'need', tasks: missing }

    const digest = resultOf(results, hash)
    const digests = opening.map((task) => openedBy(results, task) ?? new Uint8Array())
    const code = set.codes[digest ? matchBackupCode({ digest, digests }) : -1]
    if (code === undefined) return { status: 'wrong', reason: 'wrong' }
    if (code.usedAt !== null) return { status: 'wrong', reason: 'replayed' }
    return { status: 'matched', factor: 'backup-code', codeId: code.id }
  },
}

export function unusedCodes(state: AccountState): number {
  return state['backup-code'].set?.codes.filter((code) => code.usedAt === null).length ?? 0
}
