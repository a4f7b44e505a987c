import { createNightlatch } from 'nightlatch'
import type { NightlatchOptions } from 'nightlatch'
import { describe, expect, it } from 'vitest'
import { validOptions } from '../../world/valid-options.ts'
import { keyText } from '../../world/world.ts'

const good = validOptions()

function faultOf(options: object): unknown {
  try {
    createNightlatch(options as NightlatchOptions)
    return null
  } catch (error) {
    return error
  }
}

const { storage } = good

/** Wrong options, each with the key that the message must name. */
const wrong: readonly [named: string, options: object][] = [
  ['appName', { appName: '' }],
  ['appName', { appName: ' ' }],
  ['appName', { appName: undefined }],
  ['appName', { appName: 'Acme: Mail' }],
  ['appName', { appName: 'Acme%3AMail' }],
  ['appName', { appName: 'Acme\nMail' }],
  ['appName', { appName: 'Acme \ud800' }],
  ['appName', { appName: 'A'.repeat(65) }],
  ['contact', { contact: '' }],
  ['contact', { contact: 'a\r\nb' }],
  ['contact', { contact: 7 }],
  ['storage', { storage: undefined }],
  ['storage', { storage: { ...storage, commit: undefined } }],
  ['storage', { storage: { ...storage, settleMessage: 'x' } }],
  ['mailer', { mailer: {} }],
  ['mailer', { mailer: () => undefined }],
  ['keys', { keys: keyText(1) }],
  ['keys', { keys: { keyIds: ['a'] } }],
  ['keys', { keys: undefined }],
  ['describe', { describe: { name: 'Ada' } }],
  ['realm', { realm: '' }],
  ['realm', { realm: 7 }],
  ['realm', { realm: null }],
  ['realm', { realm: 'a\nb' }],
  ['realm', { realm: 'r'.repeat(65) }],
  ['cookie', { cookie: 'nl_device' }],
  ['cookie', { cookie: [] }],
  ['totp', { totp: [] }],
  ['cookie.path', { cookie: { path: '/' } }],
  ['cookie.name', { cookie: { name: '' } }],
  ['cookie.name', { cookie: { name: 'nl device' } }],
  ['cookie.name', { cookie: { name: 'a=b' } }],
  ['cookie.name', { cookie: { name: 'a;b' } }],
  ['cookie.name', { cookie: { name: '__Host-nl_device' } }],
  ['cookie.name', { cookie: { name: '__secure-nl_device' } }],
  ['cookie.name', { cookie: { name: 'n'.repeat(65) } }],
  ['cookie.secure', { cookie: { secure: 'auto' } }],
  ['cookie.secure', { cookie: { secure: 0 } }],
  ['policy', { policy: null }],
  ['policy', { policy: 'strict' }],
  ['policy.factors', { policy: { factors: 'always' } }],
  ['policy', { policy: { factors: 'optional', grace: 1 } }],
  ['totp.algorithm', { totp: { algorithm: 'MD5' } }],
  ['totp.digits', { totp: { digits: 7 } }],
  ['totp.window', { totp: { window: 6 } }],
  ['totp.window', { totp: { window: -1 } }],
  ['totp.window', { totp: { window: 0.5 } }],
  ['totp.period', { totp: { period: 300 } }],
  ['totp', { totp: 'SHA1' }],
  ['backupCodes.profile', { backupCodes: { profile: 'numeric-4' } }],
  ['backupCodes.count', { backupCodes: { count: 0 } }],
  ['backupCodes.count', { backupCodes: { count: 1000 } }],
  ['challenge.lifeMs', { challenge: { lifeMs: 59_999 } }],
  ['challenge.lifeMs', { challenge: { lifeMs: 3_600_001 } }],
  ['challenge.tries', { challenge: { tries: 11 } }],
  ['challenge.tries', { challenge: { tries: 0 } }],
  ['stepUp.lifeMs', { stepUp: { lifeMs: 9_999 } }],
  ['stepUp.lifeMs', { stepUp: { lifeMs: 900_001 } }],
  ['outbox.sweep', { outbox: { sweep: 'never' } }],
  ['outbox.every', { outbox: { every: 5 } }],
  ['limiter', { limiter: {} }],
  ['limiter', { limiter: null }],
  ['limiter', { limiter: { charge: async () => ({ admitted: true }) } }],
  ['report', { report: 'console' }],
  ['clock', { clock: 1_700_000_000_000 }],
  ['random', { random: new Uint8Array(32) }],
  ['slowHash', { slowHash: 'scrypt' }],
  ['lockout', { lockout: true }],
]

describe('createNightlatch', () => {
  it('accepts the required options, and every other option at its bounds', () => {
    expect(faultOf(good)).toBeNull()
    const options = [
      { totp: { algorithm: 'SHA512', digits: 8, window: 0 }, backupCodes: { profile: 'numeric-6', count: 1 } },
      { totp: { window: 5 }, challenge: { lifeMs: 60_000, tries: 1 }, stepUp: { lifeMs: 10_000 } },
      { challenge: { lifeMs: 3_600_000, tries: 10 }, stepUp: { lifeMs: 900_000 }, outbox: { sweep: 'manual' } },
      { policy: { factors: { required: { since: 0, graceMs: 0 } } }, appName: 'A'.repeat(64) },
      { realm: 'r'.repeat(64) },
      { realm: 'acme / eu' },
    ]
    for (const option of options) expect(faultOf({ ...good, ...option })).toBeNull()
  })

  it.each(wrong)('refuses a wrong %s by name (%#)', (named, options) => {
    const error = faultOf({ ...good, ...options })
    expect(error).toMatchObject({ code: 'NL_CONFIG' })
    expect((error as Error).message).toContain(named)
  })

  it('[TOTP-7] refuses a window beyond the cap', () => {
    expect(faultOf({ ...good, totp: { window: 6 } })).toMatchObject({ code: 'NL_CONFIG' })
  })

  it('[TOTP-10] refuses another period than 30 s', () => {
    expect(faultOf({ ...good, totp: { period: 60 } })).toMatchObject({ code: 'NL_CONFIG' })
  })

  it('[BC-2] refuses a profile of backup codes below the floor', () => {
    expect(faultOf({ ...good, backupCodes: { profile: 'numeric-4' } })).toMatchObject({ code: 'NL_CONFIG' })
  })

  it('[NOT-3] refuses an empty contact', () => {
    expect(faultOf({ ...good, contact: ' ' })).toMatchObject({ code: 'NL_CONFIG' })
  })

  it('refuses a value that is no object of options', () => {
    for (const options of [undefined, null, 'x', 5])
      expect(faultOf(options as never)).toMatchObject({ code: 'NL_CONFIG' })
  })

  it('has no option that switches throttling off or raises the hard stop', () => {
    for (const name of ['hardStop', 'lockAfter', 'freeFailures', 'throttle']) {
      expect(faultOf({ ...good, [name]: 1000 })).toMatchObject({ code: 'NL_CONFIG' })
    }
  })
})
