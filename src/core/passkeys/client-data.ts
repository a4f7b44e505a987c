import { textOf } from '../bytes.ts'
import type { RelyingParty } from './relying-party.ts'

export type CeremonyType = 'webauthn.create' | 'webauthn.get'

function parse(bytes: Uint8Array): Readonly<Record<string, unknown>> | null {
  try {
    const value = JSON.parse(textOf(bytes)) as unknown
    return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : null
  } catch {
    // Neither UTF-8 nor JSON.
    return null
  }
}

/** Browsers name the page on top whenever a frame of another origin asks: without the name there is nothing to check. */
function frameAllowed(crossOrigin: unknown, topOrigin: unknown, { topOrigins }: RelyingParty): boolean {
  if (crossOrigin === undefined || crossOrigin === false) return topOrigin === undefined
  return crossOrigin === true && topOrigins.some((allowed) => allowed === topOrigin)
}

/**
 * Whether the browser says that this ceremony was asked for, by this challenge, from a page that may ask [PKR-3, PKR-4,
 * PKR-5, PKA-3]. What else it says is left out: it may say more in future.
 */
export function isExpectedClientData(question: {
  readonly bytes: Uint8Array
  readonly type: CeremonyType
  readonly challenge: string
  readonly relyingParty: RelyingParty
}): boolean {
  const { bytes, type, challenge, relyingParty } = question
  const said = parse(bytes)
  if (said === null || said.type !== type || said.challenge !== challenge) return false
  if (!relyingParty.origins.some((allowed) => allowed === said.origin)) return false
  return frameAllowed(said.crossOrigin, said.topOrigin, relyingParty)
}
