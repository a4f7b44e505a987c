import { limits } from '../../limits.ts'
import { isSmsCode, normalizeSmsCode } from '../../sms/code.ts'
import type { FactorRules } from '../factors/rules.ts'
import { withFactor } from '../record/state.ts'
import { compareWithSent, isAwaited } from './compare.ts'
import { numberPath, sendToNumber, smsCodeDigits, spendCode } from './code.ts'
import { noSms } from './state.ts'

export const smsRules: FactorRules<'sms'> = {
  empty: noSms,
  sealPurposes: [
    ['sms/code/digest', 'sms-code-digest'],
    ['sms/', 'phone-number'],
  ],
  isEnrolled: ({ sms }) => sms.number !== null,
  isUsable: ({ sms }, settings) => sms.number !== null && sms.failures < limits.hardStop && settings.sms !== null,
  amr: () => ['sms'],
  // Sent messages and wrong codes stay counted. Removing a number and adding it again allows no more of them.
  remove: (state) => ({ ...state, sms: { ...noSms, sends: state.sms.sends, unproven: state.sms.unproven } }),
  endPending: (state) => withFactor(state, 'sms', { enrollment: null, code: null }),

  accept(state, _match, { now }) {
    const { number, code } = state.sms
    const used = withFactor(state, 'sms', { number: number && { ...number, lastUsedAt: now } })
    const values = { purpose: code?.purpose ?? 'login', country: number?.country ?? '' }
    return { state: spendCode(used), events: [{ type: 'sms_verify', values }], messages: [] }
  },

  sender(state) {
    const { number: to } = state.sms
    if (to === null) return null
    return {
      to: to.masked,
      send: (request, context, results) => sendToNumber(state, { ...request, to, path: numberPath }, context, results),
    }
  },

  code: {
    read(state, question) {
      const digits = normalizeSmsCode(question.code)
      if (!isSmsCode(digits) || digits.length !== smsCodeDigits) return 'malformed'
      const { code, number } = state.sms
      const awaited = { ...question.request, number: number?.id ?? null }
      return code !== null && isAwaited(code, awaited, question) ? digits.length : 'expired'
    },
    rightTexts: ({ sms }, digits) => (sms.number !== null && digits === smsCodeDigits ? 1 : 0),
    check(state, question, results) {
      const { code, number } = state.sms
      if (code === null || number === null) return { status: 'wrong' }
      return compareWithSent({ code, path: numberPath, phone: number.phone }, question.code, results)
    },
  },
}
