import type { Nightlatch, Storage } from 'nightlatch'
import type { OpenStorage } from './storages.ts'
import { times } from './times.ts'
import type { World } from './world.ts'

/** A world whose storage has several servers on it. */
export type SeveralServers<Kind extends World = World> = Kind & {
  readonly servers: readonly Nightlatch[]
  /** Deals calls out to the servers in turn. */
  server(n: number): Nightlatch
  /** One more connection to the storage. */
  connect(): Storage
  /** Closes the storage. */
  close(): Promise<void>
}

/** Opens a storage, makes a world on it, and gives that world servers with a connection of their own. */
export async function severalServers<Kind extends World>(
  open: () => Promise<OpenStorage>,
  make: (storage: Storage) => Kind,
  count = 2,
): Promise<SeveralServers<Kind>> {
  const { storage, connect, close } = await open()
  const world = make(storage)
  const servers = times(count).map(() => world.instance({ storage: connect() }))
  return { ...world, servers, server: (n) => servers[n % count]!, connect, close }
}
