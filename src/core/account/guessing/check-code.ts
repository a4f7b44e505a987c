import { matchBackupCode } from '../../backup-codes/hash.ts'
import { normalizeBackupCode } from '../../backup-codes/text.ts'
import { normalizeCode } from '../../otp/code.ts'
import { verifyTotp } from '../../otp/totp.ts'
import type { SmsPurpose } from '../../sms/index.ts'
import { isE164 } from '../../e164.ts'
import { isSmsCode, matchesSmsCode, normalizeSmsCode } from '../../sms/code.ts'
import type { TaskResult, Task } from '../record/tasks.ts'
import { openedText, openTask, slowHashTask, resultOf } from '../record/tasks.ts'
import type { CodeFactor, Factor } from '../../factor.ts'
import { liveFactors } from '../factors/live-factors.ts'
import type { Settings } from '../record/settings.ts'
import { isLiveCode, smsKeyLength } from '../sms/code.ts'
import type { AccountState, SmsCode, TotpAuthenticator } from '../record/state.ts'
import type { Source } from './throttle.ts'
import { waitUntil } from './throttle.ts'

/** What a code turned out to be. `need` asks for proofs; everything else is final for this state and evidence. */
export type CodeCheck =
  | { readonly status: 'wait'; readonly retryAt: number }
  | { readonly status: 'no-factor' }
  | { readonly status: 'malformed' }
  /** It looks like a code by SMS, and none is awaited: it ran out, was used, or was for something else. */
  | { readonly status: 'expired' }
  | { readonly status: 'need'; readonly proofs: readonly Task[] }
  | { readonly status: 'wrong'; readonly reason: 'wrong' | 'replayed'; readonly compared: readonly CodeFactor[] }
  | CodeMatch

export type CodeMatch =
  | {
      readonly status: 'matched'
      readonly factor: 'totp'
      readonly authenticator: TotpAuthenticator
      readonly step: number
      readonly drift: number
    }
  | { readonly status: 'matched'; readonly factor: 'sms' }
  | { readonly status: 'matched'; readonly factor: 'backup-code'; readonly codeId: string }

export interface CodeQuestion {
  readonly code: string
  /** Only this factor is tried; absent: the text's shape decides. */
  readonly factor: Factor | null
  /** What a code by SMS must have been sent for. */
  readonly request: { readonly purpose: SmsPurpose; readonly id: string }
  readonly source: Source
  readonly now: number
  readonly settings: Settings
}

type Check = (state: AccountState, question: CodeQuestion, evidence: readonly TaskResult[]) => CodeCheck

/** Cheap proofs first, the slow hash last. */
const checks: readonly (readonly [CodeFactor, Check])[] = [
  ['totp', checkTotp],
  ['sms', checkSms],
  ['backup-code', checkBackupCode],
]

/** Compares a text with every live factor whose codes have its shape. */
export function checkCode(state: AccountState, question: CodeQuestion, evidence: readonly TaskResult[]): CodeCheck {
  const retryAt = waitUntil(state.throttle, question.source, question.now)
  if (retryAt !== null) return { status: 'wait', retryAt }
  const live = liveFactors(state, question.settings)
  const factors = live.filter((factor) => question.factor === null || factor === question.factor)
  if (!factors.some((factor) => factor !== 'passkey')) return { status: 'no-factor' }
  return compare(
    checks.filter(([factor]) => factors.includes(factor)),
    state,
    question,
    evidence,
  )
}

/** A backup code alone, whatever else is live: it lets its owner back in to enroll. */
export function checkRecoveryCode(
  state: AccountState,
  question: CodeQuestion,
  evidence: readonly TaskResult[],
): CodeCheck {
  const retryAt = waitUntil(state.throttle, question.source, question.now)
  if (retryAt !== null) return { status: 'wait', retryAt }
  return compare([['backup-code', checkBackupCode]], state, question, evidence)
}

function compare(
  tried: readonly (readonly [CodeFactor, Check])[],
  state: AccountState,
  question: CodeQuestion,
  evidence: readonly TaskResult[],
): CodeCheck {
  const compared: CodeFactor[] = []
  let replayed = false
  let expired = false
  for (const [factor, check] of tried) {
    const answer = check(state, question, evidence)
    if (answer.status === 'need' || answer.status === 'matched') return answer
    if (answer.status === 'expired') expired = true
    if (answer.status !== 'wrong') continue
    compared.push(factor)
    replayed = replayed || answer.reason === 'replayed'
  }
  if (compared.length === 0) return { status: expired ? 'expired' : 'malformed' }
  return { status: 'wrong', reason: replayed ? 'replayed' : 'wrong', compared }
}

