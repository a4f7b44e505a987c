import fc from 'fast-check'
import type { OpenTask, Task, TaskResult } from '../../src/core/account/record/tasks.ts'
import { noticePlaces } from '../../src/core/account/record/notice-places.ts'
import type { QueuedLately } from '../../src/core/account/record/queued-lately.ts'
import type { Authorization } from '../../src/core/account/sessions/authorization.ts'
import type { Settings } from '../../src/core/account/record/settings.ts'
import type { AccountState, KnownDevice, Session, Spent } from '../../src/core/account/record/state.ts'
import type { Passkey } from '../../src/core/account/passkeys/state.ts'
import type { TotpAuthenticator } from '../../src/core/account/totp/state.ts'
import type { Client, Context } from '../../src/core/account/record/context.ts'
import { concatBytes, encodeBase64url, frame, utf8 } from '../../src/core/bytes.ts'
import { sha256 } from '../../src/core/hmac.ts'
import type { RecordMark } from '../../src/core/record/mark.ts'
import type { CeremonyPurpose, StepUpPurpose } from '../../src/core/flow.ts'
import { ceremonyPurposes } from '../../src/core/flow.ts'
import { limits } from '../../src/core/limits.ts'
import { smsDigest, smsLimits, smsSendLimits } from 'nightlatch/sms'
import type { RegistrationResponse, AssertionResponse } from '../../src/core/passkeys/index.ts'
import type { Sealed, Secret } from '../../src/core/secret.ts'
import type { TokenPayloads } from '../../src/core/token/index.ts'
import type { OtpAlgorithm } from 'nightlatch/otp'
import { totp } from 'nightlatch/otp'
import { defaultPolicy, definePolicy } from 'nightlatch/policy'
import { newYear } from './clock.ts'
import { seededRandom } from './seeded-random.ts'

/** Records, commands and evidence for the core: everything that the types and the caps allow. */

/** Few ids, so that parts made separately often have the same one. */
const id = fc.constantFrom('a', 'b', 'c', 'd', 'e').chain((letter) => fc.nat(12).map((n) => `${letter}${n}`))

const day = 86_400_000
export const time: fc.Arbitrary<number> = fc.oneof(
  fc.integer({ min: newYear - 30_000, max: newYear + 30_000 }),
  fc.integer({ min: newYear - 2 * day, max: newYear + 2 * day }),
  fc.constantFrom(0, newYear, newYear + limits.lockMs, 4_000_000_000_000),
)
const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(arbitrary, { nil: null })
const failures = fc.oneof(fc.nat(6), fc.integer({ min: limits.hardStop - 2, max: limits.hardStop }), fc.nat(100))
/** The hard count of one factor. */
const count = {
  failures,
  strangers: fc.oneof(fc.nat(6), fc.integer({ min: limits.strangersStop - 1, max: limits.strangersStop + 30 })),
  raised: fc.constantFrom(0, limits.stopRaise, limits.stopRaiseMost),
}

/** A sealed value; what it opens to is {@link secretOf} its nonce. */
const sealed: fc.Arbitrary<Sealed> = fc.nat(3).map((n) => ({
  alg: 'xchacha20-poly1305',
  keyId: 'AAAAAAAA',
  nonce: `nonce${n}`,
  ciphertext: `ciphertext${n}`,
}))

export function secretOf(nonce: string): Uint8Array {
  return seededRandom(nonce)(20)
}

const relyingParty = { id: 'acme.example', name: 'Acme', origins: ['https://acme.example'], topOrigins: [] }
const digestOfTrust = encodeBase64url(sha256(frame('nightlatch/device-trust/v1', 'c2VjcmV0')))
const label = fc.string({ maxLength: 8 })
const digits = fc.constantFrom(6, 8)
const algorithm = fc.constantFrom('SHA1', 'SHA256', 'SHA512')
const steps = Math.floor(newYear / 30_000)

