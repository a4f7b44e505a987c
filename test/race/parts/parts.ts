import type { Limiter, Nightlatch, NightlatchOptions, PasskeyVerifier, Storage } from 'nightlatch'
import { limits } from '../../../src/core/limits.ts'
import type { ReportKind } from '../../../src/ports/report.ts'
import { fastHash } from '../../world/fast-hash.ts'
import { createAuthenticator } from '../../world/passkey-authenticator.ts'
import { answered, keyOwner, made, verifier } from '../../world/passkey-person.ts'
import { elsewhere, home } from '../../world/person.ts'
import { mobile } from '../../world/several-factors.ts'
import type { World } from '../../world/world.ts'
import { typeWrongCodes } from '../../world/wrong-codes.ts'
import type { Fault } from './faults.ts'

/** What a call came to: a reason or status, or the code of the error that it threw. */
export type Seen = string

export interface Part {
  /** As SECURITY.md names it. */
  readonly title: string
  /** The answer comes in this time. 0: no call waits for the part. */
  readonly deadlineMs: number
  /** What the caller may see. */
  readonly sees: readonly Seen[]
  /** How the host is told. null: by the error that the call throws. */
  readonly told: ReportKind | null
  /** Nobody reads what the part answers. */
  readonly isDeaf?: boolean
  /** The options of a server whose part is wrong in this way. `right` are those of the world. */
  readonly options: (fault: Fault, world: World) => Partial<NightlatchOptions>
  /** Makes all ready on a server that works, and gives the call that meets the part. */
  readonly prepare: (world: World, id: string) => Promise<(nl: Nightlatch) => Promise<unknown>>
}

const start = (id: string): Parameters<Nightlatch['signIn']['start']>[0] => ({
  name: `${id}@people.example`,
  accountId: id,
  primary: 'password',
  client: home,
})

/** A sign-in by the code of an app. */
const byApp: Part['prepare'] = async (world, id) => {
  const person = await world.person(id)
  const challenge = await person.challenge()
  return (nl) => nl.signIn.verify({ challenge, code: person.app.code(), client: home })
}

const byBackupCode: Part['prepare'] = async (world, id) => {
  const person = await world.person(id)
  const challenge = await person.challenge()
  return (nl) => nl.signIn.verify({ challenge, code: person.backupCodes[0], client: home })
}

const byPasskey: Part['prepare'] = async (world, id) => {
  const { authenticator } = await keyOwner(world.nl, { id })
  const shown = await answered(world.nl, authenticator, null)
  return (nl) => nl.signIn.verifyPasskey(shown)
}

const enrollApp: Part['prepare'] = async (world, id) => {
  const begun = await world.nl.signIn.start(start(id))
  const grant = begun.status === 'granted' ? begun.grant : ''
  return (nl) => nl.totp.enroll({ grant })
}

const confirmPasskey: Part['prepare'] = async (world, id) => {
  const begun = await world.nl.signIn.start(start(id))
  const grant = begun.status === 'granted' ? begun.grant : ''
  const input = await made(world.nl, createAuthenticator(), { grant })
  return (nl) => nl.passkeys.confirm(input)
}

const registerPasskey: Part['prepare'] = async (world, id) => {
  const begun = await world.nl.signIn.start(start(id))
  const grant = begun.status === 'granted' ? begun.grant : ''
  return (nl) => nl.passkeys.register({ grant })
}

const enrollNumber: Part['prepare'] = async (world, id) => {
  const begun = await world.nl.signIn.start(start(id))
  const grant = begun.status === 'granted' ? begun.grant : ''
  return (nl) => nl.sms.enroll({ grant, number: mobile, client: home })
}

const lock: Part['prepare'] = async (world, id) => {
  const person = await world.person(id)
  await typeWrongCodes(world.nl, person, limits.lockAfter - 1)
  const client = elsewhere(99)
  const challenge = await person.challenge(client)
  return (nl) => nl.signIn.verify({ challenge, code: '000000', client })
}

const read =
  (call: (nl: Nightlatch, grant: string) => Promise<unknown>): Part['prepare'] =>
  async (world, id) => {
    const { grant } = await world.person(id)
    return (nl) => call(nl, grant)
  }

function method(name: keyof Storage): Part['options'] {
  return ({ act }, { storage }) => ({
    storage: { ...storage, [name]: (request: never) => act(() => storage[name](request)) },
  })
}

const wrongVerifier: Part['options'] = ({ act }) => {
  const wrong: PasskeyVerifier = {
    relyingParty: verifier.relyingParty,
    verifyAssertion: ((question: never) => act(() => verifier.verifyAssertion(question))) as never,
    verifyRegistration: ((question: never) => act(() => verifier.verifyRegistration(question))) as never,
  }
  return { passkeys: { verifier: wrong } }
}

