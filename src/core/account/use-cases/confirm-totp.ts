import type { TokenPayloads } from '../../token/index.ts'
import type { DraftEvent } from '../../events/catalogue.ts'
import { limits } from '../../limits.ts'
import type { VerifyTotpOutcome } from '../../otp/index.ts'
import { verifyTotp } from '../../otp/index.ts'
import { seenFrom } from '../code-verdict.ts'
import { openProof, valueOf } from '../evidence.ts'
import { amrOf } from '../factor.ts'
import type { NewCodes } from '../new-codes.ts'
import { newCodes } from '../new-codes.ts'
import { notice } from '../notice.ts'
import type { Authorization } from '../session.ts'
import { authorize, bumpEpoch, isRecent, rememberDevice, renewedGrant } from '../session.ts'
import type { AccountState, Session, TotpDevice, TotpEnrollment } from '../state.ts'
import type { Client, Context, Decision, UseCase } from '../use-case.ts'
import { decided, done, ready } from '../use-case.ts'

export interface ConfirmTotp {
  readonly auth: Authorization
  readonly code: string
  readonly client: Client
}

export type ConfirmTotpResult =
  | {
      readonly ok: true
      readonly device: string
      readonly grant: TokenPayloads['grant'] | null
      /** With the first factor only; shown once. */
      readonly backupCodes: readonly string[] | null
      /** When this completed a sign-in that had to enroll first. */
      readonly deviceId: string | null
    }
  | {
      readonly ok: false
      readonly reason: 'signed-out' | 'no-enrollment' | 'malformed' | 'wrong' | 'too-many-tries'
      readonly triesLeft: number | null
    }

/** Steps 2 and 3: a code from the app proves the device; with the first one come the backup codes. */
export const confirmTotp: UseCase<ConfirmTotp, ConfirmTotpResult> = {
  plan(state, command, context, evidence) {
    const authorized = authorize(state, command.auth, context.now, 'enroll')
    if (!authorized.ok) return done({ ok: false, reason: 'signed-out', triesLeft: null })
    const enrollment = pending(state, authorized.session, context.now)
    if (enrollment === null) return done({ ok: false, reason: 'no-enrollment', triesLeft: null })

    const proof = openProof('state/totp/enrollment/secret', enrollment.secret)
    const secret = proof === null ? null : valueOf(evidence, proof)
    if (proof !== null && secret === undefined) return { step: 'need', proofs: [proof] }
    const answer = check(enrollment, secret ?? null, command.code, context)
    if (!answer.ok && answer.reason === 'malformed') {
      return done({ ok: false, reason: 'malformed', triesLeft: limits.enrollmentTries - enrollment.failures })
    }
    if (answer.ok && needsCodes(state)) {
      const made = newCodes(context, evidence)
      if (made.status === 'need') return { step: 'need', proofs: made.proofs }
    }
    return ready
  },

  decide(state, command, context, evidence) {
    const authorized = authorize(state, command.auth, context.now, 'enroll')
    const session = authorized.ok ? authorized.session : null
    const enrollment = pending(state, session, context.now)
    if (enrollment === null) return decided(state, { ok: false, reason: 'no-enrollment', triesLeft: null })
    const proof = openProof('state/totp/enrollment/secret', enrollment.secret)
    const secret = (proof === null ? null : valueOf(evidence, proof)) ?? null
    const answer = check(enrollment, secret, command.code, context)
    if (!answer.ok || secret === null) return refuse(state, enrollment, answer.ok ? 'wrong' : answer.reason)
    const made = needsCodes(state) ? newCodes(context, evidence) : null
    return accept(state, command, context, { enrollment, session, secret, answer, made })
  },
}