const totpAuthenticator = (authenticatorId: string): fc.Arbitrary<TotpAuthenticator> =>
  fc.record({
    id: fc.constant(authenticatorId),
    label,
    secret: sealed,
    algorithm,
    digits,
    period: fc.constant(30),
    createdAt: time,
    lastUsedAt: maybe(time),
    lastStep: fc.oneof(fc.integer({ min: steps - 3, max: steps + 3 }), fc.nat(2 * steps)),
    usedFrom: fc.record({
      device: maybe(fc.constantFrom('0', '1')),
      network: maybe(fc.constantFrom('10.0.0.1', '1')),
      told: fc.boolean(),
    }),
    drift: fc.oneof(fc.integer({ min: -1, max: 1 }), fc.integer({ min: -120, max: 120 })),
  })

const list = <T>(of: (id: string) => fc.Arbitrary<T>, most: number): fc.Arbitrary<readonly T[]> =>
  fc.uniqueArray(fc.nat(most * 3), { maxLength: most }).chain((numbers) => fc.tuple(...numbers.map((n) => of(`${n}`))))

const sourceId = fc.oneof(
  fc.constantFrom('network:10.0.0.1', 'network:unknown', 'device:1'),
  fc.nat(200).map((n) => `network:${n}`),
)
/** The mark of an arbitrary record, or of another one. */
const mark: fc.Arbitrary<RecordMark> = fc.record({
  birth: fc.oneof({ arbitrary: fc.constant('birth'), weight: 6 }, { arbitrary: fc.constant('other'), weight: 1 }),
  commit: fc.nat(120),
})
const clientArb: fc.Arbitrary<Client> = fc.record({
  ip: fc.constantFrom('10.0.0.1', '10.0.0.2', null),
  network: fc.constantFrom('10.0.0.1', '10.0.0.2', null),
  userAgent: fc.constantFrom('Firefox', null),
  deviceId: fc.constantFrom('1', '2', '3', 'unknown', null),
  deviceNamesAccount: fc.boolean(),
  deviceMark: maybe(mark),
  deviceTrust: fc.constantFrom(null, 'c2VjcmV0', 'b3RoZXI'),
})
export { clientArb as client }

const counts = (pieces: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...'0123z'), maxLength: pieces })
const { changeSpan, messageSpan } = limits
const changes = maybe(
  fc.tuple(time, counts(changeSpan.pieces)).map(([at, made]) => `${Math.floor(at / changeSpan.pieceMs)}.${made}`),
)
const messageCounts = counts(messageSpan.pieces)
const queuedLately: fc.Arbitrary<QueuedLately> = fc.record({
  piece: time.map((at) => Math.floor(at / messageSpan.pieceMs)),
  own: messageCounts,
  others: messageCounts,
  alerts: messageCounts,
  changes: messageCounts,
  firsts: fc.string({ unit: fc.constantFrom(...'-036'), maxLength: Object.keys(noticePlaces).length }),
})

const session = (sessionId: string): fc.Arbitrary<Session> =>
  fc.record({
    id: fc.constant(sessionId),
    kind: fc.constantFrom('full', 'enroll'),
    createdAt: time,
    renewedAt: time,
    primary: fc.constantFrom('password', 'magic-link', 'oauth', 'other'),
    primaryAt: time,
    factor: fc.constantFrom('totp', 'backup-code', null),
    aal: fc.constantFrom(1, 2),
    amr: fc.constantFrom(['pwd'], ['pwd', 'otp', 'mfa'], []),
    ip: fc.constantFrom('10.0.0.1', null),
    userAgent: fc.constantFrom('Firefox', null),
    deviceId: fc.constantFrom('1', '2', null),
    needs: fc.constantFrom([], ['totp'], ['passkey'], ['passkey', 'totp', 'sms']),
    trusted: fc.boolean(),
    round: fc.nat(1),
    changes,
  })

export const backupCode = '00000-00000-000'

