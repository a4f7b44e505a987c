import { keyring } from 'nightlatch'
import { memoryStorage } from 'nightlatch/storage/memory'
import { describe, expect, it } from 'vitest'
import type { AccountState, DeviceTrust, KnownDevice, Session, Spent } from '../../../src/core/account/record/state.ts'
import type { QueuedLately } from '../../../src/core/account/record/queued-lately.ts'
import { emptyAccount } from '../../../src/core/account/record/empty.ts'
import { slowHashParams } from '../../../src/core/backup-codes/index.ts'
import { limits } from '../../../src/core/limits.ts'
import { smsSendLimits } from '../../../src/core/sms/limits.ts'
import { maskPhone } from '../../../src/core/sms/phone.ts'
import { accountRecord } from '../../../src/service/loop/account-record.ts'
import { createRecordStore } from '../../../src/service/loop/record-store.ts'
import { newYear } from '../../world/clock.ts'
import { seededRandom } from '../../world/seeded-random.ts'
import { keyText } from '../../world/world.ts'

const day = 86_400_000
const now = newYear
const random = seededRandom('an old account')
const below = (end: number): number => Math.floor((Buffer.from(random(6)).readUIntBE(0, 6) / 2 ** 48) * end)
const oneOf = <Item>(items: readonly Item[]): Item => items[below(items.length)]!
const many = <Item>(length: number, make: (index: number) => Item): Item[] =>
  Array.from({ length }, (_, index) => make(index))
const text = (bytes: number): string => Buffer.from(random(bytes)).toString('base64url')
const id = (): string => text(16)
const within = (span: number): number => now - below(span)
const inOrder = (length: number, span: number): number[] => many(length, () => within(span)).sort((a, b) => a - b)

const group = (): string => (1 + below(0xffff)).toString(16)
const ipv4 = (): string => many(4, () => 1 + below(254)).join('.')
const site = (): string => `2001:db8:${group()}:${group()}`
const address = (index: number): string => (index % 2 === 0 ? ipv4() : `${site()}:${many(4, group).join(':')}`)
const network = (index: number): string => `network:${index % 2 === 0 ? ipv4() : `${site()}::/64`}`

const webKit = 'AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0'
const chrome = (system: string, version: number): string =>
  `Mozilla/5.0 (${system}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${version}.0.0.0`

/** Browsers update themselves, so those of one month have few versions. */
const browsers: readonly ((version: number) => string)[] = [
  (version) => `${chrome('Windows NT 10.0; Win64; x64', version)} Safari/537.36`,
  (version) => `Mozilla/5.0 (X11; Linux x86_64; rv:${version}.0) Gecko/20100101 Firefox/${version}.0`,
  (version) => `${chrome('Linux; Android 10; K', version)} Mobile Safari/537.36`,
  () => `Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) ${webKit} Mobile/1…`,
  () => `Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) ${webKit} Safari/605.1.15`,
]
const aaguids = many(3, () => [4, 2, 2, 2, 6].map((bytes) => Buffer.from(random(bytes)).toString('hex')).join('-'))

function number() {
  return {
    id: id(),
    phone: { seal: Buffer.from('+36301234567') },
    masked: maskPhone('+36301234567'),
    country: 'HU',
    type: 'mobile',
  }
}

const begun = () => ({ startedAt: now, session: id(), failures: 3, switching: false })
const app = { algorithm: 'SHA1', digits: 6, period: 30 } as const
const counted = () => ({ failures: below(20), strangers: below(20), raised: limits.stopRaise })
const sends = () => ({ at: inOrder(smsSendLimits.daily, day), row: smsSendLimits.daily })
const spent = (length: number): Spent[] =>
  inOrder(length, limits.challengeMs).map((at) => [text(9), at + limits.challengeMs])

function device(lastAt: number, index: number): KnownDevice {
  const firstAt = within(300 * day)
  return {
    id: id(),
    firstAt,
    lastAt,
    userAgent: browsers[index % browsers.length]!(141 + below(3)),
    emptiedAt: index % 2 === 0 ? null : within(day),
    trust: null,
  }
}

function session(createdAt: number, deviceId: string, ip: string): Session {
  const [factor, amr] = oneOf([
    ['totp', ['pwd', 'otp', 'mfa']],
    ['passkey', ['pwd', 'hwk', 'pop', 'mfa']],
    [null, ['pwd']],
  ] as const)
  return {
    id: id(),
    kind: 'full',
    needs: [],
    createdAt,
    renewedAt: createdAt + oneOf([0, below(day)]),
    primary: 'password',
    primaryAt: createdAt - below(60_000),
    factor,
    aal: factor === null ? 1 : 2,
    amr,
    ip,
    userAgent: null,
    deviceId,
    trusted: factor === null,
    round: 0,
    changes: null,
  }
}

const counts = (most: number): string => many(limits.messageSpan.pieces, () => below(most).toString(36)).join('')

/** A flood of mails and codes in the last three days. */
const queued = (): QueuedLately => ({
  piece: Math.floor(now / limits.messageSpan.pieceMs),
  own: counts(7),
  others: counts(7),
  alerts: counts(4),
  changes: counts(4),
  firsts: counts(7).repeat(3),
})

