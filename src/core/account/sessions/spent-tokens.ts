import { limits } from '../../limits.ts'

/**
 * What is still to be remembered of tokens that were spent, and the latest end of any that is not. One that is over here
 * may still be good at a server whose clock is behind: it goes when it is over there too, or when its room is needed.
 */
export function remembered<Entry extends { readonly expiresAt: number }>(
  spent: readonly Entry[],
  { forgotten, room, now }: { readonly forgotten: number; readonly room: number; readonly now: number },
): { readonly kept: Entry[]; readonly forgotten: number } {
  const excess = spent.length - room
  const over = spent.filter(({ expiresAt }) => expiresAt <= now)
  const gone = over.filter(({ expiresAt }, index) => index < excess || expiresAt + limits.clocksApartMs <= now)
  return {
    kept: spent.filter((entry) => !gone.includes(entry)),
    forgotten: Math.max(forgotten, ...gone.map(({ expiresAt }) => expiresAt)),
  }
}

/**
 * Whether a token that ends at `end` may be one that was spent and then forgotten. A mark further away than any token
 * lives was set by a clock that is far ahead; it must not lock the account until then.
 */
export function isForgotten(end: number, forgotten: number, longestLifeMs: number, now: number): boolean {
  return end <= forgotten && forgotten <= now + longestLifeMs
}