const enrollment = fc.record({
  id,
  label,
  secret: sealed,
  algorithm,
  digits,
  period: fc.constant(30),
  startedAt: time,
  session: fc.constantFrom('0', '1', '2', null),
  failures: fc.nat(limits.enrollmentTries - 1),
  switching: fc.boolean(),
})

/**
 * What every number opens to. `digest` is the digest of the code `123456` for the challenge `new` under a key of zeros.
 */
export const phone = '+36301234567'
export const smsText = '123456'

const phoneSealed: Sealed = { alg: 'xchacha20-poly1305', keyId: 'AAAAAAAA', nonce: 'phone', ciphertext: 'phone' }
const digestSealed: Sealed = { ...phoneSealed, nonce: 'digest', ciphertext: 'digest' }

const number = {
  id: fc.constantFrom('n1', 'n2'),
  phone: fc.constant(phoneSealed),
  masked: fc.constant('+36 •••••• 67'),
  country: fc.constantFrom('HU', 'AT'),
  type: fc.constantFrom('mobile', 'unknown'),
}
const sends = fc.record({
  at: fc.uniqueArray(time, { maxLength: 8 }).map((times) => [...times].sort((a, b) => a - b)),
  row: fc.nat(6),
})
const sms = fc.record({
  number: maybe(fc.record({ ...number, createdAt: time, lastUsedAt: maybe(time) })),
  unproven: maybe(fc.record({ failures: fc.nat(limits.enrollmentTries), failedAt: time })),
  enrollment: maybe(
    fc.record({
      ...number,
      startedAt: time,
      session: fc.constantFrom('0', '1', '2', null),
      switching: fc.boolean(),
    }),
  ),
  code: maybe(
    fc.record({
      purpose: fc.constantFrom('login', 'verify-number', 'step-up'),
      request: fc.constantFrom('new', '0', '1', 'n1', 'n2'),
      number: fc.constantFrom('n1', 'n2'),
      digest: fc.constant(digestSealed),
      sentAt: time,
      expiresAt: fc.oneof(time, fc.integer({ min: newYear, max: newYear + 300_000 })),
      own: fc.boolean(),
    }),
  ),
  ...count,
  sends: fc.record({ own: sends, others: sends }),
})

export const handle = 'aGFuZGxl'

const passkey = (credentialId: string): fc.Arbitrary<Passkey> =>
  fc.record({
    id: fc.constant(credentialId),
    label,
    publicKey: fc.constant('a2V5'),
    algorithm: fc.constantFrom(-7, -8, -257),
    counter: fc.nat(5),
    transports: fc.constantFrom([], ['internal', 'hybrid']),
    backupEligible: fc.boolean(),
    backedUp: fc.boolean(),
    uvInitialized: fc.boolean(),
    discoverable: fc.constantFrom(true, false, null),
    aaguid: fc.constant('00000000-0000-0000-0000-000000000000'),
    createdAt: time,
    lastUsedAt: maybe(time),
  })

const knownDevice = (deviceId: string): fc.Arbitrary<KnownDevice> =>
  fc.record({
    id: fc.constant(deviceId),
    firstAt: time,
    lastAt: time,
    userAgent: fc.constantFrom('Firefox', null),
    emptiedAt: maybe(time),
    trust: maybe(
      fc.record({
        digest: fc.constantFrom(digestOfTrust, 'other'),
        epoch: fc.integer({ min: 1, max: 3 }),
        since: time,
        lastUsedAt: time,
        until: fc.oneof(time, fc.constant(newYear + day)),
      }),
    ),
  })

const charged = fc.tuple(fc.nat(10), fc.nat(10)).map(([failures, strangers]): [number, number] => [failures, strangers])
const spentTokens = (most: number): fc.Arbitrary<readonly Spent[]> =>
  list((tokenId) => fc.tuple(fc.constant(tokenId), time), most)