/** An account that a person has used for years, and that strangers attack now: every list is full. */
function old(): AccountState {
  const devices = inOrder(limits.knownDevices, 30 * day).map(device)
  const addresses = many(10, address)
  const networks = many(3, (index) => network(index).slice('network:'.length))
  const charges = () => [1 + below(4), below(2)] as const
  return {
    ...emptyAccount(now - 900 * day, id()),
    epoch: 14,
    passwords: 2,
    preferred: 'passkey',
    totp: {
      authenticators: inOrder(limits.totpAuthenticators, 900 * day).map((createdAt, index) => ({
        ...app,
        id: id(),
        label: `Phone ${index}`,
        secret: { seal: random(20) },
        createdAt,
        lastUsedAt: within(30 * day),
        lastStep: Math.floor(within(30 * day) / 30_000),
        usedFrom: { device: devices[index % 3]!.id, network: networks[index % 3]!, told: false },
        drift: oneOf([0, 0, 1]),
      })),
      enrollment: { ...app, ...begun(), id: id(), label: 'New phone', secret: { seal: random(20) } },
      ...counted(),
    },
    'backup-code': {
      set: {
        profile: 'crockford-13',
        params: slowHashParams('crockford-13'),
        salt: text(16),
        createdAt: within(90 * day),
        usedAt: many(limits.backupCodes, (index) => (index % 2 === 0 ? null : within(30 * day))),
        digests: { seal: random(32 * limits.backupCodes) },
      },
      ...counted(),
    },
    sms: {
      number: { ...number(), createdAt: within(300 * day), lastUsedAt: within(day) },
      enrollment: { ...number(), startedAt: now, session: id(), switching: false },
      unproven: { failures: 3, failedAt: now },
      code: {
        purpose: 'login',
        request: id(),
        number: id(),
        digest: { seal: random(64) },
        sentAt: now,
        expiresAt: now + limits.challengeMs,
        own: false,
      },
      ...counted(),
      sends: { own: sends(), others: sends() },
    },
    passkey: {
      handle: text(64),
      credentials: inOrder(limits.passkeys, 900 * day).map((createdAt, index) => ({
        id: text(32),
        label: `Key ${index}`,
        // A COSE key on P-256 has 77 bytes.
        publicKey: text(77),
        algorithm: -7,
        counter: index % 2 === 0 ? 0 : below(1000),
        transports: index % 2 === 0 ? ['hybrid', 'internal'] : ['nfc', 'usb'],
        backupEligible: index % 2 === 0,
        backedUp: index % 2 === 0,
        uvInitialized: true,
        discoverable: true,
        aaguid: oneOf(aaguids),
        createdAt,
        lastUsedAt: within(30 * day),
      })),
      only: false,
      round: 0,
    },
    throttle: {
      sources: inOrder(limits.sources, day).map((failedAt, index) => {
        return { id: network(index), failures: 1 + below(9), failedAt }
      }),
      failures: 200,
      row: 64,
      lockedAt: now,
      luck: { unknown: now, sessions: null },
      returnedAt: inOrder(limits.returns, 30 * day),
      rowBehindPassword: 64,
      passwordKnownAt: now,
    },
    challenges: inOrder(limits.challenges, limits.challengeMs).map((at, index) => ({
      id: text(9),
      commit: 5000 + 3 * index + below(3),
      source: index % 2 === 0 ? network(index / 2) : `device:${devices[(index - 1) / 2]!.id}`,
      keptUntil: at + limits.challengeMs + limits.clocksApartMs,
      failures: 1 + below(4),
      charged: { totp: charges(), sms: [0, 0], 'backup-code': charges() },
      round: 0,
      used: 0,
      over: 0,
    })),
    challengesOver: 4990,
    spentChallenges: spent(limits.spent),
    spentProofs: spent(limits.spent / 2),
    spentCeremonies: spent(limits.spent / 2),
    sessions: inOrder(limits.sessions, 30 * day).map((at, index) => ({
      ...session(at, oneOf(devices).id, oneOf(addresses)),
      changes: index === 0 ? `${Math.floor(now / limits.changeSpan.pieceMs)}.201` : null,
    })),
    knownDevices: devices,
    queued: queued(),
    notices: { factorFailedAt: now, lockedAt: now, luckAt: now },
    requiredAt: now,
  }
}

describe('a stored record', () => {
  const records = createRecordStore(accountRecord, {
    storage: memoryStorage(),
    installation: { realm: 'main', keys: keyring(keyText(1)) },
    random,
  })
  const fresh = records.fresh('account:ada@people.example', now)
  const lengthOf = (state: AccountState): number => {
    const record = { ...fresh, state, attempts: many(limits.attemptIds, () => text(9)) }
    return Buffer.byteLength(records.write(record, records.nextVersion(record)))
  }

  it('of an account with every list full stays under 20 kB', () => {
    expect(lengthOf(old())).toBeLessThan(20_000)
  })

  it('stays under 20 kB also if every known device is trusted', () => {
    const trust = (): DeviceTrust => {
      return { digest: text(32), epoch: 14, since: within(30 * day), lastUsedAt: within(day), until: now + below(day) }
    }
    const knownDevices = old().knownDevices.map((one) => ({ ...one, trust: trust() }))
    expect(lengthOf({ ...old(), knownDevices })).toBeLessThan(20_000)
  })

  it('with every list full but those of used tokens stays under 16 kB', () => {
    expect(lengthOf({ ...old(), spentChallenges: [], spentProofs: [], spentCeremonies: [] })).toBeLessThan(16_000)
  })
})
