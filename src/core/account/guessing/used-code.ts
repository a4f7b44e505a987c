import { factorRules } from '../factors/registry.ts'
import type { UsedAgain } from '../factors/rules.ts'
import type { AccountState } from '../record/state.ts'
import type { Change } from '../record/step.ts'
import type { UsedCode } from './check-code.ts'
import { chargeSource, waitUntil } from './throttle.ts'
import type { Attempt } from './verdict.ts'
import { failedFactor, noticeFailure } from './verdict.ts'

/**
 * Charges a right code that was used already. It is no guess, so it only makes its source wait. The owner gets a mail
 * unless the code was used in the same place, where a person has just typed it twice [TOTP-12].
 */
export function chargeUsed(state: AccountState, attempt: Attempt & { readonly used: UsedCode }): Change {
  const { used, source, client, now } = attempt
  const waiting: AccountState = { ...state, throttle: chargeSource(state.throttle, source, now) }
  const again = usedAgain(waiting, attempt)
  const isTold = again.messages.length > 0
  const isStrange = !again.isSamePlace && !isTold && source.kind !== 'device'
  const noticed = noticeFailure(again.state, { client, now, isStrange })
  const wait = waitUntil(again.state, source, used.cost ?? 0, now)
  const failed = failedFactor({
    ...attempt,
    compared: used.compared,
    reason: 'used',
    ...(wait === null ? {} : { waitUntil: wait }),
    usedElsewhere: isTold,
  })
  return {
    state: { ...again.state, notices: noticed.notices },
    events: [failed],
    messages: [...again.messages, ...noticed.messages],
  }
}

function usedAgain(
  state: AccountState,
  { used: { factor, authenticator }, source, client, now }: Attempt & { readonly used: UsedCode },
): UsedAgain {
  const use = { client, device: source.device, now }
  const known = authenticator === null ? undefined : factorRules[factor].code?.usedAgain?.(state, authenticator, use)
  return known ?? { state, isSamePlace: false, messages: [] }
}
