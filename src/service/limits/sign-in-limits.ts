import type { Actor } from '../../core/account/record/context.ts'
import { NightlatchError } from '../../core/errors.ts'
import type { Flow } from '../../core/flow.ts'
import { limits } from '../../core/limits.ts'
import type { HumanCheck } from '../../ports/human.ts'
import type { LimiterCharge } from '../../ports/limiter.ts'
import type { OpenedClient } from '../keys/client.ts'
import { answerInTime } from '../loop/in-time.ts'
import type { Kernel } from '../loop/kernel.ts'
import type { Limited } from './limiter.ts'
import { countedNetworks, wholeNetwork } from './networks.ts'
import { createNoteName } from './tried-names.ts'

const minute = 60_000

/** The keys of what a completed sign-in gives back. Empty: nothing was charged there. */
export interface Charged {
  readonly networkKey: string
  readonly nameKey: string
}

/** Somebody who typed a name, with a right or a wrong password. */
export interface PrimaryAttempt {
  readonly name: string
  /** The name as it is counted and stored. */
  readonly nameHash: string
  readonly accountId: string | null
  readonly client: OpenedClient
  /** For the host's check that a person acts. */
  readonly answer: unknown
}

export type Admission =
  | { readonly admitted: true; readonly charged: Charged }
  | { readonly admitted: false; readonly reason: 'too-many-attempts' | 'human'; readonly retryAt?: number }

/** Charges a sign-in before anything is read. Null: within every limit. A refusal leaves a sampled fact. */
export interface SignInLimits {
  /** `start`, `failed` and `recover` charge the same keys, so that a wait never tells if the password was right. */
  primary(attempt: PrimaryAttempt): Promise<Admission>
  /** A name failed: the answer says that its password was wrong, or that there were too many. */
  failed(attempt: Pick<PrimaryAttempt, 'nameHash' | 'client'>): void
  /** A completed sign-in counts nowhere. */
  completed(charged: Charged): void
  challenge(accountId: string, client: OpenedClient): Promise<Limited | null>
  /** A passkey alone: nobody knows yet whose it is. */
  passkey(client: OpenedClient): Promise<Limited | null>
}

export function createSignInLimits(kernel: Kernel): SignInLimits {
  const { limiting } = kernel
  const failed = createFailed(kernel)
  const admitUnknown = createAdmitUnknown(kernel, failed)

  return {
    async primary(attempt) {
      const { accountId, client } = attempt
      if (accountId === null || !client.deviceNamesAccount) return admitUnknown(attempt)
      // All browsers that the account knows share these. Beyond them, they count as unknown ones.
      const hash = await kernel.nameHash()
      const key = hash('sign-in-devices', accountId)
      const tries = { key, limit: limits.deviceTries, windowMs: limits.passwordTriesMs }
      const isOver = (await limiting.charge([tries], 'primary')) !== null
      return isOver ? admitUnknown(attempt) : { admitted: true, charged: { networkKey: '', nameKey: '' } }
    },

    failed,

    completed({ networkKey, nameKey }) {
      limiting.giveBack([
        ...(networkKey === '' ? [] : [overNetwork(kernel, networkKey)]),
        ...(nameKey === '' ? [] : [overName(nameKey)]),
      ])
    },

    async challenge(accountId, client) {
      const hash = await kernel.nameHash()
      const key = hash('code', accountId, ...sourceOf(client))
      const limited = await limiting.charge([{ key, limit: 60, windowMs: minute }], 'sign-in')
      if (limited !== null) recordLimited(kernel, { flow: 'sign-in', accountId, client, actor: { kind: 'user' } })
      return limited
    },

    async passkey(client) {
      const source = client.deviceId === null ? networkOf(client) : ['device', client.deviceId]
      // Without an address all such clients would share one count, and nobody guesses a passkey.
      if (client.deviceId === null && client.network === null) return null
      const hash = await kernel.nameHash()
      const key = hash('passkey', ...source)
      const limited = await limiting.charge([{ key, limit: 30, windowMs: minute }], 'passkey')
      const call = { flow: 'passkey', accountId: null, client, actor: { kind: 'stranger' } } as const
      if (limited !== null) recordLimited(kernel, call)
      return limited
    },
  }
}

function overNetwork({ signInTerms }: Kernel, key: string): LimiterCharge {
  return { key, limit: signInTerms.failuresPerNetwork, windowMs: limits.networkFailuresMs }
}

