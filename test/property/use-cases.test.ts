import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Task, TaskResult } from '../../src/core/account/record/tasks.ts'
import { unworked } from '../../src/core/account/record/tasks.ts'
import type { AccountState } from '../../src/core/account/record/state.ts'
import type { Method } from '../../src/core/factor.ts'
import { hasFactor } from '../../src/core/account/factors/live-factors.ts'
import { isRecovery } from '../../src/core/account/sessions/authorization.ts'
import { referenceTo } from '../../src/core/account/record/ids.ts'
import { emptyAccount } from '../../src/core/account/record/empty.ts'
import { summarizeAccount } from '../../src/core/account/record/summary.ts'
import type { Context } from '../../src/core/account/record/context.ts'
import type { Commit, Step, UseCase } from '../../src/core/account/record/step.ts'
import { removePasskey } from '../../src/core/account/passkeys/remove.ts'
import { renamePasskey } from '../../src/core/account/passkeys/rename.ts'
import { setPasskeyOnly } from '../../src/core/account/passkeys/set-only.ts'
import { confirmPasskey } from '../../src/core/account/passkeys/confirm.ts'
import { confirmSms } from '../../src/core/account/sms/confirm.ts'
import { confirmTotp } from '../../src/core/account/totp/confirm.ts'
import { endAllDeviceTrust, endDeviceTrust } from '../../src/core/account/sessions/end-device-trust.ts'
import { endAllSessions } from '../../src/core/account/sessions/end-all-sessions.ts'
import { endSession } from '../../src/core/account/sessions/end-session.ts'
import { enrollSms } from '../../src/core/account/sms/enroll.ts'
import { enrollTotp } from '../../src/core/account/totp/enroll.ts'
import { preferFactor } from '../../src/core/account/factors/prefer.ts'
import { recoverSignIn } from '../../src/core/account/sign-in/recover.ts'
import { regenerateBackupCodes } from '../../src/core/account/backup-codes/regenerate.ts'
import { registerPasskey } from '../../src/core/account/passkeys/register.ts'
import { removeBackupCodes } from '../../src/core/account/backup-codes/remove.ts'
import { removeSms } from '../../src/core/account/sms/remove.ts'
import { removeTotp } from '../../src/core/account/totp/remove.ts'
import { renameTotp } from '../../src/core/account/totp/rename.ts'
import { resynchronizeTotp } from '../../src/core/account/totp/resynchronize.ts'
import { sendSignInCode } from '../../src/core/account/sign-in/send-code.ts'
import { resendSms } from '../../src/core/account/sms/resend.ts'
import { sendStepUpCode } from '../../src/core/account/step-up/send-code.ts'
import { startSignIn } from '../../src/core/account/sign-in/start.ts'
import { turnOffTwoFactor } from '../../src/core/account/factors/turn-off.ts'
import { verifyPasskey } from '../../src/core/account/sign-in/verify-passkey.ts'
import { verifySignIn } from '../../src/core/account/sign-in/verify-code.ts'
import { verifyStepUp } from '../../src/core/account/step-up/verify-code.ts'
import { verifyStepUpPasskey } from '../../src/core/account/step-up/verify-passkey.ts'
import { equalData } from '../../src/core/equal-data.ts'
import { encodeEvent, encodeFact } from '../../src/core/events/index.ts'
import { limits } from '../../src/core/limits.ts'
import { mapSecrets } from '../../src/core/secret.ts'
import * as any from '../world/arbitraries.ts'

interface Case {
  readonly state: AccountState
  readonly command: unknown
  readonly context: Context
  readonly find: (task: Task) => TaskResult
}

interface AnyOutcome {
  readonly ok?: boolean
  readonly status?: string
}
type AnyUseCase = UseCase<never, AnyOutcome>
type Finished = Exclude<Step<AnyOutcome>, { need: unknown }>
type Written = Commit<AnyOutcome> | null

const authenticatorOf = (state: AccountState): fc.Arbitrary<string> =>
  fc.constantFrom(...state.totp.authenticators.map(({ id }) => id), 'gone')