function accept(
  state: AccountState,
  { auth, client }: ConfirmTotp,
  context: Context,
  confirmed: {
    readonly enrollment: TotpEnrollment
    readonly session: Session | null
    readonly secret: Uint8Array
    readonly answer: Extract<VerifyTotpOutcome, { ok: true }>
    readonly made: NewCodes | null
  },
): Decision<ConfirmTotpResult> {
  const { now } = context
  const { enrollment, session, secret, answer } = confirmed
  const made = confirmed.made?.status === 'made' ? confirmed.made : null
  const { id, label, algorithm, digits, period } = enrollment
  const drift = Math.abs(answer.drift) <= limits.learnedDrift ? answer.drift : 0
  // Confirming counts as using the code: its step is spent [TOTP-15].
  const device: TotpDevice = {
    id,
    label,
    algorithm,
    digits,
    period,
    secret: { seal: secret },
    createdAt: now,
    lastUsedAt: null,
    lastStep: answer.step,
    drift,
  }
  // TOTP switched off by the hard stop is bound anew: its former devices do not come back with it.
  const off = state.totp.failures >= limits.hardStop
  const former = off ? [] : state.totp.devices
  // A browser that came in with the password alone is no known device of an account with a second factor.
  const first = state.totp.devices.length === 0
  const knownDevices = first ? state.knownDevices.filter(({ id }) => id === session?.deviceId) : state.knownDevices
  const raised: AccountState = {
    ...state,
    knownDevices,
    totp: { devices: [...former, device], enrollment: null, failures: off ? 0 : state.totp.failures },
    backupCodes: made === null ? state.backupCodes : { set: made.set, failures: 0 },
  }
  // A session that came in to enroll completes its sign-in here, and its browser becomes known.
  const entering = session?.kind === 'enroll' ? rememberDevice(raised, client, context) : null
  const deviceId = entering?.deviceId ?? session?.deviceId ?? null
  const entered: AccountState = {
    ...(entering?.state ?? raised),
    sessions: state.sessions.map((entry) => (entry.id === session?.id ? { ...completed(entry), deviceId } : entry)),
  }
  const bumped = bumpEpoch(entered, session?.id ?? null)
  const events: DraftEvent[] = [{ type: 'mfa_enroll', values: { factor: 'totp', device: id, label } }]
  if (made !== null) events.push({ type: 'backup_code_regenerate', values: { count: made.codes.length } })
  if (session?.kind === 'enroll') {
    const { primary, aal, amr } = completed(session)
    const failures = state.throttle.failures
    events.push({
      type: 'authn_login_success',
      values: { primary, factor: 'totp', device: id, aal, amr, knownDevice: false, failures },
    })
  }
  return decided<ConfirmTotpResult>(
    bumped,
    {
      ok: true,
      device: id,
      grant: renewedGrant(bumped, auth),
      backupCodes: made?.codes ?? null,
      deviceId: entering?.deviceId ?? null,
    },
    {
      events,
      messages: [notice({ template: 'factor-added', factor: 'totp', label, at: now, ...seenFrom(client) }, now)],
    },
  )
}

function completed(session: Session): Session {
  return { ...session, kind: 'full', factor: 'totp', aal: 2, amr: amrOf(session.primary, 'totp') }
}

function refuse(
  state: AccountState,
  enrollment: TotpEnrollment,
  reason: 'malformed' | 'wrong' | 'replayed',
): Decision<ConfirmTotpResult> {
  const failures = enrollment.failures + 1
  const over = failures >= limits.enrollmentTries
  return decided<ConfirmTotpResult>(
    { ...state, totp: { ...state.totp, enrollment: over ? null : { ...enrollment, failures } } },
    over
      ? { ok: false, reason: 'too-many-tries', triesLeft: 0 }
      : { ok: false, reason: 'wrong', triesLeft: limits.enrollmentTries - failures },
    { events: [{ type: 'mfa_enroll_fail', values: { factor: 'totp', device: enrollment.id, reason } }] },
  )
}

function pending(state: AccountState, session: Session | null, now: number): TotpEnrollment | null {
  const enrollment = state.totp.enrollment
  if (enrollment === null || !isRecent(enrollment.startedAt, limits.enrollmentMs, now)) return null
  return enrollment.session === (session?.id ?? null) ? enrollment : null
}

function check(
  enrollment: TotpEnrollment,
  secret: Uint8Array | null,
  code: string,
  { now, settings }: Context,
): VerifyTotpOutcome {
  if (secret === null) return { ok: false, reason: 'wrong' }
  const { algorithm, digits, period } = enrollment
  return verifyTotp({ secret, code, now, window: settings.totp.window, algorithm, digits, period })
}

/** With the first device alone: a set that is used up, or that the hard stop switched off, is renewed by the owner. */
function needsCodes(state: AccountState): boolean {
  return state.backupCodes.set === null || state.totp.devices.length === 0
}
