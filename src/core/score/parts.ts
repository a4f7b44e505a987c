import type { ScoreFacts } from './facts.ts'

/** `second` is a further authenticator. `recovery` is the way back in by backup codes. The last three are settings. */
export type ScorePartId =
  'factor' | 'second' | 'recovery' | 'password' | 'login-alerts' | 'ip-rules' | 'anti-phishing-code'

/** Why a part earned its points. A page chooses its text by this. */
export type ScorePartState =
  | 'none'
  | 'sms'
  | 'totp'
  | 'passkey'
  | 'user-verified-passkey'
  | 'authenticator'
  | 'low'
  | 'ready'
  | 'breached'
  | 'short'
  | 'nothing-known-against-it'
  | 'off'
  | 'on'

/** One part of the score: its possible points, its earned points, and the state that explains them. */
export interface ScorePart {
  readonly id: ScorePartId
  readonly points: number
  readonly earned: number
  readonly state: ScorePartState
}

type Scale<State extends string> = Readonly<Record<State, number>>

// The sum of all parts is 100. The numbers are chosen so that the levels of score.ts follow from sums alone, without
// special cases. The most points without a passkey are 80. With a breached password they are 85. With one passkey and
// no second way in they are 74, with a phone number alone 51, and without a factor 24.
const factorScale = { none: 0, sms: 14, totp: 30, passkey: 44, 'user-verified-passkey': 50 } as const
const secondScale = { none: 0, sms: 5, authenticator: 13 } as const
const recoveryScale = { none: 0, low: 6, ready: 13 } as const
const passwordScale = { breached: 0, short: 6, 'nothing-known-against-it': 15 } as const
const hygieneScale = { off: 0, on: 3 } as const

function part<State extends ScorePartState>(id: ScorePartId, scale: Scale<State>, state: State): ScorePart {
  return { id, points: Math.max(...Object.values<number>(scale)), earned: scale[state], state }
}

function bestFactor(facts: ScoreFacts): keyof typeof factorScale {
  if (facts.userVerifiedPasskeys > 0) return 'user-verified-passkey'
  if (facts.passkeys > 0) return 'passkey'
  if (facts.totpAuthenticators > 0) return 'totp'
  return facts.sms ? 'sms' : 'none'
}

function secondFactor(facts: ScoreFacts): keyof typeof secondScale {
  const authenticators = facts.totpAuthenticators + facts.passkeys
  if (authenticators > 1) return 'authenticator'
  return authenticators === 1 && facts.sms ? 'sms' : 'none'
}

// Backup codes replace a lost factor. Without a factor they recover nothing.
function recovery(facts: ScoreFacts): keyof typeof recoveryScale {
  if (facts.backupCodesLeft === 0 || bestFactor(facts) === 'none') return 'none'
  return facts.backupCodesLeft * 3 >= facts.backupCodesTotal ? 'ready' : 'low'
}

function password(facts: ScoreFacts): keyof typeof passwordScale {
  if (facts.passwordWeaknesses.includes('breached')) return 'breached'
  return facts.passwordWeaknesses.includes('short') ? 'short' : 'nothing-known-against-it'
}

const onOff = (on: boolean): keyof typeof hygieneScale => (on ? 'on' : 'off')

export function partsOf(facts: ScoreFacts): readonly ScorePart[] {
  return [
    part('factor', factorScale, bestFactor(facts)),
    part('second', secondScale, secondFactor(facts)),
    part('recovery', recoveryScale, recovery(facts)),
    part('password', passwordScale, password(facts)),
    part('login-alerts', hygieneScale, onOff(facts.loginAlerts)),
    part('ip-rules', hygieneScale, onOff(facts.ipRules)),
    part('anti-phishing-code', hygieneScale, onOff(facts.antiPhishingCode)),
  ]
}

export function sumOf(parts: readonly ScorePart[]): number {
  return parts.reduce((sum, { earned }) => sum + earned, 0)
}

/** The warnings that a page shows beside a score. */
export type ScoreRisk = 'no-factor' | 'sms-only' | 'no-recovery' | 'backup-codes-low' | 'password-breached'

export function risksOf(facts: ScoreFacts, parts: readonly ScorePart[]): readonly ScoreRisk[] {
  const risks: ScoreRisk[] = []
  const state = new Map(parts.map((part) => [part.id, part.state]))
  if (state.get('factor') === 'none') risks.push('no-factor')
  else if (state.get('second') === 'none' && state.get('recovery') === 'none') risks.push('no-recovery')
  if (state.get('factor') === 'sms') risks.push('sms-only')
  if (state.get('recovery') === 'low') risks.push('backup-codes-low')
  if (facts.passwordWeaknesses.includes('breached')) risks.push('password-breached')
  return risks
}