const factor = fc.constantFrom(null, null, null, 'totp', 'sms', 'passkey', 'backup-code')
const switching = fc.boolean()
const primary = fc.constantFrom('password', 'oauth')
const passkeyOf = (state: AccountState): fc.Arbitrary<string> =>
  fc.constantFrom(...state.passkey.credentials.map(({ id }) => referenceTo(id)), 'gone')
const isUser = ({ command }: Case): boolean => (command as { auth: { kind: string } }).auth.kind === 'grant'

/** The session that a command made by {@link page} acts for. */
const acting = (state: AccountState): string => state.sessions[0]?.id ?? ''

/** A signed-in account, with a command for its state. */
function page(command: (state: AccountState, now: number) => fc.Arbitrary<object>): fc.Arbitrary<Case> {
  return fc
    .tuple(any.signedIn, any.context, any.finding, any.client, fc.boolean())
    .chain(([{ state: wild, auth }, context, find, client, easy]) => {
      const state = easy ? any.atEase(wild, context.now) : wild
      return command(state, context.now).map((rest) => ({ state, context, find, command: { auth, client, ...rest } }))
    })
}

const cases: Readonly<Record<string, { readonly useCase: AnyUseCase; readonly of: fc.Arbitrary<Case> }>> = {
  startSignIn: {
    useCase: startSignIn as AnyUseCase,
    of: page(() => fc.record({ account: fc.constant('ada'), primary })),
  },
  recoverSignIn: {
    useCase: recoverSignIn as AnyUseCase,
    of: page((state, now) => fc.record({ account: fc.constant('ada'), primary, code: any.code(state, now) })),
  },
  sendSignInCode: {
    useCase: sendSignInCode as AnyUseCase,
    of: page((state) => fc.record({ challenge: any.challenge(state) })),
  },
  verifyPasskey: {
    useCase: verifyPasskey as AnyUseCase,
    of: page((state) =>
      fc.option(any.challenge(state), { nil: null }).chain((challenge) =>
        fc.record({
          account: fc.constant('ada'),
          challenge: fc.constant(challenge),
          ceremony: any.ceremony(state, {
            purpose: challenge === null ? 'passwordless' : 'sign-in',
            request: challenge?.id ?? '',
          }),
          response: any.assertion(state),
          trust: fc.boolean(),
        }),
      ),
    ),
  },
  enrollSms: {
    useCase: enrollSms as AnyUseCase,
    of: page(() =>
      fc.record({
        phone: fc.constant(any.phone),
        country: fc.constantFrom('HU', 'AT', 'RU'),
        type: fc.constant('mobile'),
        switching,
      }),
    ),
  },
  resendSms: { useCase: resendSms as AnyUseCase, of: page(() => fc.constant({})) },
  sendStepUpCode: { useCase: sendStepUpCode as AnyUseCase, of: page(() => fc.constant({})) },
  confirmSms: {
    useCase: confirmSms as AnyUseCase,
    of: page((state, now) => fc.record({ code: any.code(state, now) })),
  },
  removeSms: { useCase: removeSms as AnyUseCase, of: page(() => fc.constant({})) },
  registerPasskey: {
    useCase: registerPasskey as AnyUseCase,
    of: page(() => fc.record({ account: fc.constant('ada'), label: fc.string(), switching })),
  },
  confirmPasskey: {
    useCase: confirmPasskey as AnyUseCase,
    of: page((state) =>
      fc.record({
        ceremony: any.ceremony(state, { purpose: 'register', request: acting(state) }),
        response: any.registration(state),
      }),
    ),
  },
  renamePasskey: {
    useCase: renamePasskey as AnyUseCase,
    of: page((state) => fc.record({ passkey: passkeyOf(state), label: fc.string() })),
  },
  removePasskey: {
    useCase: removePasskey as AnyUseCase,
    of: page((state) => fc.record({ passkey: passkeyOf(state) })),
  },
  setPasskeyOnly: { useCase: setPasskeyOnly as AnyUseCase, of: page(() => fc.record({ on: fc.boolean() })) },
  verifyStepUpPasskey: {
    useCase: verifyStepUpPasskey as AnyUseCase,
    of: page((state) =>
      fc.record({
        purpose: fc.constantFrom('factors', 'passkey-only'),
        ceremony: any.ceremony(state, { purpose: 'step-up', request: acting(state) }),
        response: any.assertion(state),
      }),
    ).filter(isUser),
  },
  preferFactor: {
    useCase: preferFactor as AnyUseCase,
    of: page(() => fc.record({ factor: fc.constantFrom('totp', 'sms', 'passkey') })),
  },
  endAllDeviceTrust: { useCase: endAllDeviceTrust as AnyUseCase, of: page(() => fc.constant({})) },
  endDeviceTrust: {
    useCase: endDeviceTrust as AnyUseCase,
    of: page((state) =>
      fc.record({ device: fc.constantFrom('gone', ...state.knownDevices.map(({ id }) => referenceTo(id))) }),
    ),
  },
  verifySignIn: {
    useCase: verifySignIn as AnyUseCase,
    of: page((state, now) =>
      fc.record({ challenge: any.challenge(state), code: any.code(state, now), factor, trust: fc.boolean() }),
    ),
  },
  enrollTotp: { useCase: enrollTotp as AnyUseCase, of: page(() => fc.record({ label: fc.string(), switching })) },
  confirmTotp: {
    useCase: confirmTotp as AnyUseCase,
    of: page((state, now) => fc.record({ code: any.code(state, now) })),
  },
  renameTotp: {
    useCase: renameTotp as AnyUseCase,
    of: page((state) => fc.record({ authenticator: authenticatorOf(state), label: fc.string() })),
  },
  removeTotp: {
    useCase: removeTotp as AnyUseCase,
    of: page((state) => fc.record({ authenticator: authenticatorOf(state) })),
  },
  resynchronizeTotp: {
    useCase: resynchronizeTotp as AnyUseCase,
    of: page((state, now) => fc.record({ authenticator: authenticatorOf(state), codes: any.pair(state, now) })),
  },
  removeBackupCodes: { useCase: removeBackupCodes as AnyUseCase, of: page(() => fc.constant({})) },
  regenerateBackupCodes: { useCase: regenerateBackupCodes as AnyUseCase, of: page(() => fc.constant({})) },
  turnOffTwoFactor: {
    useCase: turnOffTwoFactor as AnyUseCase,
    of: page((state, now) => fc.record({ code: any.code(state, now), factor })),
  },
  verifyStepUp: {
    useCase: verifyStepUp as AnyUseCase,
    of: page((state, now) => fc.record({ code: any.code(state, now), factor, purpose: fc.constant('factors') })).filter(
      isUser,
    ),
  },
  endSession: {
    useCase: endSession as AnyUseCase,
    of: page(() => fc.record({ session: fc.constantFrom(null, '0', 'gone') })),
  },
  endAllSessions: { useCase: endAllSessions as AnyUseCase, of: page(() => fc.record({ includingThis: fc.boolean() })) },
}

function freeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !(value instanceof Uint8Array)) {
    Object.freeze(value)
    for (const part of Object.values(value)) freeze(part)
  }
  return value
}

/** Runs a use case and its tasks, as the service does. The commit is null when the use case ends without one. */
function work(
  useCase: AnyUseCase,
  { state, command, context, find }: Case,
): {
  readonly results: readonly TaskResult[]
  readonly rounds: number
  readonly step: Finished
  readonly commit: Written
} {
  const results: TaskResult[] = []
  for (let rounds = 0; rounds < limits.taskRounds; rounds++) {
    const step = useCase(state, command as never, context, freeze([...results]))
    if (!('need' in step)) return { results, rounds, step, commit: 'commit' in step ? step.commit : null }
    const tasks = unworked(results, step.need)
    // A use case that needs no new task would never end.
    expect(tasks.length).toBeGreaterThan(0)
    for (const task of tasks) results.push(freeze(find(task)))
  }
  throw new Error('the use case does not end')
}

const methodOf: Readonly<Record<string, Method>> = { enrollTotp: 'totp', enrollSms: 'sms', registerPasskey: 'passkey' }

function capsHold(state: AccountState): void {
  expect(state.totp.authenticators.length).toBeLessThanOrEqual(limits.totpAuthenticators)
  expect(state.totp.failures).toBeLessThanOrEqual(limits.hardStop)
  expect(state['backup-code'].failures).toBeLessThanOrEqual(limits.hardStop)
  expect(state.throttle.sources.length).toBeLessThanOrEqual(limits.sources)
  expect(state.challenges.length).toBeLessThanOrEqual(limits.challenges)
  expect(state.spentChallenges.length).toBeLessThanOrEqual(limits.spent)
  expect(state.spentProofs.length + state.spentCeremonies.length).toBeLessThanOrEqual(limits.spent)
  expect(state.sessions.length).toBeLessThanOrEqual(limits.sessions)
  expect(state.knownDevices.length).toBeLessThanOrEqual(limits.knownDevices)
  expect(state.sms.failures).toBeLessThanOrEqual(limits.hardStop)
  expect(state.passkey.credentials.length).toBeLessThanOrEqual(limits.passkeys)
}

