import { keyring } from 'nightlatch'
import { memoryStorage } from 'nightlatch/storage/memory'
import { describe, expect, it } from 'vitest'
import { methods } from '../../../src/core/factor.ts'
import type { AccountState, Session } from '../../../src/core/account/record/state.ts'
import { noticePlaces } from '../../../src/core/account/record/notice-places.ts'
import type { QueuedLately } from '../../../src/core/account/record/queued-lately.ts'
import type { SmsNumber } from '../../../src/core/account/sms/state.ts'
import { emptyAccount } from '../../../src/core/account/record/empty.ts'
import { slowHashParams } from '../../../src/core/backup-codes/index.ts'
import { limits } from '../../../src/core/limits.ts'
import { readPacked } from '../../../src/core/record/packed-lists.ts'
import { passkeyLimits } from '../../../src/core/passkeys/index.ts'
import { smsKeyLength } from '../../../src/core/account/sms/code.ts'
import { smsLimits } from '../../../src/core/sms/limits.ts'
import { cleanText } from '../../../src/core/text.ts'
import { accountRecord } from '../../../src/service/loop/account-record.ts'
import { createRecordStore } from '../../../src/service/loop/record-store.ts'
import type { LoadedRecord } from '../../../src/service/loop/record-store.ts'
import { fakeClock } from '../../world/clock.ts'
import { expectStatus } from '../../world/expect-outcome.ts'
import { stateOf } from '../../world/reading.ts'
import { seededRandom } from '../../world/seeded-random.ts'
import { createWorld, keyText } from '../../world/world.ts'
import { readEnvelope } from '../../../src/core/record/envelope.ts'

const now = fakeClock()()
const random = seededRandom('caps')
const text = (bytes: number): string => Buffer.from(random(bytes)).toString('base64url')
const id = (): string => text(16)
const many = <Item>(length: number, make: (index: number) => Item): Item[] =>
  Array.from({ length }, (_, index) => make(index))

/** Quotes: cleaning keeps them, and each takes two units of the stored text. */
const label = cleanText('"'.repeat(1000), limits.labelLength)
const userAgent = 'x'.repeat(limits.sessionUserAgentLength)
const address = '2001:db8:1111:2222:3333:4444:5555:6666'
const network = 'network:2001:db8:1111:2222::/64'

const number: SmsNumber = {
  id: id(),
  phone: { seal: Buffer.from('+123456789012345') },
  masked: '•'.repeat(16),
  country: 'HU',
  type: 'fixed-line-or-mobile',
  createdAt: now,
  lastUsedAt: now,
}

const app = { label, algorithm: 'SHA512', digits: 8, period: 30 } as const
const charged = [10, 10] as const
const pending = { startedAt: now, session: id(), failures: limits.enrollmentTries, switching: false }

const session: Omit<Session, 'id'> = {
  kind: 'enroll',
  needs: methods,
  createdAt: now,
  renewedAt: now,
  primary: 'magic-link',
  primaryAt: now,
  factor: 'backup-code',
  aal: 2,
  amr: ['pwd', 'swk', 'pop', 'mfa'],
  ip: address,
  userAgent,
  deviceId: id(),
  trusted: false,
  round: 100,
  changes: `${Math.floor(now / limits.changeSpan.pieceMs)}.${'k'.repeat(limits.changeSpan.pieces)}`,
}

const counts = 'z'.repeat(limits.messageSpan.pieces)
const queued: QueuedLately = {
  piece: Math.floor(now / limits.messageSpan.pieceMs),
  own: counts,
  others: counts,
  alerts: counts,
  changes: counts,
  firsts: '0'.repeat(Object.keys(noticePlaces).length),
}