export const state: fc.Arbitrary<AccountState> = fc
  .record({
    record: fc.integer({ min: 100, max: 110 }).map((commit) => ({ birth: 'birth', commit })),
    createdAt: time,
    epoch: fc.integer({ min: 1, max: 3 }),
    passwords: fc.constant(0),
    totp: fc
      .record({
        authenticators: list(totpAuthenticator, limits.totpAuthenticators),
        enrollment: maybe(enrollment),
        ...count,
      })
      .map((held) => (held.authenticators.length < limits.totpAuthenticators ? held : { ...held, enrollment: null })),
    'backup-code': fc.record({
      set: maybe(
        fc.record({
          profile: fc.constantFrom('crockford-13', 'numeric-6'),
          params: fc.constant({ algorithm: 'scrypt', N: 16384, r: 8, p: 1, length: 32 } as const),
          salt: fc.constant('AAAAAAAAAAAAAAAAAAAAAA'),
          createdAt: time,
          usedAt: fc.array(maybe(time), { minLength: 1, maxLength: 20 }),
          digests: sealed,
        }),
      ),
      ...count,
    }),
    throttle: fc.record({
      sources: fc.uniqueArray(fc.record({ id: sourceId, failures: fc.nat(40), failedAt: time }), {
        maxLength: limits.sources,
        selector: (source) => source.id,
      }),
      failures: fc.nat(150),
      row: fc.nat(150),
      lockedAt: maybe(time),
      luck: fc.record({ unknown: maybe(time), sessions: maybe(time) }),
      returnedAt: fc.array(time, { maxLength: limits.returns }),
      rowBehindPassword: fc.nat(150),
      passwordKnownAt: maybe(time),
    }),
    challenges: list(
      (challengeId) =>
        fc.record({
          id: fc.constant(challengeId),
          commit: fc.integer({ min: 1, max: 100 }),
          source: sourceId,
          keptUntil: time,
          failures: fc.nat(10),
          charged: fc.record({ totp: charged, sms: charged, 'backup-code': charged }),
          round: fc.nat(3),
          used: fc.nat(3),
          over: fc.nat(3),
        }),
      limits.challenges,
    ),
    challengesOver: fc.nat(3),
    spentChallenges: spentTokens(limits.spent),
    spentProofs: spentTokens(limits.spent / 2),
    spentCeremonies: spentTokens(limits.spent / 2),
    sms,
    passkey: fc.record({
      handle: fc.constantFrom(handle, null),
      credentials: list(passkey, limits.passkeys),
      round: fc.nat(1),
      only: fc.oneof({ arbitrary: fc.constant(false), weight: 4 }, { arbitrary: fc.constant(true), weight: 1 }),
    }),
    preferred: fc.constantFrom('totp', 'sms', 'passkey', null),
    sessions: list(session, limits.sessions),
    knownDevices: list(knownDevice, limits.knownDevices),
    notices: fc.record({ factorFailedAt: maybe(time), lockedAt: maybe(time), luckAt: maybe(time) }),
    queued: queuedLately,
    requiredAt: maybe(time),
  })
  // A record is read from JSON, so its objects have the usual prototype.
  .map((made) => JSON.parse(JSON.stringify(made)) as AccountState)

export const settings: fc.Arbitrary<Settings> = fc.record({
  realm: fc.constant('main'),
  policy: fc.constantFrom(
    defaultPolicy,
    definePolicy({ factors: { required: { since: newYear - day, graceMs: day } } }),
    definePolicy({ factors: { required: { since: newYear, graceMs: 0 } } }),
  ),
  challengeMs: fc.constant(limits.challengeMs),
  challengeTries: fc.integer({ min: 1, max: 10 }),
  proofMs: fc.constant(limits.proofMs),
  sessionMs: fc.constant(limits.sessionMs),
  totp: fc.record({ algorithm, digits, period: fc.constant(30), window: fc.nat(5) }),
  backupCodes: fc.record({
    profile: fc.constantFrom('crockford-13', 'numeric-6'),
    count: fc.integer({ min: 1, max: 20 }),
    replaceUsed: fc.boolean(),
  }),
  methods: fc.constantFrom(['passkey', 'totp', 'sms'], ['totp'], ['passkey', 'totp']),
  factors: fc.constantFrom('multiple', 'multiple', 'exclusive'),
  sms: fc.constantFrom(
    { countries: ['HU'], codeMs: smsLimits.codeMs, sends: smsSendLimits },
    { countries: ['HU', 'AT'], codeMs: smsLimits.longestCodeMs, sends: smsSendLimits },
    null,
  ),
  passkeys: fc.constantFrom(
    { relyingParty, counterRegression: 'refuse', synced: 'accept' },
    { relyingParty, counterRegression: 'report', synced: 'refuse' },
    null,
  ),
  trustedDevices: fc.constantFrom({ lifeMs: 30 * day }, null),
})