const shared = { actor: 'user', call: 'call' } as const
const runs = { numRuns: 800 }

describe.each(Object.entries(cases))('promise 7: %s', (name, { useCase, of }) => {
  it(`promise 7: ${name} gives the same outcome twice for any state, command and results, and changes no input`, () => {
    fc.assert(
      fc.property(of, (made) => {
        const input = freeze(made)
        const before = JSON.stringify(made)
        const first = work(useCase, input)
        expect(JSON.stringify(made)).toBe(before)
        const again = work(useCase, {
          ...input,
          find: (task) => first.results.find((entry) => equalData(entry.task, task)) ?? input.find(task),
        })
        expect(again).toStrictEqual(first)
      }),
      runs,
    )
  })

  it(`promise 7: ${name} commits within the caps, in events and summaries that can be written`, () => {
    fc.assert(
      fc.property(of, (made) => {
        const { commit, step } = work(useCase, made)
        if ('facts' in step) for (const fact of step.facts) encodeFact(fact, shared)
        if (commit === null) return
        capsHold(commit.state)
        expect(commit.events.length).toBeGreaterThan(0)
        for (const event of commit.events) encodeEvent(event, shared)
        for (const { channel, expiresAt } of commit.messages) {
          const life = channel === 'sms' ? (made.context.settings.sms?.codeMs ?? 0) : limits.noticeMs
          expect(expiresAt).toBe(made.context.now + life)
        }
        const summary = summarizeAccount(commit.state, made.context.now)
        for (const value of Object.values(summary)) expect(value === null || typeof value !== 'object').toBe(true)
        // No commit stores a time ahead of its clock, unless the time was there before.
        const latest = (state: AccountState): number =>
          Math.max(
            state.throttle.lockedAt ?? 0,
            ...state.throttle.sources.map(({ failedAt }) => failedAt),
            ...state.totp.authenticators.map(({ lastUsedAt }) => lastUsedAt ?? 0),
            ...state.knownDevices.map(({ lastAt }) => lastAt),
          )
        expect(latest(commit.state)).toBeLessThanOrEqual(Math.max(made.context.now, latest(made.state)))
        // The state can be stored: every secret has a path, and everything else is JSON.
        const stored = mapSecrets(commit.state, () => ({
          alg: 'xchacha20-poly1305',
          keyId: '',
          nonce: '',
          ciphertext: '',
        }))
        expect(JSON.parse(JSON.stringify(stored))).toStrictEqual(structuredClone(stored))
      }),
      runs,
    )
  })

  it(`promise 7: ${name} ignores the results of tasks that it did not need`, () => {
    fc.assert(
      fc.property(of, of, (made, other) => {
        // Results for another state are stale. The use case must ignore them.
        const asked = work(useCase, made).results.map(({ task }) => task)
        const stale = freeze(
          work(useCase, other).results.filter(({ task }) => !asked.some((own) => equalData(own, task))),
        )
        const [step, fresh] = [stale, []].map((results) =>
          useCase(made.state, made.command as never, made.context, results),
        )
        expect(step).toStrictEqual(fresh)
      }),
      { numRuns: 400 },
    )
  })
})

