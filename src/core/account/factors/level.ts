import type { Amr, Factor, HostPrimary, Level, Primary } from '../../factor.ts'
import { factorRules } from './registry.ts'
import type { ShownTraits } from './rules.ts'

/** The level of the primary authentication alone. */
export function primaryLevel(primary: HostPrimary): Level {
  return { aal: 1, amr: primaryAmr(primary) }
}

/**
 * The level of primary authentication and factor together. A mailbox is no authenticator (SP 800-63B §3.1.3.1). So
 * after a mailed link the factor counts alone, unless it is a passkey that verified its user. The host is responsible
 * for what it calls `oauth` or `other`.
 */
export function levelOf(primary: Primary, factor: Factor, traits: ShownTraits = {}): Level {
  const amr = [...primaryAmr(primary), ...factorRules[factor].amr(traits)]
  const isSingle = primary === 'magic-link' && traits.verified !== true
  return isSingle ? { aal: 1, amr } : { aal: 2, amr: [...amr, 'mfa'] }
}

function primaryAmr(primary: Primary): readonly Amr[] {
  return primary === 'password' ? ['pwd'] : []
}