export const context: fc.Arbitrary<Context> = fc.record({
  now: time,
  settings,
  actor: fc.constantFrom({ kind: 'user' }, { kind: 'stranger' }, { kind: 'system', reason: 'job' }),
  entropy: fc.nat(5).map((n) => seededRandom(`entropy${n}`)(32)),
  keyTaken: fc.oneof({ arbitrary: fc.constant(false), weight: 5 }, { arbitrary: fc.constant(true), weight: 1 }),
})

interface Key {
  readonly secret: Secret
  readonly digits: number
  readonly algorithm: OtpAlgorithm
  readonly drift?: number
}

/** Right codes of authenticators and the enrollment, codes near them, a backup code, and any text a person can type. */
export function code(made: AccountState, now: number): fc.Arbitrary<string> {
  const keys: readonly Key[] = [
    ...made.totp.authenticators,
    ...(made.totp.enrollment === null ? [] : [made.totp.enrollment]),
  ]
  const other = fc.oneof(
    fc.constantFrom(backupCode, backupCode, smsText, smsText, '000000', '00000000', '', ' '),
    fc.string({ maxLength: 64, unit: 'binary' }),
  )
  if (keys.length === 0) return other
  const right = fc
    .tuple(fc.constantFrom(...keys), fc.constantFrom(0, 0, 0, 1, -1, 2))
    .map(([{ secret, digits: length, algorithm: hash, drift = 0 }, step]) =>
      totp({
        secret: secretOf((secret as Sealed).nonce),
        now: Math.max(0, now + (drift + step) * 30_000),
        digits: length,
        algorithm: hash,
      }),
    )
  return fc.oneof({ arbitrary: right, weight: 2 }, { arbitrary: other, weight: 1 })
}

/** Two codes, right ones of one authenticator among them. */
export function pair(made: AccountState, now: number): fc.Arbitrary<readonly [string, string]> {
  const wild = fc.tuple(code(made, now), code(made, now))
  const [first] = made.totp.authenticators
  if (first === undefined) return wild
  const right = fc.integer({ min: -100, max: 100 }).map((step) => {
    const { digits: length, algorithm: hash } = first
    const secret = secretOf((first.secret as Sealed).nonce)
    const at = (n: number): string =>
      totp({ secret, now: Math.max(0, now + n * 30_000), digits: length, algorithm: hash })
    return [at(step), at(step + 1)] as const
  })
  return fc.oneof(right, wild)
}

/** The same account with nothing in the way: no wait, no factor off; what is pending is fresh and of this session. */
export function atEase(made: AccountState, now: number): AccountState {
  const [own, ...others] = made.sessions
  const { totp: held, 'backup-code': backupCodes, throttle } = made
  const step = Math.floor(now / 30_000)
  return {
    ...made,
    sessions:
      own === undefined ? [] : [{ ...own, kind: 'full', createdAt: now, primaryAt: now, changes: null }, ...others],
    throttle: {
      ...throttle,
      sources: throttle.sources.slice(0, 3).map((source) => ({ ...source, failures: 1 })),
      lockedAt: null,
      luck: { unknown: null, sessions: null },
    },
    knownDevices: made.knownDevices.map((device) => ({ ...device, emptiedAt: null })),
    'backup-code': { ...backupCodes, failures: backupCodes.failures % 3, strangers: 0 },
    totp: {
      authenticators: held.authenticators.map((one) => ({
        ...one,
        lastStep: Math.min(one.lastStep, Math.max(0, step - 130)),
      })),
      enrollment: held.enrollment && { ...held.enrollment, startedAt: now, session: own?.id ?? null },
      failures: held.failures % 3,
      strangers: 0,
      raised: held.raised,
    },
  }
}

