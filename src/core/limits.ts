/**
 * Every number that bounds something, in one place. Times are ms. Those that a host may change are options of
 * `createNightlatch`, within the caps of {@link caps}.
 */
export const limits = {
  /** A record's body, in UTF-16 code units. Refused above; every list is capped so that it is never reached. */
  recordLength: 65_536,
  attemptIds: 64,
  totpAuthenticators: 10,
  passkeys: 10,
  /** Characters of all credential ids and public keys together. */
  passkeysLength: 6000,
  spentCeremonies: 32,
  sessions: 32,
  knownDevices: 20,
  sources: 64,
  challenges: 32,
  spentProofs: 32,
  accountIdLength: 180,
  nameLength: 320,
  labelLength: 64,
  userAgentLength: 300,
  /** In the record, where all sessions and known devices share the cap. */
  sessionUserAgentLength: 120,
  backupCodes: 20,
  codeLength: 64,
  tokenLength: 4096,

  challengeMs: 600_000, // 10 minutes
  challengeTries: 5,
  enrollmentMs: 1_800_000, // 30 minutes
  enrollmentTries: 10,
  proofMs: 300_000, // 5 minutes
  /** As long as a browser waits for the authenticator. */
  ceremonyMs: 300_000, // 5 minutes
  deviceTokenMs: 34_560_000_000, // 400 days
  /** The first enrollment asks for a primary authentication not older than this. */
  freshPrimaryMs: 600_000, // 10 minutes
  /** An `enroll` grant lives this long. */
  enrollGrantMs: 1_800_000, // 30 minutes

  /** Wrong codes per place (network, or known device) before waits begin. */
  freeFailures: 3,
  firstWaitMs: 5000, // 5 seconds
  longestWaitMs: 900_000, // 15 minutes
  /** Failures in a row over all places that lock code entry for unknown devices. */
  lockAfter: 20,
  lockMs: 900_000, // 15 minutes
  /** Consecutive failures that switch a factor off [THR-1]. */
  hardStop: 100,
  /** A place without a failure for this long is forgotten. */
  sourceMs: 86_400_000, // 1 day

  /** A known device that has to wait this long is told of like any other: it may not be the owner who has it. */
  tellingWaitMs: 60_000, // 60 seconds
  factorFailedMailEveryMs: 3_600_000, // 1 hour
  lockMailEveryMs: 21_600_000, // 6 hours

  /**
   * TOTP steps that a device's clock may be learned to be off, without a resynchronization. Not more than the default
   * window, so that a device whose clock is right again is never refused [TOTP-8].
   */
  learnedDrift: 1,

  /** How far the clocks of two servers may be apart. */
  clocksApartMs: 900_000, // 15 minutes
  commitTries: 12,
  taskRounds: 8,
  messageLeaseMs: 60_000, // 60 seconds
  noticeMs: 259_200_000, // 3 days
  retryFirstMs: 30_000, // 30 seconds
  retryLongestMs: 3_600_000, // 1 hour
  /** A message under a key that a server does not hold is tried this often before it is given up. */
  unknownKeyTries: 10,
  sweepEveryMs: 30_000, // 30 seconds
  historyPage: 100,
} as const

/** The largest values a host may configure. */
export const caps = {
  challengeMs: 3_600_000, // 1 hour
  challengeTries: 10,
  proofMs: 900_000, // 15 minutes
  totpWindow: 5,
  trustMs: 7_776_000_000, // 90 days
} as const