function overName(key: string): LimiterCharge {
  return { key, limit: limits.nameFailures, windowMs: limits.nameFailuresMs }
}

function createFailed(kernel: Kernel): SignInLimits['failed'] {
  const noteName = createNoteName()
  return ({ nameHash, client }) => {
    const network = wholeNetwork(client)
    if (network === null || client.deviceNamesAccount) return
    if (!noteName(network, nameHash, kernel.now())) return
    const text = `more than ${limits.networkNames} names were tried from ${network} within an hour`
    kernel.tell('names', text, { subject: network })
  }
}

/** Charges the counts for browsers that the account does not know. */
function createAdmitUnknown(
  kernel: Kernel,
  failed: SignInLimits['failed'],
): (attempt: PrimaryAttempt) => Promise<Admission> {
  const { limiting, tell } = kernel
  const { human } = kernel.signInTerms
  let toldOfAddress = false

  const tellOfAddress = (): void => {
    if (!toldOfAddress) tell('address', 'a request has no address: no limit over all names holds for it')
    toldOfAddress = true
  }

  const refuse = (attempt: PrimaryAttempt, refusal: Extract<Admission, { admitted: false }>): Admission => {
    const { nameHash, accountId, client } = attempt
    failed(attempt)
    recordLimited(kernel, { flow: 'primary', accountId, client, actor: { kind: 'stranger' }, nameHash })
    return refusal
  }

  return async (attempt) => {
    const { name, client } = attempt
    const hash = await kernel.nameHash()
    const network = wholeNetwork(client)
    const networkKey = network === null ? '' : hash('sign-in-network', network)
    if (network === null && client.addressFault === null) tellOfAddress()
    const ofName = countedNetworks(client).map(({ text, tries }) => ({
      key: hash('sign-in', name, text),
      limit: tries,
      windowMs: limits.passwordTriesMs,
    }))
    const charges = network === null ? ofName : [...ofName, overNetwork(kernel, networkKey)]
    const limited = await limiting.charge(charges, 'primary')
    if (limited !== null) return refuse(attempt, { admitted: false, reason: 'too-many-attempts', ...limited })
    if (human === undefined) return { admitted: true, charged: { networkKey, nameKey: '' } }
    const nameKey = hash('sign-in-name', name)
    const isOver = (await limiting.charge([overName(nameKey)], 'primary')) !== null
    if (!isOver) return { admitted: true, charged: { networkKey, nameKey } }
    if (await isHuman(kernel, human, attempt)) return { admitted: true, charged: { networkKey, nameKey: '' } }
    return refuse(attempt, { admitted: false, reason: 'human' })
  }
}

interface LimitedCall {
  readonly flow: Flow
  readonly accountId: string | null
  readonly client: OpenedClient
  readonly actor: Actor
  readonly nameHash?: string
}

function recordLimited(kernel: Kernel, { flow, accountId, client, actor, nameHash }: LimitedCall): void {
  const values = { flow, ...(nameHash === undefined ? {} : { name: nameHash }), sampled: 1 }
  kernel.recordFact(accountId, { type: 'excess_rate_limit_exceeded', values }, client, actor)
}

/** A check that cannot be made lets nobody through. */
async function isHuman(kernel: Kernel, human: HumanCheck, { name, client, answer }: PrimaryAttempt): Promise<boolean> {
  const { ip, userAgent } = client
  const request = { name, client: { ip, userAgent }, answer }
  try {
    const isPerson = await answerInTime<unknown>(() => human(request), deadline)
    if (typeof isPerson === 'boolean') return isPerson
    throw new NightlatchError('NL_CONFIG', 'human must answer true or false')
  } catch (cause) {
    kernel.tell('human', 'the check that a person acts failed, and lets nobody through', { cause })
    return false
  }
}

const deadline = { part: 'human', ms: limits.hostCheckMs, code: 'NL_CONFIG' } as const

/** A browser that the account knows has a count of its own, which strangers in its network cannot use up. */
function sourceOf(client: OpenedClient): readonly string[] {
  const { deviceNamesAccount, deviceId } = client
  return deviceNamesAccount && deviceId !== null ? ['device', deviceId] : networkOf(client)
}

function networkOf({ network }: OpenedClient): readonly string[] {
  return ['network', network ?? 'unknown']
}
