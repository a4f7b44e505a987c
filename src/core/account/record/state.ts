import type { Aal, Amr, CodeFactor, Factor, Method, Primary } from '../../factor.ts'
import type { RecordMark } from '../../record/mark.ts'
import type { FactorStates } from '../factors/factor-types.ts'
import type { QueuedLately } from './queued-lately.ts'
import type { Tally } from './tally.ts'

/** The record of an account, with each factor under its own name. All times are ms since epoch. */
export interface AccountState extends FactorStates {
  /** Which record this is, and how many commits it has had. The loop keeps it beside the state. */
  readonly record: RecordMark
  readonly createdAt: number
  /** Every sensitive change raises it. Sealed tokens of an older epoch are refused. */
  readonly epoch: number
  /** How often the password was changed. A challenge whose primary was an older one is refused. */
  readonly passwords: number
  /** The factor that the owner wants to be asked for first. Null if the owner chose none. */
  readonly preferred: Method | null
  readonly throttle: Throttle
  /** Challenges with failures. */
  readonly challenges: readonly ChallengeEntry[]
  /**
   * The highest commit number among challenges whose entry was dropped for room. A challenge that has no entry and no
   * higher number is over, unless a known device began it.
   */
  readonly challengesOver: number
  readonly spentChallenges: readonly Spent[]
  /** Used proofs, and step-up ceremonies with a right answer. A new epoch ends both. */
  readonly spentProofs: readonly Spent[]
  /** Ceremonies of a passkey alone, with a right answer. They belong to no epoch. */
  readonly spentCeremonies: readonly Spent[]
  readonly sessions: readonly Session[]
  readonly knownDevices: readonly KnownDevice[]
  readonly notices: {
    readonly factorFailedAt: number | null
    readonly lockedAt: number | null
    readonly luckAt: number | null
  }
  /** The messages of the last days. */
  readonly queued: QueuedLately
  /** When the account's grace under a policy began. */
  readonly requiredAt: number | null
}

export interface Throttle {
  readonly sources: readonly SourceFailures[]
  /** Evaluated failures since the sign-in before, for the history. */
  readonly failures: number
  /** Failures of unknown sources in a row, which lock. A lock does not restart them. */
  readonly row: number
  /** How many of the row were typed behind the password that the account has now. */
  readonly rowBehindPassword: number
  /** When the lock for unknown sources was last set. */
  readonly lockedAt: number | null
  /** When the bucket of all unknown sources was empty, and that of sessions whose device is not listed. Null: full. */
  readonly luck: { readonly unknown: number | null; readonly sessions: number | null }
  /** When resets of the password gave guesses back lately. */
  readonly returnedAt: readonly number[]
  /** Since when wrong codes show that somebody else knows the password. Null: they do not, or it was changed. */
  readonly passwordKnownAt: number | null
}

/** Wrong codes from one source: a network, a known device or a session. */
export interface SourceFailures {
  readonly id: string
  readonly failures: number
  readonly failedAt: number
}

/** A token that was used: the beginning of its id, and its end. */
export type Spent = readonly [id: string, end: number]

/** A challenge is not in the record before its first failure. */
export interface ChallengeEntry {
  /** The beginning of its id. */
  readonly id: string
  /** The number of the commit that made it. */
  readonly commit: number
  /** Where it began: a network, or a known device. */
  readonly source: string
  readonly keptUntil: number
  readonly failures: number
  /** What its failures charged to each factor's hard count. A success takes it back. */
  readonly charged: Charges
  /** How many answers of a passkey were wrong. */
  readonly round: number
  /** How many codes were right and used already. */
  readonly used: number
  /** Challenges of the same source up to this number are over, if they have no entry. */
  readonly over: number
}

/** What was charged to the hard count of each factor that can be guessed. */
export type Charges = Readonly<Record<CodeFactor, readonly [failures: number, strangers: number]>>

export interface Session {
  readonly id: string
  /** `enroll`: it can only enroll a factor. */
  readonly kind: 'full' | 'enroll'
  /** For `enroll`: one of these must be enrolled. */
  readonly needs: readonly Method[]
  readonly createdAt: number
  /** When its grant got a fresh time: at the sign-in, and at each step-up [SES-3]. */
  readonly renewedAt: number
  readonly primary: Primary
  readonly primaryAt: number
  readonly factor: Factor | null
  readonly aal: Aal
  readonly amr: readonly Amr[]
  readonly ip: string | null
  /** Only of a session without a device. A device is listed with its own. */
  readonly userAgent: string | null
  readonly deviceId: string | null
  /** No factor was needed, because the device was trusted. */
  readonly trusted: boolean
  /** How many answers of a passkey to a step-up of this session were wrong. A ceremony of an earlier round is void. */
  readonly round: number
  /** What it changed in the last hour. */
  readonly changes: Tally | null
}

export interface KnownDevice {
  readonly id: string
  readonly firstAt: number
  readonly lastAt: number
  /** As the browser described itself last. */
  readonly userAgent: string | null
  /** When its bucket of luck was empty. Null: it is full. */
  readonly emptiedAt: number | null
  readonly trust: DeviceTrust | null
}

/** The owner's decision that a device needs no factor at sign-in [SES-10]. */
export interface DeviceTrust {
  /** SHA-256 of the text in the device's token, base64url. */
  readonly digest: string
  readonly epoch: number
  readonly since: number
  readonly lastUsedAt: number
  readonly until: number
}

/** The mark of what the commit of this step makes. */
export function nextMark({ record: { birth, commit } }: AccountState): RecordMark {
  return { birth, commit: commit + 1 }
}

/** Changes some fields of one factor. */
export function withFactor<F extends Factor>(
  state: AccountState,
  factor: F,
  change: Partial<FactorStates[F]>,
): AccountState {
  return { ...state, [factor]: { ...state[factor], ...change } }
}
