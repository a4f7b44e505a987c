import { requireInteger, requireObject } from '../../core/arguments.ts'
import { caps } from '../../core/limits.ts'

const terms = new WeakSet()

/** How long a device is trusted. */
export interface DeviceTrustTerms {
  readonly lifeMs: number
}

const dayMs = 86_400_000

/**
 * Lets owners trust a browser. A sign-in there asks for no factor until the trust ends, and is then at AAL1, because a
 * cookie is no authenticator (NIST SP 800-63B §3.2.1, §5.1). A site that needs two factors at each sign-in leaves this
 * off. Trust never counts for a step-up.
 *
 * @contract pure · lifeMs ms, an hour to 90 days, default 30 days · terms · throws NL_ARGUMENT
 * @example
 * createNightlatch({ ...options, trustedDevices: trustDevices({ lifeMs: 14 * 86_400_000 }) })
 */
export function trustDevices(options: { readonly lifeMs?: number | undefined } = {}): DeviceTrustTerms {
  requireObject(options, 'options')
  const { lifeMs = 30 * dayMs } = options
  requireInteger(lifeMs, 'lifeMs', { from: 3_600_000, to: caps.trustMs })
  const made = Object.freeze({ lifeMs })
  terms.add(made)
  return made
}

/** Only terms of {@link trustDevices} count, so that a search for that name finds whoever lowers the assurance. */
export function isDeviceTrustTerms(value: unknown): value is DeviceTrustTerms {
  return typeof value === 'object' && value !== null && terms.has(value)
}
