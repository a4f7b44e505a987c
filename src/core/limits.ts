const second = 1000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour

/**
 * Every number that bounds something, in one place. Times are ms. Those that a host may change are options of
 * `createNightlatch`, within the caps of {@link caps}.
 */
export const limits = {
  /** A record's document, in UTF-16 code units. Refused above. */
  recordLength: 64 * 1024,
  attemptIds: 64,
  totpDevices: 20,
  sessions: 50,
  knownDevices: 20,
  places: 64,
  challenges: 32,
  spentProofs: 32,
  accountIdLength: 180,
  nameLength: 320,
  labelLength: 64,
  userAgentLength: 300,
  codeLength: 64,
  tokenLength: 4096,

  challengeMs: 10 * minute,
  challengeTries: 5,
  enrollmentMs: 30 * minute,
  enrollmentTries: 10,
  proofMs: 5 * minute,
  deviceTokenMs: 400 * day,
  /** The first enrollment asks for a primary authentication not older than this. */
  freshPrimaryMs: 10 * minute,
  /** An `enroll` grant lives this long. */
  enrollGrantMs: 30 * minute,

  /** Wrong codes per place (network, or known device) before waits begin. */
  freeFailures: 3,
  firstWaitMs: 5 * second,
  longestWaitMs: 15 * minute,
  /** Failures in a row over all places that lock code entry for unknown devices. */
  lockAfter: 20,
  lockMs: 15 * minute,
  /** Consecutive failures that switch a factor off [THR-1]. */
  hardStop: 100,
  /** A place without a failure for this long is forgotten. */
  placeMs: day,

  factorFailedMailEveryMs: hour,
  lockMailEveryMs: 6 * hour,

  /** TOTP steps that a device's clock may be learned to be off, without a resynchronization. */
  learnedDrift: 2,

  commitTries: 12,
  planRounds: 8,
  messageLeaseMs: 60 * second,
  noticeMs: 3 * day,
  retryFirstMs: 30 * second,
  retryLongestMs: hour,
  sweepEveryMs: 30 * second,
  historyPage: 100,
} as const

/** The largest values a host may configure. */
export const caps = {
  challengeMs: hour,
  challengeTries: 10,
  proofMs: 15 * minute,
  totpWindow: 5,
} as const
