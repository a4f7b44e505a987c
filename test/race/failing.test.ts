import { beforeEach, describe, expect, it, vi } from 'vitest'
import { isNightlatchError, keyring } from 'nightlatch'
import type { Nightlatch, Storage } from 'nightlatch'
import { memoryMailer } from 'nightlatch/testing'
import { limits } from '../../src/core/limits.ts'
import { expectOk, expectStatus } from '../world/expect-outcome.ts'
import { brokenStorage, storageFailure } from '../world/faulty-storage.ts'
import { peekFacts, peekState } from '../world/peek.ts'
import type { Person } from '../world/person.ts'
import type { World } from '../world/world.ts'
import { createWorld, keyText } from '../world/world.ts'
import { typeWrongCodes } from '../world/wrong-codes.ts'
import { limiterThat } from '../world/unlimited.ts'

const minute = 60_000

describe('promise 5: a storage that fails grants nothing', () => {
  /** A call, and whether it was granted what it asked for. */
  type Act = (nl: Nightlatch, scene: Scene) => Promise<boolean>
  interface Scene {
    readonly ada: Person
    readonly world: World
    readonly challenge: string
    readonly proof: string
  }
  const acts: Readonly<Record<string, Act>> = {
    'signIn.start': async (nl) =>
      (await nl.signIn.start({ name: 'eve', accountId: 'eve', primary: 'password' })).status === 'granted',
    'signIn.verify': async (nl, { ada, challenge }) =>
      (await nl.signIn.verify({ challenge, code: ada.app.code(), client: ada.client })).status === 'granted',
    'signIn.verify with a backup code': async (nl, { ada, challenge }) =>
      (await nl.signIn.verify({ challenge, code: ada.backupCodes[0], client: ada.client })).status === 'granted',
    'stepUp.verify': async (nl, { ada }) =>
      (await nl.stepUp.verify({ grant: ada.grant, purpose: 'factors', code: ada.app.code() })).ok,
    'sessions.check': async (nl, { ada }) => (await nl.sessions.check({ grant: ada.grant })).ok,
    'totp.enroll': async (nl, { ada, proof }) => (await nl.totp.enroll({ grant: ada.grant, proof })).ok,
    'totp.remove': async (nl, { ada, proof }) =>
      (await nl.totp.remove({ grant: ada.grant, proof, authenticator: ada.app.id })).ok,
    'backupCodes.regenerate': async (nl, { ada, proof }) =>
      (await nl.backupCodes.regenerate({ grant: ada.grant, proof })).ok,
    'accounts.turnOffTwoFactor': async (nl, { ada }) =>
      (await nl.accounts.turnOffTwoFactor({ grant: ada.grant, code: ada.app.code() })).ok,
    'sessions.endAll': async (nl, { ada }) => (await nl.sessions.endAll({ grant: ada.grant })).ok,
    'history.verify': async (nl, { ada }) => (await nl.history.verify({ grant: ada.grant })).ok,
  }
  const failures: readonly (readonly [string, () => Error])[] = [
    ['a coded error', storageFailure],
    ['an error of a driver', () => new TypeError('connection reset; query was: select …')],
  ]

  async function scene(): Promise<Scene> {
    const world = createWorld()
    const ada = await world.person()
    await ada.signIn()
    const proof = await ada.proof()
    world.clock.advance(30_000)
    return { world, ada, proof, challenge: await ada.challenge() }
  }

  for (const [title, failure] of failures) {
    it.each(Object.keys(acts))(
      `promise 5: %s grants nothing when its storage calls fail for good with ${title}`,
      async (name) => {
        const act = acts[name] as Act
        // All calls fail from the first on, then from the second on, … until none fails any more.
        for (let from = 0; from < 12; from++) {
          const made = await scene()
          const before = await made.world.storage.load('account:ada')
          let reached = false
          const storage = brokenStorage(
            made.world.storage,
            (method, count) => {
              // Messages are settled after the answer, which does not depend on them.
              const fails = count >= from && method !== 'settleMessage'
              reached ||= fails
              return fails
            },
            failure,
          )
          const nl = made.world.instance({ storage })
          let got = false
          try {
            got = await act(nl, made)
          } catch (error) {
            expect(isNightlatchError(error) && error.code).toMatch(/^NL_STORAGE_(?:FAILED|UNKNOWN)$/)
          }
          await nl.outbox.idle()
          if (!reached) {
            expect(got).toBe(true)
            break
          }
          expect(got).toBe(false)
          expect(await made.world.storage.load('account:ada')).toStrictEqual(before)
        }
      },
    )

    it.each(Object.keys(acts))(
      `promise 5: %s answers or throws an error of the storage when one storage call fails with ${title}`,
      async (name) => {
        const act = acts[name] as Act
        for (let at = 0; at < 12; at++) {
          const made = await scene()
          const storage = brokenStorage(made.world.storage, (_, count) => count === at, failure)
          const nl = made.world.instance({ storage })
          try {
            await act(nl, made)
          } catch (error) {
            expect(isNightlatchError(error) && error.code).toMatch(/^NL_STORAGE_(?:FAILED|UNKNOWN)$/)
          }
          await nl.outbox.idle()
        }
      },
    )
  }

  it('[THR-8] promise 5: when the limiter fails, the one in the process takes over, and a fact says so', async () => {
    const { world, ada } = await scene()
    const nl = world.instance({ limiter: limiterThat(() => Promise.reject(new Error('down'))) })
    const client = { ip: '203.0.113.9' }
    const answers: string[] = []
    for (let i = 0; i < 25; i++)
      answers.push((await nl.signIn.failed({ name: 'ada', accountId: 'ada', client })).reason)
    expect(answers.filter((reason) => reason === 'too-many-attempts')).toHaveLength(5)
    expect((await peekFacts(world.storage, null)).filter(({ type }) => type === 'limiter_fail').length).toBeGreaterThan(
      0,
    )
    expect(ada.id).toBe('ada')
  })

  it('promise 5: a storage whose commit answers nothing grants nothing', async () => {
    const { world, ada, challenge } = await scene()
    const storage = { ...world.storage, commit: async () => undefined as never }
    const nl = world.instance({ storage })
    const answer = nl.signIn.verify({ challenge, code: ada.app.code(), client: ada.client })
    await expect(answer).rejects.toMatchObject({ code: expect.stringMatching(/^NL_STORAGE_/) })
  })

  it.each([true, false])(
    'promise 5: a commit without an end (written: %s) stops no later call of its account',
    async (isWritten) => {
      const { world, ada, challenge } = await scene()
      let hangs = true
      const commit: Storage['commit'] = async (change) => {
        if (!hangs) return world.storage.commit(change)
        hangs = false
        if (isWritten) await world.storage.commit(change)
        return new Promise(() => undefined)
      }
      const nl = world.instance({ storage: { ...world.storage, commit } })
      const code = ada.app.code()
      vi.useFakeTimers()
      try {
        const answers: unknown[] = []
        for (const _ of [1, 2]) {
          void nl.signIn.verify({ challenge, code, client: ada.client }).then(({ status }) => answers.push(status))
        }
        await vi.advanceTimersByTimeAsync(limits.turnMs)
        // The first never learns what became of it. The second counts only if the first was not written.
        expect(answers).toEqual([isWritten ? 'refused' : 'granted'])
      } finally {
        vi.useRealTimers()
      }
    },
  )
})

