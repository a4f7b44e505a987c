import type { CeremonyPurpose } from '../../flow.ts'
import type { TokenPayloads } from '../../token/index.ts'
import type { Context } from '../record/context.ts'
import type { AccountState } from '../record/state.ts'
import { isSpent } from '../sessions/spent-tokens.ts'

export type Ceremony = TokenPayloads['ceremony']

/** What an answer is for: the purpose, the challenge or session that it belongs to, and the round of that. */
export type AskedCeremony = Pick<Ceremony, 'request' | 'round'> & { readonly purpose: CeremonyPurpose }

/**
 * Why an answer is not checked: its ceremony ended, was for something else, was answered right before, or belongs to a
 * round that a wrong answer ended [PKR-2, PKA-12].
 */
export function ceremonyFault(
  state: AccountState,
  ceremony: Ceremony,
  asked: AskedCeremony,
  { now }: Context,
): 'purpose' | 'epoch' | 'expired' | 'round' | 'used' | null {
  if (ceremony.purpose !== asked.purpose || ceremony.request !== asked.request) return 'purpose'
  if (ceremony.purpose !== 'passwordless' && ceremony.epoch !== state.epoch) return 'epoch'
  if (ceremony.expiresAt <= now) return 'expired'
  if (ceremony.round !== asked.round) return 'round'
  const isUsed = isSpent(state, 'spentProofs', ceremony) || isSpent(state, 'spentCeremonies', ceremony)
  return isUsed ? 'used' : null
}
