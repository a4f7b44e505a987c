import { createNightlatch, trustDevices } from 'nightlatch'
import type { NightlatchOptions } from 'nightlatch'
import { describe, it } from 'vitest'
import { everyMethod } from '../../world/several-factors.ts'
import { createWorld } from '../../world/world.ts'
import { expectHonest, hostileValues } from '../hostile-values.ts'

describe('hostile values', () => {
  it('get an outcome or a NightlatchError from every option', () => {
    const { storage, mailer, keys } = createWorld()
    const good: NightlatchOptions = {
      appName: 'Acme',
      contact: 'help',
      storage,
      mailer,
      keys,
      describe: () => ({ name: 'x', addresses: [] }),
    }
    const nested = {
      policy: ['factors'],
      totp: ['algorithm', 'digits', 'window'],
      backupCodes: ['profile', 'count'],
      challenge: ['lifeMs', 'tries'],
      stepUp: ['lifeMs'],
      outbox: ['sweep'],
      sms: ['sender', 'countries', 'defaultCountry', 'domain', 'lifeMs', 'sends', 'ceilings', 'risk'],
      passkeys: ['verifier', 'counterRegression', 'synced'],
    }
    const parts: Readonly<Record<string, object>> = { ...everyMethod() }
    const single = ['factors', 'methods', 'trustedDevices', 'limiter', 'clock', 'random', 'slowHash']
    for (const value of hostileValues) {
      expectHonest(() => trustDevices(value as never))
      expectHonest(() => trustDevices({ lifeMs: value as never }))
      expectHonest(() => createNightlatch({ ...good, ...everyMethod(), methods: [value as never] }))
      for (const key of [...Object.keys(good), ...Object.keys(nested), ...single]) {
        expectHonest(() => createNightlatch({ ...good, [key]: value }))
      }
      for (const [part, names] of Object.entries(nested)) {
        for (const name of names) {
          expectHonest(() => createNightlatch({ ...good, [part]: { ...parts[part], [name]: value } }))
        }
      }
    }
  })
})
