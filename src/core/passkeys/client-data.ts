import { textOf } from '../bytes.ts'
import type { RelyingParty } from './relying-party.ts'

export type CeremonyType = 'webauthn.create' | 'webauthn.get'

function parse(bytes: Uint8Array): Readonly<Record<string, unknown>> | null {
  try {
    const value = JSON.parse(textOf(bytes)) as unknown
    return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : null
  } catch {
    // The bytes are not UTF-8 or not JSON.
    return null
  }
}

/** If a frame of another origin asks, browsers name the top page. Without that name nothing can be checked. */
function frameAllowed(crossOrigin: unknown, topOrigin: unknown, { topOrigins }: RelyingParty): boolean {
  if (crossOrigin === undefined || crossOrigin === false) return topOrigin === undefined
  return crossOrigin === true && topOrigins.some((allowed) => allowed === topOrigin)
}

/**
 * Whether the browser states the expected type, the expected challenge and an allowed page [PKR-3, PKR-4, PKR-5,
 * PKA-3]. Other fields are ignored, because browsers may add some.
 */
export function isExpectedClientData(question: {
  readonly bytes: Uint8Array
  readonly type: CeremonyType
  readonly challenge: string
  readonly relyingParty: RelyingParty
}): boolean {
  const { bytes, type, challenge, relyingParty } = question
  const stated = parse(bytes)
  if (stated === null || stated.type !== type || stated.challenge !== challenge) return false
  if (!relyingParty.origins.some((allowed) => allowed === stated.origin)) return false
  return frameAllowed(stated.crossOrigin, stated.topOrigin, relyingParty)
}
