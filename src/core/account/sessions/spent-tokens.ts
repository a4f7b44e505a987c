import { limits } from '../../limits.ts'

/**
 * Which entries of spent tokens are still kept, and the latest end among those that are not. A token that is over here
 * may still be good at a server whose clock is behind. So its entry is dropped when it is over there too, or when its
 * room is needed.
 */
export function remembered<Entry extends { readonly expiresAt: number }>(
  spent: readonly Entry[],
  { forgotten, room, now }: { readonly forgotten: number; readonly room: number; readonly now: number },
): { readonly kept: Entry[]; readonly forgotten: number } {
  const excess = spent.length - room
  const over = spent.filter(({ expiresAt }) => expiresAt <= now)
  const dropped = over.filter(({ expiresAt }, index) => index < excess || expiresAt + limits.clocksApartMs <= now)
  return {
    kept: spent.filter((entry) => !dropped.includes(entry)),
    forgotten: Math.max(forgotten, ...dropped.map(({ expiresAt }) => expiresAt)),
  }
}

/**
 * Whether a token that ends at `end` may be spent, with its entry dropped. A mark that is further away than the longest
 * life of a token was set by a server whose clock is far ahead. It must not lock the account until then.
 */
export function isForgotten(end: number, forgotten: number, longestLifeMs: number, now: number): boolean {
  return end <= forgotten && forgotten <= now + longestLifeMs
}