describe('promise 5: mail that fails', () => {
  let world: World
  let ada: Person
  beforeEach(async () => {
    world = createWorld()
    ada = await world.person()
    await world.nl.outbox.idle()
    world.mailer.clear()
  })

  /** A sign-in with a backup code, which tells the owner by mail. */
  async function signInBy(nl: Nightlatch): Promise<void> {
    const code = ada.backupCodes[used++]
    expectStatus(await nl.signIn.verify({ challenge: await ada.challenge(), code, client: ada.client }), 'granted')
  }
  let used = 0
  beforeEach(() => {
    used = 0
  })

  const swept = async (nl: Nightlatch): Promise<unknown> => nl.outbox.sweep()
  const nothing = { sent: 0, dead: 0, retried: 0 }

  it('[NOT-8] [BC-11] promise 5: a mailer that refuses does not delay a sign-in, and another server sends the mail later', async () => {
    world.mailer.behave('fail')
    const nl = world.instance()
    await signInBy(nl)
    await nl.outbox.idle()
    expect(world.mailer.mails).toHaveLength(0)
    world.mailer.behave('deliver')
    expect(await swept(world.instance())).toStrictEqual(nothing)
    world.clock.advance(limits.retryFirstMs)
    expect(await swept(world.instance())).toStrictEqual({ ...nothing, sent: 1 })
    expect(world.mailer.mails).toHaveLength(1)
    expect(world.mailer.mails[0]?.text).toContain('9')
    expect(await swept(world.instance())).toStrictEqual(nothing)
  })

  it('[NOT-8] [NOT-9] promise 5: a mailer that hangs does not delay a sign-in, and another server sends the mail after the lease', async () => {
    world.mailer.behave('hang')
    const nl = world.instance()
    await signInBy(nl)
    const healthy = memoryMailer()
    const other = world.instance({ mailer: healthy })
    world.clock.advance(limits.messageLeaseMs - 1)
    expect(await swept(other)).toStrictEqual(nothing)
    world.clock.advance(1)
    expect(await swept(other)).toStrictEqual({ ...nothing, sent: 1 })
    // The hanging server goes on without the lease; its mail has the same key, so that a mailer can tell.
    world.mailer.behave('deliver')
    await nl.outbox.idle()
    expect(world.mailer.mails[0]?.dedupeKey).toBe(healthy.mails[0]?.dedupeKey)
    world.clock.advance(minute)
    expect(await swept(other)).toStrictEqual(nothing)
  })

  it('[NOT-8] promise 5: a `describe` that fails, hangs or answers nonsense does not delay a sign-in', async () => {
    const descriptions: readonly (() => unknown)[] = [
      () => Promise.reject(new Error('no database')),
      () => new Promise(() => undefined),
      () => null,
      () => ({ name: 5 }),
      () => ({ name: 'Ada', addresses: [null] }),
      () => ({ name: 'Ada', addresses: [{ mail: 'a@b.example', verified: 'yes' }] }),
    ]
    for (const describe of descriptions) {
      await signInBy(world.instance({ describe: describe as never }))
    }
    await new Promise((resolve) => setTimeout(resolve, 20))
    world.clock.advance(limits.messageLeaseMs)
    expect(await swept(world.instance())).toStrictEqual({ ...nothing, sent: descriptions.length })
  })

  it('promise 5: a mail is retried after 30 s, doubled up to an hour, until it expires and leaves a fact', async () => {
    world.mailer.behave('fail')
    const nl = world.instance()
    await signInBy(nl)
    await nl.outbox.idle()
    const waits: number[] = []
    let last = world.clock()
    let died = false
    for (let passed = 0; passed <= limits.noticeMs + 2 * limits.retryLongestMs && !died; passed += 15_000) {
      world.clock.advance(15_000)
      const result = await nl.outbox.sweep()
      if (result.retried + result.dead > 0) {
        waits.push((world.clock() - last) / 1000)
        last = world.clock()
      }
      died = result.dead > 0
    }
    expect(waits.slice(0, 8)).toStrictEqual([30, 60, 120, 240, 480, 960, 1920, 3600])
    expect(died).toBe(true)
    expect(world.mailer.mails).toHaveLength(0)
    const dead = (await peekFacts(world.storage, 'ada')).filter(({ type }) => type === 'message_dead')
    expect(dead.map(({ fields }) => fields.reason)).toStrictEqual(['expired'])
  })

  it('promise 5: a message that was never taken is not sent after it expired', async () => {
    const gone = world.instance({ mailer: { send: () => new Promise(() => undefined) } })
    await signInBy(gone)
    world.clock.advance(limits.noticeMs)
    expect(await swept(world.instance())).toStrictEqual({ ...nothing, dead: 1 })
    expect(world.mailer.mails).toHaveLength(0)
  })

  it('promise 5: a mail to an account without a verified address waits for one, and a fact says so', async () => {
    let verified = false
    const nl = world.instance({
      describe: () => ({ name: 'Ada', addresses: [{ mail: 'a@b.example', verified }] }),
    })
    await signInBy(nl)
    await nl.outbox.idle()
    const facts = (await peekFacts(world.storage, 'ada')).filter(({ type }) => type === 'message_failed')
    expect(facts.map(({ fields }) => fields.reason)).toStrictEqual(['no-verified-address'])
    expect(world.mailer.mails).toHaveLength(0)
    verified = true
    world.clock.advance(limits.retryLongestMs)
    expect(await swept(nl)).toStrictEqual({ ...nothing, sent: 1 })
    expect(world.mailer.mails.map(({ to }) => to)).toStrictEqual(['a@b.example'])
  })

  it('promise 5: a dead message leaves its fact even if the storage fails while it is given up', async () => {
    for (const method of ['append', 'settleMessage'] as const) {
      const hang = world.instance({ mailer: { send: () => new Promise(() => undefined) } })
      await signInBy(hang)
      world.clock.advance(limits.noticeMs)
      let broken = true
      const storage = brokenStorage(world.storage, (name) => broken && name === method)
      const nl = world.instance({ storage })
      await expect(nl.outbox.sweep()).rejects.toMatchObject({ code: 'NL_STORAGE_FAILED' })
      broken = false
      world.clock.advance(limits.messageLeaseMs)
      await nl.outbox.sweep()
      const dead = (await peekFacts(world.storage, 'ada')).filter(({ type }) => type === 'message_dead')
      expect(dead.length).toBeGreaterThan(0)
      for (const { id } of dead) expect(id).toBeTruthy()
      world = createWorld()
      ada = await world.person()
      used = 0
    }
  })

  it('promise 5: one message that cannot be settled does not keep the others from being sent', async () => {
    world.mailer.behave('fail')
    const nl = world.instance()
    for (let i = 0; i < 4; i++) await signInBy(nl)
    await nl.outbox.idle()
    world.mailer.behave('deliver')
    world.clock.advance(limits.retryFirstMs)
    let settled = 0
    const storage: Storage = {
      ...world.storage,
      settleMessage: async (request) => {
        if (settled++ === 0) throw storageFailure()
        return world.storage.settleMessage(request)
      },
    }
    await world
      .instance({ storage })
      .outbox.sweep()
      .catch(() => undefined)
    expect(world.mailer.mails).toHaveLength(4)
  })

  it('promise 5: a server that lost its lease to another one sends to no more addresses', async () => {
    const addresses = ['a@b.example', 'c@d.example'].map((mail) => ({ mail, verified: true }))
    const describe = (): { name: string; addresses: typeof addresses } => ({ name: 'Ada', addresses })
    const sent: string[] = []
    const slow = world.instance({
      describe,
      mailer: {
        async send({ to }) {
          sent.push(to)
          world.clock.advance(limits.messageLeaseMs)
          expect(await swept(world.instance({ describe }))).toStrictEqual({ ...nothing, sent: 1 })
        },
      },
    })
    await signInBy(slow)
    await slow.outbox.idle()
    expect(sent).toStrictEqual(['a@b.example'])
    expect(world.mailer.mails.map(({ to }) => to)).toStrictEqual(['a@b.example', 'c@d.example'])
  })

  it('promise 5: three servers that sweep at once send each message once', async () => {
    world.mailer.behave('fail')
    const nl = world.instance()
    for (let i = 0; i < 8; i++) await signInBy(nl)
    await nl.outbox.idle()
    world.mailer.behave('deliver')
    world.clock.advance(limits.retryFirstMs)
    await Promise.all([swept(world.instance()), swept(world.instance()), swept(world.instance())])
    expect(world.mailer.mails).toHaveLength(8)
    expect(new Set(world.mailer.mails.map(({ dedupeKey }) => dedupeKey)).size).toBe(8)
  })

  it('[CRY-7] promise 5: a message sealed under a key that one server lacks waits for a server that has it', async () => {
    world.mailer.behave('fail')
    const rotated = world.instance({ keys: keyring([keyText(2), keyText(1)]) })
    await signInBy(rotated)
    await rotated.outbox.idle()
    world.mailer.behave('deliver')
    world.clock.advance(limits.retryFirstMs)
    await swept(world.nl)
    expect(world.mailer.mails).toHaveLength(0)
    world.clock.advance(limits.retryLongestMs)
    expect(await swept(rotated)).toStrictEqual({ ...nothing, sent: 1 })
  })

  it('promise 5: a message moved to another account is not sent to it, and leaves a fact', async () => {
    await world.person('eve')
    await world.nl.outbox.idle()
    world.mailer.behave('fail')
    const nl = world.instance()
    await signInBy(nl)
    await nl.outbox.idle()
    world.mailer.behave('deliver')
    world.mailer.clear()
    world.clock.advance(limits.retryFirstMs)
    const storage: Storage = {
      ...world.storage,
      takeMessages: async (request) =>
        (await world.storage.takeMessages(request)).map((message) => ({ ...message, recordId: 'account:eve' })),
    }
    await world.instance({ storage }).outbox.sweep()
    expect(world.mailer.mails).toHaveLength(0)
    const dead = (await peekFacts(world.storage, 'eve')).filter(({ type }) => type === 'message_dead')
    expect(dead.map(({ fields }) => fields.reason)).toStrictEqual(['unreadable'])
  })

  it('[NOT-7] promise 5: the mail about a lock is sent also right after another mail', async () => {
    const nl = world.instance()
    await typeWrongCodes(nl, ada, limits.lockAfter)
    await nl.outbox.idle()
    expect(world.mailer.mails).toHaveLength(2)
    expect((await peekState(world.storage, 'ada'))?.notices.lockedAt).toBe(world.clock())
    expectOk(await nl.history.verify({ grant: ada.grant }))
  })
})