/** Admits everybody, but nobody without the check that a person acts. */
const nameIsFull: Limiter = {
  charge: async ({ now, charges }) =>
    charges.some(({ limit, windowMs }) => limit === limits.nameFailures && windowMs === limits.nameFailuresMs)
      ? { admitted: false, retryAt: now + 1 }
      : { admitted: true },
  giveBack: async () => undefined,
}

const storageFails = ['NL_STORAGE_FAILED'] as const

export const parts: readonly Part[] = [
  {
    title: 'storage.load',
    deadlineMs: limits.storageMs,
    sees: [...storageFails, 'NL_RECORD_TAMPERED'],
    told: null,
    options: method('load'),
    prepare: byApp,
  },
  {
    title: 'storage.commit',
    deadlineMs: limits.storageMs,
    // The record tells of a commit that was made and not answered.
    sees: ['NL_STORAGE_UNKNOWN', 'granted'],
    told: null,
    options: method('commit'),
    prepare: byApp,
  },
  {
    title: 'storage.find',
    deadlineMs: limits.storageMs,
    // A text may be the id of a record that is not there.
    sees: [...storageFails, 'wrong-credentials'],
    told: null,
    options: method('find'),
    prepare: byPasskey,
  },
  {
    title: 'storage.listEvents',
    deadlineMs: limits.storageMs,
    sees: storageFails,
    told: null,
    options: method('listEvents'),
    prepare: read((nl, grant) => nl.history.list({ grant })),
  },
  {
    title: 'storage.listFacts',
    deadlineMs: limits.storageMs,
    sees: storageFails,
    told: null,
    options: method('listFacts'),
    prepare: read((nl, grant) => nl.history.facts({ grant })),
  },
  {
    title: 'storage.takeMessages',
    deadlineMs: limits.storageMs,
    sees: storageFails,
    told: null,
    options: method('takeMessages'),
    prepare: read((nl) => nl.outbox.sweep()),
  },
  {
    title: 'limiter',
    deadlineMs: limits.limiterMs,
    sees: ['granted'],
    told: 'limiter',
    options: ({ act }) => ({
      limiter: {
        charge: (() => act(() => ({ admitted: true }))) as never,
        giveBack: async () => undefined,
      },
    }),
    prepare: byApp,
  },
  {
    title: 'slowHash',
    deadlineMs: limits.slowHashMs,
    sees: ['NL_SLOW_HASH_FAILED'],
    told: null,
    options: ({ act }) => ({ slowHash: ((request: never) => act(() => fastHash(request))) as never }),
    prepare: byBackupCode,
  },
  {
    title: 'passkeys.verifier',
    deadlineMs: limits.verifierMs,
    sees: ['wrong-credentials'],
    told: 'passkeys',
    options: wrongVerifier,
    prepare: byPasskey,
  },
  {
    title: 'passkeys.verifier',
    deadlineMs: limits.verifierMs,
    sees: ['wrong'],
    told: 'passkeys',
    options: wrongVerifier,
    prepare: confirmPasskey,
  },
  ...[enrollApp, registerPasskey].map((prepare): Part => ({
    title: 'describe',
    deadlineMs: limits.describeMs,
    sees: ['NL_DESCRIBE_FAILED'],
    told: null,
    options: ({ act }) => ({ describe: (() => act(() => ({ name: 'Ada', addresses: [] }))) as never }),
    prepare,
  })),
  {
    title: 'sms.risk',
    deadlineMs: limits.hostCheckMs,
    sees: ['denied'],
    told: 'risk',
    options: ({ act }, world) => ({
      sms: { sender: { send: async () => undefined }, countries: ['HU'], risk: (() => act(() => 'send')) as never },
      mailer: world.mailer,
    }),
    prepare: enrollNumber,
  },
  {
    title: 'human',
    deadlineMs: limits.hostCheckMs,
    sees: ['human'],
    told: 'human',
    options: ({ act }) => ({ limiter: nameIsFull, human: (() => act(() => true)) as never }),
    prepare: async (world, id) => {
      await world.person(id)
      return (nl) => nl.signIn.start(start(id))
    },
  },
  {
    title: 'onCompromised',
    isDeaf: true,
    deadlineMs: 0,
    sees: ['wrong'],
    told: 'compromised',
    options: ({ act }) => ({ onCompromised: (() => act(() => undefined)) as never }),
    prepare: lock,
  },
  {
    title: 'sink',
    isDeaf: true,
    deadlineMs: 0,
    sees: ['granted'],
    told: 'sink',
    options: ({ act }) => ({ sink: (() => act(() => undefined)) as never }),
    prepare: byApp,
  },
  {
    title: 'storage.append',
    isDeaf: true,
    deadlineMs: 0,
    sees: ['wrong-credentials'],
    told: 'facts',
    options: method('append'),
    prepare: async (world, id) => {
      await world.person(id)
      return (nl) => nl.signIn.failed({ name: id, accountId: id, client: home })
    },
  },
]
