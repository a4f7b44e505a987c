const day = 86_400_000

/**
 * How much a bucket of luck holds, in millionths, as the documentation says it: 300 when it is full, and half of that
 * again after 30 days.
 */
export function luckLeft(emptiedAt: number | null, now: number): number {
  if (emptiedAt === null || emptiedAt > now + day / 96) return 300
  return Math.min(300, (Math.max(0, now - emptiedAt) / (30 * day)) * 150)
}