const grant = fc.record({
  account: fc.constant('ada'),
  session: fc.constantFrom('0', '1', '2', 'gone'),
  epoch: fc.integer({ min: 1, max: 3 }),
  birth: fc.constant('birth'),
  commit: fc.nat(100),
  at: time,
  aal: fc.constantFrom(1, 2),
  amr: fc.constant(['pwd'] as const),
})
const proof = fc.record({
  account: fc.constantFrom('ada', 'eve'),
  id: fc.nat(200).map(String),
  session: fc.constantFrom('0', '1', '2'),
  epoch: fc.integer({ min: 1, max: 3 }),
  expiresAt: time,
  purpose: fc.constantFrom('factors', 'factors', 'passkey-only'),
  factor: fc.constantFrom('totp', 'passkey', 'sms'),
})

/** Mostly what is asked of every change, and now and then what leaving the passkey-only mode asks for. */
function purposeFor(made: AccountState, shown: { readonly purpose: StepUpPurpose }): StepUpPurpose {
  return made.passkey.only && shown.purpose === 'passkey-only' ? 'passkey-only' : 'factors'
}

/** A state with at least one session, and somebody who is signed in with it. */
export const signedIn: fc.Arbitrary<{ readonly state: AccountState; readonly auth: Authorization }> = fc
  .tuple(state, grant, maybe(proof), fc.constantFrom('exact', 'exact', 'exact', 'exact', 'wild', 'system'))
  .map(([made, given, shown, how]) => {
    if (how === 'system') return { state: made, auth: { kind: 'system' } }
    const own = made.sessions[0]
    const held = how === 'exact' && own !== undefined ? { ...given, session: own.id, epoch: made.epoch } : given
    const fits =
      how === 'exact' && shown !== null
        ? { ...shown, account: 'ada', session: held.session, epoch: made.epoch, purpose: purposeFor(made, shown) }
        : shown
    return { state: made, auth: { kind: 'grant', grant: held, proof: fits } }
  })

export const challenge = (made: AccountState): fc.Arbitrary<TokenPayloads['challenge']> =>
  fc.record({
    account: fc.constant('ada'),
    id: fc.oneof(fc.constant('new'), fc.constantFrom(...made.challenges.map((entry) => entry.id), 'new')),
    epoch: fc.oneof({ arbitrary: fc.constant(made.epoch), weight: 5 }, { arbitrary: fc.nat(3), weight: 1 }),
    birth: fc.constant('birth'),
    commit: fc.integer({ min: 1, max: 104 }),
    source: sourceId,
    expiresAt: fc.oneof({ arbitrary: fc.constant(5_000_000_000_000), weight: 3 }, { arbitrary: time, weight: 1 }),
    primary: fc.constantFrom('password', 'magic-link'),
    primaryAt: time,
    networkKey: fc.constantFrom('', 'network'),
    nameKey: fc.constantFrom('', 'name'),
    passwords: fc.constantFrom(0, 0, 0, 1),
  })

/** Of twenty backup codes. The second one is typed. */
const digests = seededRandom('digests')(20 * 32)

type Finding = 'right' | 'wrong' | 'null' | 'short'

/** What a service might find for a task: right, wrong, nothing, or of the wrong length. */
export const finding: fc.Arbitrary<(task: Task) => TaskResult> = fc
  .array(fc.constantFrom<Finding[]>('right', 'right', 'right', 'wrong', 'null', 'short'), {
    minLength: 1,
    maxLength: 8,
  })
  .map((kinds) => {
    let asked = 0
    return (task) => found(task, kinds[asked++ % kinds.length] ?? 'right')
  })

