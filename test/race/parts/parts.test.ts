import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { isNightlatchError } from 'nightlatch'
import type { Nightlatch, Report } from 'nightlatch'
import { withPasskeys } from '../../world/passkey-person.ts'
import { peekState } from '../../world/peek.ts'
import { everyMethod } from '../../world/several-factors.ts'
import { home } from '../../world/person.ts'
import type { World } from '../../world/world.ts'
import { createWorld } from '../../world/world.ts'
import { faults, hourMs } from './faults.ts'
import type { Seen } from './parts.ts'
import { parts } from './parts.ts'

const unhandled: unknown[] = []
const note = (error: unknown): void => void unhandled.push(error)

beforeAll(() => {
  process.on('unhandledRejection', note)
})
afterAll(() => {
  process.off('unhandledRejection', note)
})
beforeEach(() => {
  unhandled.length = 0
})
afterEach(() => {
  vi.useRealTimers()
})

/** Lets this process work, and its timers run for so long. Fewer steps where nothing happens. */
async function pass(ms: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms)
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve))
}

async function seenOf(work: Promise<unknown>): Promise<Seen> {
  try {
    const { status, reason, ok } = (await work) as Record<string, unknown>
    return String(reason ?? status ?? ok)
  } catch (error) {
    if (!isNightlatchError(error)) throw error
    expect(error.message).not.toContain('secret')
    return error.code
  }
}

/** What the call comes to within a time, by the timers of this process. */
async function within(ms: number, work: Promise<unknown>): Promise<Seen> {
  let seen: Seen | null = null
  const settled = seenOf(work).then((came) => (seen = came))
  for (let passed = 0, step = 1; seen === null && passed <= ms + 5000; passed += step) {
    step = passed < ms - 1000 ? 500 : 10
    await pass(step)
    if (passed > ms + 4000) throw new Error('the call hangs beyond its deadline')
  }
  return settled
}

const options = { ...everyMethod(), ...withPasskeys }

/** What an account and its sessions can do. */
async function holdings({ storage }: World, id: string): Promise<unknown> {
  const state = await peekState(storage, id)
  if (state === null) return null
  const { sessions, spentProofs, epoch, totp, sms, passkey, 'backup-code': codes } = state
  const { authenticators } = totp
  return {
    sessions,
    spentProofs,
    epoch,
    authenticators,
    number: sms.number,
    passkeys: passkey.credentials,
    codes: codes.set,
  }
}

/** Another person on the same server: meets the part if it must, and gets an answer of some kind. */
async function anotherIsServed(nl: Nightlatch): Promise<void> {
  const asked = nl.signIn.failed({ name: 'nobody', client: { ...home, ip: '198.51.100.9' } })
  await within(1000, asked)
}

let count = 0
describe.each(parts.map((part, at) => [`${part.title} (${at})`, part] as const))('a part: %s', (_, part) => {
  beforeAll(async () => {
    // Loads the code: with timers that stand still, nothing is read from a disk.
    const world = createWorld({ options })
    const call = await part.prepare(world, 'ada')
    expect(['granted', 'true', 'queued', 'undefined', 'challenge', 'wrong', 'wrong-credentials']).toContain(
      await seenOf(call(world.nl)),
    )
  })

  it.each(faults)('that $title grants nothing, hangs nobody, and is told to the host', async (fault) => {
    const world = createWorld({ options })
    const id = `ada${count++}`
    const call = await part.prepare(world, id)
    const reports: Report[] = []
    const before = await holdings(world, id)
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] })

    const nl = world.instance({ report: (told) => void reports.push(told), ...part.options(fault, world) })
    const seen = await within(fault.kind === 'late' ? part.deadlineMs : 0, call(nl))
    expect(part.sees).toContain(seen)
    if (seen !== 'granted') expect(await holdings(world, id)).toEqual(before)

    await pass(hourMs / 2)
    const isTold = part.told !== null && !(part.isDeaf === true && fault.kind === 'answers')
    expect(reports.map(({ kind }) => kind).filter((kind) => kind === part.told).length > 0).toBe(isTold)
    for (const { text } of reports) expect(text).not.toContain('secret')

    // What comes after the deadline changes nothing, but a commit that the storage made late.
    const after = await world.storage.load(`account:${id}`)
    await pass(2 * hourMs)
    if (part.title !== 'storage.commit') expect(await world.storage.load(`account:${id}`)).toEqual(after)
    expect(unhandled).toEqual([])
  })

  it('that never answers holds up nobody else', async () => {
    const world = createWorld({ options })
    const call = await part.prepare(world, 'ada')
    const bob = await world.person('bob')
    const challenge = await bob.challenge()
    let isFirst = true
    const never = faults[0]!
    const once = {
      ...never,
      act: (right: () => unknown): unknown => {
        if (!isFirst) return right()
        isFirst = false
        return never.act(right)
      },
    }
    const nl = world.instance(part.options(once, world))
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] })
    void call(nl).catch(() => undefined)
    await pass(0)
    expect(await within(0, nl.signIn.verify({ challenge, code: bob.app.code(), client: home }))).toBe('granted')
    await anotherIsServed(nl)
    await pass(2 * hourMs)
    expect(unhandled).toEqual([])
  })
})
