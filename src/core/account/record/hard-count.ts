/** Failures in a row of one factor, since a code of it was right. */
export interface HardCount {
  readonly failures: number
  /** How many of them came from unknown sources. */
  readonly strangers: number
  /** By how much the stop for unknown sources is raised. */
  readonly raised: number
}

export const noFailures: HardCount = { failures: 0, strangers: 0, raised: 0 }