/** An account with every list at its cap and every entry at its longest. */
function full(): AccountState {
  const credential = Math.floor((limits.passkeysLength / limits.passkeys) * (3 / 8))
  const sends = { at: many(smsLimits.daily, (index) => now + index), row: smsLimits.daily }
  return {
    ...emptyAccount(now, id()),
    epoch: 100_000,
    totp: {
      authenticators: many(limits.totpAuthenticators, () => ({
        ...app,
        id: id(),
        secret: { seal: random(64) },
        createdAt: now,
        lastUsedAt: now,
        lastStep: 100_000_000,
        usedFrom: { device: id(), network, told: false },
        drift: -120,
      })),
      enrollment: { ...app, ...pending, id: id(), secret: { seal: random(64) } },
      failures: limits.hardStop,
      strangers: limits.strangersStop + limits.stopRaiseMost,
      raised: limits.stopRaiseMost,
    },
    'backup-code': {
      set: {
        profile: 'crockford-13',
        params: slowHashParams('crockford-13'),
        salt: text(16),
        createdAt: now,
        usedAt: many(limits.backupCodes, () => now),
        digests: { seal: random(32 * limits.backupCodes) },
      },
      failures: limits.hardStop,
      strangers: limits.strangersStop + limits.stopRaiseMost,
      raised: limits.stopRaiseMost,
    },
    sms: {
      number,
      enrollment: { ...number, startedAt: now, session: id(), switching: false, id: id() },
      unproven: { failures: limits.enrollmentTries, failedAt: now },
      code: {
        purpose: 'verify-number',
        request: id(),
        number: id(),
        digest: { seal: random(2 * smsKeyLength) },
        sentAt: now,
        expiresAt: now,
        own: false,
      },
      failures: limits.hardStop,
      strangers: limits.strangersStop + limits.stopRaiseMost,
      raised: limits.stopRaiseMost,
      sends: { own: sends, others: sends },
    },
    passkey: {
      handle: text(passkeyLimits.userHandle),
      credentials: many(limits.passkeys, () => ({
        id: text(credential),
        label,
        publicKey: text(credential),
        algorithm: -65_535,
        counter: 2 ** 32 - 1,
        transports: ['ble', 'hybrid', 'internal', 'nfc', 'smart-card', 'usb'],
        backupEligible: false,
        backedUp: false,
        uvInitialized: false,
        discoverable: false,
        aaguid: '00000000-0000-0000-0000-000000000000',
        createdAt: now,
        lastUsedAt: now,
      })),
      only: false,
      round: 100,
    },
    preferred: 'passkey',
    throttle: {
      sources: many(limits.sources, () => ({ id: network, failures: 1_000_000, failedAt: now })),
      failures: 1_000_000,
      row: 1_000_000,
      lockedAt: now,
      luck: { unknown: now, sessions: now },
      returnedAt: [now, now, now],
      rowBehindPassword: 1_000_000,
      passwordKnownAt: now,
    },
    challenges: many(limits.challenges, () => ({
      id: id(),
      commit: 1_000_000,
      source: network,
      keptUntil: now,
      failures: 10,
      charged: { totp: charged, sms: charged, 'backup-code': charged },
      round: 10,
      used: 10,
      over: 1_000_000,
    })),
    challengesOver: 1_000_000,
    spentChallenges: many(limits.spent, () => [text(9), now] as const),
    spentProofs: many(limits.spent, () => [text(9), now] as const),
    spentCeremonies: [],
    sessions: many(limits.sessions, () => ({ ...session, id: id() })),
    knownDevices: many(limits.knownDevices, () => ({
      id: id(),
      firstAt: now,
      lastAt: now,
      userAgent,
      emptiedAt: now,
      trust: { digest: text(32), epoch: 100_000, since: now, lastUsedAt: now, until: now },
    })),
    queued,
    notices: { factorFailedAt: now, lockedAt: now, luckAt: now },
    requiredAt: now,
  }
}

describe('limits.recordLength', () => {
  const records = createRecordStore(accountRecord, {
    storage: memoryStorage(),
    installation: { realm: 'r'.repeat(limits.realmLength), keys: keyring(keyText(1)) },
    random,
  })
  const record: LoadedRecord<AccountState> = {
    ...records.fresh(`account:${'a'.repeat(limits.accountIdLength)}`, now),
    state: full(),
    attempts: many(limits.attemptIds, () => text(12)),
  }

  it('is above the length of an account with every list at its cap, even if nothing of it were packed', () => {
    const { body } = readEnvelope(records.write(record, records.nextVersion(record)))!
    expect(body.length).toBeLessThan(limits.recordLength)
    const { length } = JSON.stringify(readPacked(body))
    expect(length).toBeLessThan(limits.recordLength)
    // A list that this test forgets to fill would make the body much shorter.
    expect(length).toBeGreaterThan(limits.recordLength * 0.9)
  })

  it('covers user agents, which are stored within their cap', async () => {
    const world = createWorld()
    const units = limits.sessionUserAgentLength
    for (const [index, userAgent] of [
      '"'.repeat(300),
      '\\'.repeat(300),
      '😀'.repeat(300),
      '\n'.repeat(300),
    ].entries()) {
      const id = `person-${index}`
      const client = { ip: '192.0.2.7', userAgent }
      expectStatus(await world.nl.signIn.start({ name: id, accountId: id, primary: 'password', client }), 'granted')
      const { sessions, knownDevices } = await stateOf(world.storage, id)
      expect(sessions.map((session) => session.userAgent)).toEqual([null])
      for (const one of knownDevices) {
        expect(JSON.stringify(one.userAgent).length).toBeLessThanOrEqual(units + 2)
        expect(one.userAgent?.length).toBeGreaterThan(units / 4)
      }
    }
  })
})
