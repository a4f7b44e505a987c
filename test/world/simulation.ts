import type { World } from './world.ts'

/** Somebody who acts again and again. */
export interface Player {
  /** Acts once, and answers when to act next, in ms since epoch. Null: never again. */
  act(): Promise<number | null>
}

/** Lets so many ms pass. Whoever is due first acts first, and mails go out at once. Nothing waits in real time. */
export async function simulate({ clock, nl }: World, ms: number, players: readonly Player[]): Promise<void> {
  const end = clock() + ms
  const due = players.map((player) => ({ player, at: clock() as number | null }))
  for (;;) {
    const next = due.filter(({ at }) => at !== null).sort((a, b) => (a.at ?? 0) - (b.at ?? 0))[0]
    if (next === undefined || next.at === null || next.at >= end) break
    clock.set(Math.max(clock(), next.at))
    const at = await next.player.act()
    await nl.outbox.idle()
    // Time goes on, also for somebody who does not wait.
    next.at = at === null ? null : Math.max(at, clock() + 1)
  }
  clock.set(Math.max(clock(), end))
}