describe('promise 7: the commits of all use cases', () => {
  it('[TOTP-6] promise 7: no commit lets the last step of an authenticator go back', () => {
    const names = ['verifySignIn', 'verifyStepUp', 'resynchronizeTotp', 'confirmTotp', 'enrollTotp'] as const
    for (const name of names) {
      const { useCase, of } = cases[name]!
      fc.assert(
        fc.property(of, (made) => {
          const { commit } = work(useCase, made)
          for (const authenticator of commit?.state.totp.authenticators ?? []) {
            const before = made.state.totp.authenticators.find(({ id }) => id === authenticator.id)
            if (before !== undefined) expect(authenticator.lastStep).toBeGreaterThanOrEqual(before.lastStep)
          }
        }),
        runs,
      )
    }
  })

  it('[BC-4] promise 7: no commit makes a used backup code unused', () => {
    for (const [name, { useCase, of }] of Object.entries(cases)) {
      if (['regenerateBackupCodes', 'confirmTotp', 'confirmSms', 'confirmPasskey'].includes(name)) continue
      fc.assert(
        fc.property(of, (made) => {
          const { commit } = work(useCase, made)
          const before = made.state['backup-code'].set
          const after = commit?.state['backup-code'].set
          if (!before || !after) return
          const unused = before.usedAt.filter((at, index) => at !== null && after.usedAt[index] === null)
          expect(unused).toEqual([])
        }),
        { numRuns: 400 },
      )
    }
  })

  it('[LIF-2] [LIF-3] promise 7: no change of a factor is committed for a grant without a fresh proof or a code', () => {
    const changes = {
      enrollTotp: 'factors',
      removeTotp: 'factors',
      resynchronizeTotp: 'factors',
      regenerateBackupCodes: 'factors',
      removeBackupCodes: 'factors',
      enrollSms: 'factors',
      removeSms: 'factors',
      registerPasskey: 'factors',
      removePasskey: 'factors',
      setPasskeyOnly: expect.stringMatching(/^(?:factors|passkey-only)$/) as string,
    }
    for (const [name, purpose] of Object.entries(changes)) {
      const { useCase, of } = cases[name]!
      fc.assert(
        fc.property(of, (made) => {
          const { auth } = made.command as {
            auth: {
              kind: string
              grant: { session: string }
              proof?: { id: string; epoch: number; expiresAt: number; factor: string } | null
            }
          }
          const { commit } = work(useCase, made)
          if (commit === null || auth.kind === 'system' || !hasFactor(made.state)) return
          const session = made.state.sessions.find(({ id }) => id === auth.grant.session)
          // A session of a recovery may enroll the factor that it needs without a proof.
          if (session !== undefined && isRecovery(session) && session.needs.includes(methodOf[name]!)) return
          expect(auth.proof).toMatchObject({ account: 'ada', purpose, epoch: made.state.epoch })
          if (made.state.passkey.only) expect(auth.proof?.factor).toBe('passkey')
          expect(auth.proof?.expiresAt).toBeGreaterThan(made.context.now)
          expect(made.state.spentProofs.map(([id]) => id)).not.toContain(auth.proof?.id)
        }),
        runs,
      )
    }
  })

  it('promise 7: an empty account accepts no answer to a challenge', () => {
    fc.assert(
      fc.property(cases.verifySignIn!.of, (made) => {
        const { commit } = work(cases.verifySignIn!.useCase, {
          ...made,
          state: emptyAccount(made.context.now, 'birth'),
        })
        expect(commit).toBeNull()
      }),
      { numRuns: 300 },
    )
  })
})