function checkTotp(state: AccountState, question: CodeQuestion, evidence: readonly TaskResult[]): CodeCheck {
  const digits = normalizeCode(question.code)
  const candidates = state.totp.authenticators.filter(
    (authenticator) => digits !== null && authenticator.digits === digits.length,
  )
  if (candidates.length === 0) return { status: 'malformed' }

  const proofs: Task[] = []
  let match: CodeCheck | null = null
  let replayed = false
  for (const authenticator of candidates) {
    const proof = openTask(`state/totp/authenticators/${authenticator.id}/secret`, authenticator.secret)
    const secret = proof === null ? null : resultOf(evidence, proof)
    if (proof !== null && secret === undefined) proofs.push(proof)
    if (!secret) continue
    const answer = verifyTotp({
      secret,
      code: question.code,
      now: question.now,
      after: authenticator.lastStep,
      window: question.settings.totp.window,
      drift: authenticator.drift,
      digits: authenticator.digits,
      period: authenticator.period,
      algorithm: authenticator.algorithm,
    })
    // Every authenticator is examined, also after a match, so that time does not tell which one it was.
    if (answer.ok)
      match ??= { status: 'matched', factor: 'totp', authenticator, step: answer.step, drift: answer.drift }
    else if (answer.reason === 'replayed') replayed = true
  }
  if (proofs.length > 0) return { status: 'need', proofs }
  return match ?? { status: 'wrong', reason: replayed ? 'replayed' : 'wrong', compared: ['totp'] }
}

function checkSms(state: AccountState, question: CodeQuestion, evidence: readonly TaskResult[]): CodeCheck {
  if (!isSmsCode(normalizeSmsCode(question.code))) return { status: 'malformed' }
  const { code, number } = state.sms
  const { purpose, id } = question.request
  const awaited =
    code !== null &&
    number !== null &&
    code.purpose === purpose &&
    code.request === id &&
    code.number === number.id &&
    isLiveCode(code, question)
  if (!awaited) return { status: 'expired' }
  return compareSms({ code, path: 'state/sms/number/phone', phone: number.phone }, question.code, evidence)
}

/** Compares a text with the code that was sent to a number. */
export function compareSms(
  sent: { readonly code: SmsCode; readonly phone: SmsCode['digest']; readonly path: string },
  text: string,
  evidence: readonly TaskResult[],
): CodeCheck {
  const { code } = sent
  const opened = [openTask('state/sms/code/digest', code.digest), openTask(sent.path, sent.phone)]
  const proofs = opened.filter((proof): proof is Task & { kind: 'open' } => proof !== null)
  const missing = proofs.filter((proof) => resultOf(evidence, proof) === undefined)
  if (missing.length > 0) return { status: 'need', proofs: missing }
  const [keyed, number] = proofs.map((proof) => resultOf(evidence, proof))
  const phone = openedText(number)
  if (keyed?.length !== 2 * smsKeyLength || !isE164(phone)) {
    return { status: 'wrong', reason: 'wrong', compared: ['sms'] }
  }
  const matches = matchesSmsCode({
    key: keyed.subarray(0, smsKeyLength),
    digest: keyed.subarray(smsKeyLength),
    challenge: code.request,
    purpose: code.purpose,
    phone,
    text,
  })
  return matches ? { status: 'matched', factor: 'sms' } : { status: 'wrong', reason: 'wrong', compared: ['sms'] }
}

function checkBackupCode(state: AccountState, question: CodeQuestion, evidence: readonly TaskResult[]): CodeCheck {
  const set = state['backup-code'].set
  if (set === null || normalizeBackupCode(question.code, set.profile) === null) return { status: 'malformed' }
  const hash = slowHashTask(set, question.code)
  const opened = set.codes.map((code) => openTask(`state/backup-code/set/codes/${code.id}/digest`, code.digest))
  const proofs = [hash, ...opened].filter(
    (proof): proof is Exclude<typeof proof, null> => proof !== null && resultOf(evidence, proof) === undefined,
  )
  if (proofs.length > 0) return { status: 'need', proofs }

  const digest = resultOf(evidence, hash)
  const digests = opened.map((proof) => (proof === null ? null : resultOf(evidence, proof)) ?? new Uint8Array())
  const index = digest ? matchBackupCode({ digest, digests }) : -1
  const code = set.codes[index]
  if (code === undefined) return { status: 'wrong', reason: 'wrong', compared: ['backup-code'] }
  if (code.usedAt !== null) return { status: 'wrong', reason: 'replayed', compared: ['backup-code'] }
  return { status: 'matched', factor: 'backup-code', codeId: code.id }
}
