/**
 * All limits in one place. Times are ms. A host can change some of them by options of `createNightlatch`, up to the
 * values of {@link caps}.
 */
export const limits = {
  /**
   * The most UTF-16 code units in the body of a record. A larger record is refused. Every list has a cap, so that no
   * record gets so large.
   */
  recordLength: 65_536,
  attemptIds: 64,
  totpAuthenticators: 10,
  passkeys: 10,
  /** The most characters of all credential ids and public keys together. */
  passkeysLength: 6000,
  sessions: 32,
  knownDevices: 20,
  sources: 64,
  /** Challenges with failures. There are more places than known devices, so that each device has one. */
  challenges: 24,
  /** Used challenges, and again so many used proofs and ceremonies together. */
  spent: 64,
  /** The last places of each list are for known devices and signed-in sessions. */
  spentPlacesKept: 16,
  realmLength: 64,
  accountIdLength: 180,
  nameLength: 320,
  labelLength: 64,
  userAgentLength: 300,
  /** For the record, whose size all sessions and known devices share. */
  sessionUserAgentLength: 120,
  backupCodes: 20,
  tokenLength: 4096,

  challengeMs: 600_000, // 10 minutes
  challengeTries: 5,
  enrollmentMs: 1_800_000, // 30 minutes
  enrollmentTries: 10,
  /** How long wrong codes for numbers that were not confirmed count. */
  unprovenMs: 86_400_000, // 1 day
  proofMs: 300_000, // 5 minutes
  /** A browser waits for the authenticator equally long. */
  ceremonyMs: 300_000, // 5 minutes
  deviceTokenMs: 34_560_000_000, // 400 days
  /** More of a Cookie header is not read. No server takes as much. */
  cookieHeaderLength: 65_536,
  /** Cookies of the one name that are tried. */
  deviceCookies: 8,
  /** The greatest age of the primary authentication at the first enrollment. */
  freshPrimaryMs: 600_000, // 10 minutes
  /** The greatest age of a grant: 30 days [SES-5]. */
  sessionMs: 2_592_000_000,
  /** The lifetime of an `enroll` grant. */
  enrollGrantMs: 1_800_000, // 30 minutes

  /** How many codes that were used already one challenge takes before the next is charged like a wrong one. */
  usedCodes: 2,
  /** If a code of an app is typed again in this time, from another place, the owner gets a mail. */
  usedElsewhereMs: 120_000, // 2 minutes
  /** Wrong codes from one source before waits begin. */
  freeFailures: 3,
  firstWaitMs: 5000, // 5 seconds
  longestWaitMs: 900_000, // 15 minutes
  /** After this many failures in a row, over all unknown sources, code entry is locked for them. */
  lockAfter: 20,
  lockMs: 900_000, // 15 minutes
  /** Consecutive failures that switch a factor off [THR-1]. */
  hardStop: 100,
  /** At so many failures of unknown sources their codes of the factor are not evaluated. */
  strangersStop: 50,
  /** What refills luck or gives it back raises this stop. */
  stopRaise: 10,
  stopRaiseMost: 30,
  /** How much luck a bucket holds, in millionths. */
  luckHolds: 300,
  /** How many guesses a reset of the password gives back, and how often within the time. */
  returnedGuesses: 20,
  /** The most millionths that this gives back, however much a guess costs. */
  returnedLuck: 60,
  returns: 3,
  returnsMs: 2_592_000_000, // 30 days
  /** How long it takes to regain one millionth. */
  luckMs: 17_280_000, // 4.8 hours
  /** A source without a failure for this long is forgotten. */
  sourceMs: 86_400_000, // 1 day

  /**
   * The owner gets a mail about wrong codes even from a known device, if it has to wait this long. Somebody else may
   * have the device.
   */
  noticeWaitMs: 60_000, // 60 seconds
  factorFailedMailEveryMs: 3_600_000, // 1 hour
  lockMailEveryMs: 21_600_000, // 6 hours
  luckMailEveryMs: 86_400_000, // 1 day
  /**
   * At most a hundred messages of an account are queued in three days. These are counted by pieces of half a day, whose
   * first six last three days and the difference of clocks. Each kind has places of its own, so that none crowds
   * another one out. Every notice has one place more, for its first, and these and the summaries make the hundred full.
   */
  messageSpan: { pieceMs: 43_350_000, pieces: 7 },
  messages: { own: 25, others: 22, alerts: 14, changes: 14 },
  /** A mail in place of those that have no place: one in so many pieces. */
  summaryPieces: 3,
  /** Changes that one session makes in an hour, by pieces of a quarter, with one piece more for clocks that differ. */
  changeSpan: { pieceMs: 900_000, pieces: 6, most: 20 },

  /**
   * The largest clock difference of an authenticator, in TOTP steps, that is learned without a resynchronization. It is
   * not larger than the default window. So an authenticator whose clock is right again is not refused [TOTP-8].
   */
  learnedDrift: 1,

  passwordTriesMs: 900_000, // 15 minutes
  /** How many bits of an address, by its family, retention leaves. */
  shortenedBits: { 4: 24, 6: 48 },
  /** Password tries for one name from networks within each other, in that time: `[bits, tries]` [THR-10]. */
  ipv4Tries: [
    [32, 20],
    [24, 100],
  ],
  ipv6Tries: [
    [64, 20],
    [56, 40],
    [48, 80],
  ],
  /** All clients without an address together. */
  unknownNetworkTries: 20,
  /** The password tries of all known devices of an account, in the same time. */
  deviceTries: 60,
  /** Failures of one network over all names: an IPv4 address or an IPv6 /48. */
  networkFailures: 100,
  networkFailuresMs: 3_600_000, // 1 hour
  /** If one network tries more names in that time, the host is told. */
  networkNames: 50,
  /** Failures of one name from unknown devices, where the host can check that a person acts. */
  nameFailures: 100,
  nameFailuresMs: 86_400_000, // 1 day
  /** How long to wait before a new try, if the line had no place for the start of a sign-in. */
  startAgainMs: 1000,
  /** How long after an answer the work begins that no answer waits for. */
  afterwardsMs: 100,
  /** How long a page that shows such work waits for it. */
  caughtUpMs: 1000,
  /** A limiter of the host that does not answer in this time is down. */
  limiterMs: 300,
  /** How long a check of the host may take, such as the risk of a number. */
  hostCheckMs: 5000, // 5 seconds
  /** How long a verifier of passkeys may take. */
  verifierMs: 10_000, // 10 seconds
  /** How long `describe` may take. */
  describeMs: 10_000, // 10 seconds
  /** How long a slow hash may take, the line included: some hundred times as long as on an idle machine. */
  slowHashMs: 60_000, // 60 seconds
  /** A storage that does not answer in this time has failed. Drivers should give up earlier. */
  storageMs: 30_000, // 30 seconds
  /** The same for the removal and the replacement of many rows at once. */
  storageJobMs: 600_000, // 10 minutes
  /** After this time the host is told that its sink or its hook does not answer. Nothing waits for them. */
  hookMs: 10_000, // 10 seconds
  /** How often the host is told of one thing. */
  reportEveryMs: 60_000, // 1 minute

  /** How far the clocks of two servers may differ. */
  clocksApartMs: 900_000, // 15 minutes
  /** A server that finds a record so far ahead of its own clock reports it. */
  clockAheadMs: 60_000, // 60 seconds
  /** How many calls of one account may be in a process at once, by whose they are. */
  queuePlaces: { own: 64, strong: 32, other: 160 },
  /** If a call takes longer, the next one of its account begins. */
  turnMs: 20_000, // 20 seconds
  commitTries: 12,
  taskRounds: 8,
  /** How long a process may work on a message that it took. */
  messageLeaseMs: 60_000, // 60 seconds
  /** How long one call of the mailer or of the SMS sender may take: much less than a lease. */
  sendMs: 20_000, // 20 seconds
  /** A call that did not answer for so long is lost. Until then its message is not sent again to the same recipient. */
  callLostMs: { sms: 60_000, mail: 600_000 }, // 1 minute, 10 minutes
  /** Messages of one channel that a process sends at once, straight after their commits. */
  dispatchAtOnce: 64,
  /** Messages of one channel that a sweep works on at once. */
  sweepAtOnce: 8,
  noticeMs: 259_200_000, // 3 days
  retryFirstMs: 30_000, // 30 seconds
  retryLongestMs: 3_600_000, // 1 hour
  /** How often a server tries to send a message that is sealed under a key which it does not have. */
  unknownKeyTries: 10,
  sweepEveryMs: 30_000, // 30 seconds
  historyPage: 100,
  /** Pages that a signed-in person may have checked. */
  historyPagesHourly: 3000,
} as const

/** The largest values a host may configure. */
export const caps = {
  challengeMs: 3_600_000, // 1 hour
  challengeTries: 10,
  proofMs: 900_000, // 15 minutes
  totpWindow: 5,
  trustMs: 7_776_000_000, // 90 days
  sessionMs: 7_776_000_000, // 90 days
  networkFailures: 10_000,
} as const