function found(task: Task, kind: Finding): TaskResult {
  const shown = {
    counter: kind === 'short' ? 0 : 6,
    userVerified: kind === 'right',
    backupEligible: true,
    backedUp: true,
  }
  switch (task.kind) {
    case 'open':
      return { task, result: kind === 'null' ? null : bytesFor(kind, openedBy(task)) }
    case 'slow-hash':
      return { task, result: bytesFor(kind, digests.subarray(32, 64)) }
    case 'send-permit':
      return { task, result: kind === 'right' ? 'permitted' : kind === 'wrong' ? 'limited' : 'denied' }
    case 'webauthn-registration':
      return { task, result: kind === 'null' ? null : { ...shown, ...registered(task.response) } }
    case 'webauthn-assertion':
      return { task, result: kind === 'null' ? null : shown }
  }
}

function bytesFor(kind: Finding, right: Uint8Array): Uint8Array {
  if (kind === 'short') return new Uint8Array(3)
  return kind === 'wrong' ? new Uint8Array(32).fill(1) : right
}

function registered({ id: credentialId, transports }: RegistrationResponse) {
  const aaguid = '00000000-0000-0000-0000-000000000000'
  return { id: credentialId, publicKey: 'a2V5', algorithm: -7, aaguid, transports, attestation: 'none' }
}

function openedBy({ path, sealed: { nonce } }: OpenTask): Uint8Array {
  if (path.startsWith('state/backup-code/')) return digests
  if (nonce === 'phone') return utf8(phone)
  if (nonce !== 'digest') return secretOf(nonce)
  const key = new Uint8Array(32)
  return concatBytes(key, smsDigest({ key, challenge: 'new', purpose: 'login', phone, code: smsText }))
}

/** A ceremony for whatever was asked, or for something near it. */
export const ceremony = (
  made: AccountState,
  asked: { readonly purpose: CeremonyPurpose; readonly request: string },
): fc.Arbitrary<TokenPayloads['ceremony']> =>
  fc.record({
    account: fc.constant('ada'),
    id: fc.oneof(fc.constant('fresh'), fc.constantFrom(...made.spentCeremonies.map(([spent]) => spent), 'fresh')),
    purpose: fc.oneof(
      { arbitrary: fc.constant(asked.purpose), weight: 6 },
      { arbitrary: fc.constantFrom(...ceremonyPurposes), weight: 1 },
    ),
    request: fc.oneof({ arbitrary: fc.constant(asked.request), weight: 6 }, { arbitrary: fc.constant('x'), weight: 1 }),
    round: fc.oneof({ arbitrary: fc.constant(0), weight: 3 }, { arbitrary: fc.constant(1), weight: 1 }),
    epoch: fc.oneof({ arbitrary: fc.constant(made.epoch), weight: 5 }, { arbitrary: fc.nat(3), weight: 1 }),
    expiresAt: fc.oneof({ arbitrary: fc.constant(5_000_000_000_000), weight: 3 }, { arbitrary: time, weight: 1 }),
    label,
    switching: fc.constantFrom(0, 1),
  })

export const registration = (made: AccountState): fc.Arbitrary<RegistrationResponse> =>
  fc.record({
    id: fc.constantFrom('bmV3', ...made.passkey.credentials.map((one) => one.id)),
    clientDataJSON: fc.constant('e30'),
    attestationObject: fc.constant('oA'),
    transports: fc.constantFrom([], ['usb']),
    discoverable: fc.constantFrom(true, false, null),
  })

export const assertion = (made: AccountState): fc.Arbitrary<AssertionResponse> =>
  fc.record({
    id: fc.constantFrom(...made.passkey.credentials.map((one) => one.id), 'bmV3'),
    clientDataJSON: fc.constant('e30'),
    authenticatorData: fc.constant('AAAA'),
    signature: fc.constant('AAAA'),
    userHandle: fc.constantFrom(made.passkey.handle, null, 'b3RoZXI'),
  })
