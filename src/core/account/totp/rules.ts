import { limits } from '../../limits.ts'
import { normalizeCode } from '../../otp/code.ts'
import { verifyTotp } from '../../otp/totp.ts'
import type { CodeAnswer, CodeQuestion, FactorRules, UsedAnswer } from '../factors/rules.ts'
import type { AccountState } from '../record/state.ts'
import { withFactor } from '../record/state.ts'
import type { OpenTask, TaskResults } from '../record/tasks.ts'
import { openedBy, openTask } from '../record/tasks.ts'
import { withAuthenticator } from './authenticators.ts'
import type { TotpAuthenticator, TotpMatch } from './state.ts'
import { noTotp } from './state.ts'
import { placeOf, totpUsedAgain } from './used-again.ts'

export const totpRules: FactorRules<'totp'> = {
  empty: noTotp,
  sealPurposes: [['totp/', 'totp-secret']],
  isEnrolled: ({ totp }) => totp.authenticators.length > 0,
  isUsable: ({ totp }) => totp.authenticators.length > 0 && totp.failures < limits.hardStop,
  amr: () => ['otp'],
  remove: (state) => ({ ...state, totp: noTotp }),
  endPending: (state) => withFactor(state, 'totp', { enrollment: null }),

  accept(state, { authenticator, step, drift }, use) {
    const isLearned = Math.abs(drift) <= Math.max(limits.learnedDrift, Math.abs(authenticator.drift))
    const used = { lastStep: step, lastUsedAt: use.now, usedFrom: placeOf(use), ...(isLearned ? { drift } : {}) }
    return { state: withAuthenticator(state, authenticator.id, used), events: [], messages: [] }
  },

  code: {
    read: (state, { code }) => {
      const digits = normalizeCode(code)?.length ?? 0
      return candidatesOf(state, digits).length > 0 ? digits : 'malformed'
    },
    rightTexts: (state, digits, { totp: { window } }) => candidatesOf(state, digits).length * (2 * window + 1),
    check: checkTotp,
    usedAgain: totpUsedAgain,
  },
}

function checkTotp(
  state: AccountState,
  { code, now, settings }: CodeQuestion,
  results: TaskResults,
): CodeAnswer<'totp'> {
  const tasks: OpenTask[] = []
  let match: TotpMatch | null = null
  let used: UsedAnswer | null = null
  for (const authenticator of candidatesOf(state, normalizeCode(code)?.length ?? 0)) {
    const task = secretTask(authenticator)
    const secret = openedBy(results, task)
    if (task !== null && secret === undefined) tasks.push(task)
    if (!secret) continue
    const { id, lastStep: after, drift, digits: length, period, algorithm } = authenticator
    const { window } = settings.totp
    const answer = verifyTotp({ secret, code, now, after, window, drift, digits: length, period, algorithm })
    // Every authenticator is examined, also after a match. So the time does not show which one it was.
    if (answer.ok) {
      match ??= { status: 'matched', factor: 'totp', authenticator, step: answer.step, drift: answer.drift }
    } else if (answer.reason === 'replayed' && (used?.authenticator ?? null) === null) {
      used = { status: 'used', authenticator: answer.step === after ? id : null }
    }
  }
  if (tasks.length > 0) return { status: 'need', tasks }
  return match ?? used ?? { status: 'wrong' }
}

function candidatesOf({ totp }: AccountState, digits: number): readonly TotpAuthenticator[] {
  return totp.authenticators.filter((authenticator) => authenticator.digits === digits)
}

export function secretTask({ id, secret }: TotpAuthenticator): OpenTask | null {
  return openTask(`state/totp/authenticators/${id}/secret`, secret)
}
