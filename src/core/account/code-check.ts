import { matchBackupCode, normalizeBackupCode } from '../backup-codes/index.ts'
import { normalizeCode, verifyTotp } from '../otp/index.ts'
import { limits } from '../limits.ts'
import type { Evidence, Proof } from './evidence.ts'
import { openProof, slowHashProof, valueOf } from './evidence.ts'
import type { Factor } from './factor.ts'
import type { Settings } from './settings.ts'
import type { AccountState, TotpDevice } from './state.ts'
import type { Origin } from './throttle.ts'
import { waitUntil } from './throttle.ts'

/** What a code turned out to be. `need` asks for proofs; everything else is final for this state and evidence. */
export type CodeCheck =
  | { readonly status: 'wait'; readonly retryAt: number }
  | { readonly status: 'no-factor' }
  | { readonly status: 'malformed' }
  | { readonly status: 'need'; readonly proofs: readonly Proof[] }
  | { readonly status: 'wrong'; readonly reason: 'wrong' | 'replayed'; readonly compared: readonly Factor[] }
  | CodeMatch

export type CodeMatch =
  | {
      readonly status: 'matched'
      readonly factor: 'totp'
      readonly device: TotpDevice
      readonly step: number
      readonly drift: number
    }
  | { readonly status: 'matched'; readonly factor: 'backup-code'; readonly codeId: string }

export interface CodeQuestion {
  readonly code: string
  /** Only this factor is tried; absent: the text's shape decides. */
  readonly factor: Factor | null
  readonly origin: Origin
  readonly now: number
  readonly settings: Settings
}

/** Factors enrolled, those switched off by the hard stop left out. */
export function liveFactors(state: AccountState): Factor[] {
  const factors: Factor[] = []
  if (state.totp.devices.length > 0 && state.totp.failures < limits.hardStop) factors.push('totp')
  if (unusedCodes(state) > 0 && state.backupCodes.failures < limits.hardStop) factors.push('backup-code')
  return factors
}

/** A second factor is asked for if a device is enrolled, even when every factor is switched off: that is no way in. */
export function hasFactor(state: AccountState): boolean {
  return state.totp.devices.length > 0
}

export function unusedCodes(state: AccountState): number {
  return state.backupCodes.set?.codes.filter((code) => code.usedAt === null).length ?? 0
}

/** Compares a text with every live factor whose codes have its shape: cheap proofs first, the slow hash last. */
export function checkCode(state: AccountState, question: CodeQuestion, evidence: readonly Evidence[]): CodeCheck {
  const retryAt = waitUntil(state.throttle, question.origin, question.now)
  if (retryAt !== null) return { status: 'wait', retryAt }
  const factors = liveFactors(state).filter((factor) => question.factor === null || factor === question.factor)
  if (factors.length === 0) return { status: 'no-factor' }

  const compared: Factor[] = []
  let replayed = false
  if (factors.includes('totp')) {
    const answer = checkTotp(state, question, evidence)
    if (answer.status === 'need' || answer.status === 'matched') return answer
    if (answer.status === 'wrong') {
      compared.push('totp')
      replayed = answer.reason === 'replayed'
    }
  }
  if (factors.includes('backup-code')) {
    const answer = checkBackupCode(state, question, evidence)
    if (answer.status === 'need' || answer.status === 'matched') return answer
    if (answer.status === 'wrong') {
      compared.push('backup-code')
      replayed = replayed || answer.reason === 'replayed'
    }
  }
  return compared.length === 0
    ? { status: 'malformed' }
    : { status: 'wrong', reason: replayed ? 'replayed' : 'wrong', compared }
}

function checkTotp(state: AccountState, question: CodeQuestion, evidence: readonly Evidence[]): CodeCheck {
  const digits = normalizeCode(question.code)
  const candidates = state.totp.devices.filter((device) => digits !== null && device.digits === digits.length)
  if (candidates.length === 0) return { status: 'malformed' }

  const proofs: Proof[] = []
  let match: CodeCheck | null = null
  let replayed = false
  for (const device of candidates) {
    const proof = openProof(`state/totp/devices/${device.id}/secret`, device.secret)
    const secret = proof === null ? null : valueOf(evidence, proof)
    if (proof !== null && secret === undefined) proofs.push(proof)
    if (!secret) continue
    const answer = verifyTotp({
      secret,
      code: question.code,
      now: question.now,
      after: device.lastStep,
      window: question.settings.totp.window,
      drift: device.drift,
      digits: device.digits,
      period: device.period,
      algorithm: device.algorithm,
    })
    // Every device is examined, also after a match, so that time does not tell which one it was.
    if (answer.ok) match ??= { status: 'matched', factor: 'totp', device, step: answer.step, drift: answer.drift }
    else if (answer.reason === 'replayed') replayed = true
  }
  if (proofs.length > 0) return { status: 'need', proofs }
  return match ?? { status: 'wrong', reason: replayed ? 'replayed' : 'wrong', compared: ['totp'] }
}

function checkBackupCode(state: AccountState, question: CodeQuestion, evidence: readonly Evidence[]): CodeCheck {
  const set = state.backupCodes.set
  if (set === null || normalizeBackupCode(question.code, set.profile) === null) return { status: 'malformed' }
  const hash = slowHashProof(set, question.code)
  const opened = set.codes.map((code) => openProof(`state/backupCodes/set/codes/${code.id}/digest`, code.digest))
  const proofs = [hash, ...opened].filter(
    (proof): proof is Proof => proof !== null && valueOf(evidence, proof) === undefined,
  )
  if (proofs.length > 0) return { status: 'need', proofs }

  const digest = valueOf(evidence, hash)
  const digests = opened.map((proof) => (proof === null ? null : valueOf(evidence, proof)) ?? new Uint8Array())
  const index = digest ? matchBackupCode({ digest, digests }) : -1
  const code = set.codes[index]
  if (code === undefined) return { status: 'wrong', reason: 'wrong', compared: ['backup-code'] }
  if (code.usedAt !== null) return { status: 'wrong', reason: 'replayed', compared: ['backup-code'] }
  return { status: 'matched', factor: 'backup-code', codeId: code.id }
}
