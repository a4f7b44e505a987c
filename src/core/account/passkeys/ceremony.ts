import type { CeremonyPurpose } from '../../flow.ts'
import { limits } from '../../limits.ts'
import type { TokenPayloads } from '../../token/index.ts'
import type { Context } from '../record/context.ts'
import type { AccountState, SpentCeremony } from '../record/state.ts'
import { isForgotten, remembered } from '../sessions/spent-tokens.ts'

export type Ceremony = TokenPayloads['ceremony']

/**
 * Why an answer is not checked: the challenge ended, was answered before, or was for something else [PKR-2, PKA-12].
 */
export function ceremonyFault(
  state: AccountState,
  ceremony: Ceremony,
  asked: { readonly purpose: CeremonyPurpose; readonly request: string },
  { now }: Context,
): 'purpose' | 'epoch' | 'expired' | 'used' | null {
  if (ceremony.purpose !== asked.purpose || ceremony.request !== asked.request) return 'purpose'
  if (ceremony.purpose !== 'passwordless' && ceremony.epoch !== state.epoch) return 'epoch'
  if (ceremony.expiresAt <= now) return 'expired'
  if (isForgotten(ceremony.expiresAt, state.forgotten.ceremonies, limits.ceremonyMs, now)) return 'expired'
  return state.spentCeremonies.some((spent) => spent.id === ceremony.id) ? 'used' : null
}

/** The list has no room for one more right answer. */
export function isFullOfCeremonies(state: AccountState, now: number): boolean {
  return state.spentCeremonies.filter((spent) => spent.right && spent.expiresAt > now).length >= limits.spentCeremonies
}

/**
 * Spends the challenge of a ceremony, after a right or a wrong answer. If room is needed, those with a wrong answer are
 * dropped early, the oldest first. Somebody who fills the list with wrong answers must not keep the owner out.
 */
export function spendCeremony(state: AccountState, ceremony: Ceremony, right: boolean, { now }: Context): AccountState {
  const { id, expiresAt } = ceremony
  const spent: SpentCeremony = { id, expiresAt, right, passwordless: ceremony.purpose === 'passwordless' }
  const { kept: others, forgotten } = remembered(
    state.spentCeremonies.filter((other) => other.id !== id),
    { forgotten: state.forgotten.ceremonies, room: limits.spentCeremonies - 1, now },
  )
  while (others.length >= limits.spentCeremonies) {
    const oldestWrong = others.findIndex((other) => !other.right)
    if (oldestWrong < 0) break
    others.splice(oldestWrong, 1)
  }
  return {
    ...state,
    spentCeremonies: others.length < limits.spentCeremonies ? [...others, spent] : others,
    forgotten: { ...state.forgotten, ceremonies: forgotten },
  }
}
