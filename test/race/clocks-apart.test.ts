import { describe, expect, it } from 'vitest'
import type { Nightlatch } from 'nightlatch'
import { limits } from '../../src/core/limits.ts'
import type { TimedKind, TwoClocks, Use } from '../world/timed-kinds.ts'
import { comesBy, timedKinds, twoClocks } from '../world/timed-kinds.ts'

const minute = 60_000
const servers = ['behind', 'ahead'] as const
type Server = (typeof servers)[number]

/** A use at a time of the world, which is that of the server behind. */
interface Try {
  readonly at: number
  readonly server: Server
}

/** A thing that a server made, and its uses in their order. */
interface Run {
  readonly scene: TwoClocks
  readonly use: Use
  readonly tries: readonly Try[]
  /** Whether the server accepts it, unless it was used. */
  isOpen(tried: Try): boolean
}

async function make(
  kind: TimedKind,
  { apartMs, maker }: { readonly apartMs: number; readonly maker: Server },
): Promise<Run> {
  const scene = await twoClocks(apartMs)
  const at = scene.world.clock()
  const server = serverOf(scene, maker)
  const madeAt = scene.clockOf(server)
  const use = await kind.make(scene, server)
  const isOpen = (tried: Try): boolean => {
    const now = tried.at + (tried.server === 'ahead' ? apartMs : 0)
    return now < madeAt + kind.lifeMs && now >= madeAt - (kind.earlyMs ?? Infinity)
  }
  const tries = timesOf(kind, madeAt, apartMs)
    .filter((time) => time > at)
    .flatMap((time) => servers.map((asked) => ({ at: time, server: asked })))
  return { scene, use, isOpen, tries: [...servers.map((asked) => ({ at, server: asked })), ...tries] }
}

/** A millisecond before, at and after the end, and 15 minutes later, by the clock of each server. */
function timesOf({ lifeMs }: TimedKind, madeAt: number, apartMs: number): readonly number[] {
  const ends = Number.isFinite(lifeMs) ? [madeAt + lifeMs] : [madeAt]
  const around = ends.flatMap((end) => [end, end + limits.clocksApartMs]).flatMap((at) => [at - 1, at, at + 1])
  return [...new Set([...around, ...around.map((at) => at - apartMs)])].sort((a, b) => a - b)
}

function serverOf({ nl, fast }: TwoClocks, name: Server): Nightlatch {
  return name === 'behind' ? nl : fast
}

/** The places of the first uses: the first and the last that each server accepts, and the first that comes too late. */
function firstPlaces(kind: TimedKind, { tries, isOpen }: Run): readonly number[] {
  if (!kind.once) return [0]
  const places = servers.flatMap((server) => {
    const open = [...tries.keys()].filter((place) => tries[place]!.server === server && isOpen(tries[place]!))
    const last = open.at(-1) ?? -1
    const late = tries.findIndex((tried, place) => place > last && tried.server === server && !isOpen(tried))
    return [open[0] ?? -1, last, late]
  })
  return [...new Set(places)].filter((place) => place >= 0)
}

/**
 * Uses it from a place on, at each time on both servers. Before each time the server that is ahead drops what is over.
 */
async function useFrom(first: number, kind: TimedKind, { scene, use, tries, isOpen }: Run): Promise<void> {
  let isUsed = false
  let clearedAt = 0
  for (const tried of tries.slice(first)) {
    scene.world.clock.set(tried.at)
    if (tried.at !== clearedAt) await comesBy(scene, scene.fast)
    clearedAt = tried.at
    const answer = await use(serverOf(scene, tried.server))
    const isAccepted: boolean = isOpen(tried) && !(kind.once && isUsed)
    const expected = isAccepted ? ['accepted'] : kind.refusals
    expect(expected, `by the server ${tried.server} after ${tried.at - tries[0]!.at} ms`).toContain(answer)
    isUsed ||= isAccepted
  }
}

describe.each([0, 5, 12, 15])('two servers whose clocks are %i minutes apart', (apart) => {
  it.each(timedKinds.map((kind) => [kind.title, kind] as const))(
    '[TOTP-6, LIF-10, PKA-12, SMS-4, SES-5, SES-10] promise 1: accept %s until its end or its one use',
    async (_, kind) => {
      for (const maker of servers.slice(0, apart === 0 ? 1 : 2)) {
        const made = { apartMs: apart * minute, maker }
        for (const first of firstPlaces(kind, await make(kind, made)))
          await useFrom(first, kind, await make(kind, made))
      }
    },
  )
})
