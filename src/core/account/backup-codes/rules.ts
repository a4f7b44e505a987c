import { matchBackupCode } from '../../backup-codes/hash.ts'
import { normalizeBackupCode } from '../../backup-codes/text.ts'
import { limits } from '../../limits.ts'
import type { CodeAnswer, CodeQuestion, FactorRules } from '../factors/rules.ts'
import { addressAndBrowser, notice } from '../record/messages.ts'
import type { AccountState } from '../record/state.ts'
import { withFactor } from '../record/state.ts'
import { resultOf, slowHashTask, unworked } from '../record/tasks.ts'
import type { Task, TaskResults } from '../record/tasks.ts'
import { digestsTask, openedDigests } from './digests.ts'
import type { BackupCodeSet } from './state.ts'
import { canRecover, noBackupCodes } from './state.ts'

export const backupCodeRules: FactorRules<'backup-code'> = {
  empty: noBackupCodes,
  sealPurposes: [['backup-code/', 'backup-code-digests']],
  isEnrolled: (state) => state['backup-code'].set !== null,
  isUsable: (state) => unusedCodes(state) > 0 && state['backup-code'].failures < limits.hardStop,
  amr: () => ['otp'],
  remove: (state) => ({ ...state, 'backup-code': noBackupCodes }),

  accept(state, { index, replaced }, { client, now }) {
    const { set } = state['backup-code']
    const after = set && (replaced ? { ...set, digests: replaced } : spend(set, index, now))
    const spent = withFactor(state, 'backup-code', { set: after })
    const left = unusedCodes(spent)
    return {
      state: spent,
      events: [{ type: 'backup_code_use', values: { left } }],
      messages: [notice({ template: 'backup-code-used', at: now, left, ...addressAndBrowser(client) }, now)],
    }
  },

  code: {
    read(state, { code }) {
      const { set } = state['backup-code']
      const text = set && normalizeBackupCode(code, set.profile)
      if (set === null || text === null) return 'malformed'
      return canRecover(set) ? 'strong' : text.length
    },
    rightTexts: (state, digits) =>
      state['backup-code'].set?.profile === 'numeric-6' && digits === 6 ? unusedCodes(state) : 0,
    check: checkBackupCode,
  },
}

function checkBackupCode(state: AccountState, question: CodeQuestion, results: TaskResults): CodeAnswer<'backup-code'> {
  const { set } = state['backup-code']
  if (set === null) return { status: 'wrong' }
  const hash = slowHashTask(set, question.code)
  const opening = digestsTask(set)
  const tasks: readonly Task[] = opening === null ? [hash] : [hash, opening]
  const missing = unworked(results, tasks)
  if (missing.length > 0) return { status: 'need', tasks: missing }

  const digest = resultOf(results, hash)
  const index = digest ? matchBackupCode({ digest, digests: openedDigests(set, results) ?? [] }) : -1
  const usedAt = set.usedAt[index]
  if (usedAt === undefined) return { status: 'wrong' }
  if (usedAt !== null) return { status: 'used', authenticator: null }
  return { status: 'matched', factor: 'backup-code', index }
}

function spend(set: BackupCodeSet, index: number, now: number): BackupCodeSet {
  return { ...set, usedAt: set.usedAt.map((at, place) => (place === index ? now : at)) }
}

export function unusedCodes(state: AccountState): number {
  return state['backup-code'].set?.usedAt.filter((at) => at === null).length ?? 0
}
