import { limits } from '../../core/limits.ts'
import { createRecentMap } from '../../core/recent-map.ts'

/** Notes a name that a network tried and failed with. True once an hour: when there were too many. */
export type NoteName = (network: string, name: string, now: number) => boolean

const mostNetworks = 1000

interface Tried {
  readonly since: number
  readonly names: Set<string>
}

/**
 * Counts how many names a network tries. Somebody with a list of stolen passwords tries many names, each of them a few
 * times.
 */
export function createNoteName(): NoteName {
  const networks = createRecentMap<Tried>(mostNetworks)
  return (network, name, now) => {
    const known = networks.get(network)
    const isLive = known !== undefined && Math.abs(now - known.since) < limits.networkFailuresMs
    const tried = isLive ? known : { since: now, names: new Set<string>() }
    networks.set(network, tried)
    const before = tried.names.size
    // One more than are allowed shows that there were too many. More are not kept.
    if (before <= limits.networkNames) tried.names.add(name)
    return before === limits.networkNames && tried.names.size > before
  }
}
