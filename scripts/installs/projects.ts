import { readFileSync } from 'node:fs'
import { root } from '../root.ts'

/** What a project installs beside nightlatch. */
export type Peers = 'bare' | 'oldest' | 'newest'

export interface Project {
  /** As `npx node@…` takes it. */
  readonly node: string
  readonly peers: Peers
  /** Package and version, as `npm install` takes them. */
  readonly packages: readonly string[]
}

interface Manifest {
  readonly exports: Readonly<Record<string, string | Readonly<Record<string, Readonly<Record<string, string>>>>>>
  readonly peerDependencies: Readonly<Record<string, string>>
  readonly devDependencies: Readonly<Record<string, string>>
}

export const manifest = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as Manifest

export const nodes: readonly string[] = ['20.19', '22', '24', '26']
export const kinds: readonly Peers[] = ['bare', 'oldest', 'newest']

/** Versions of peers that do not run on every Node that nightlatch runs on, with the first major that they run on. */
const needsNode: Readonly<Record<string, number>> = { 'kysely@^0.29.0': 22 }

export function projectOf(node: string, peers: Peers): Project {
  if (peers === 'bare') return { node, peers, packages: [] }
  // A driver for the storage, whose declarations ask for those of Node.
  const application = ['libsql', '@types/node'].map((name) => `${name}@${manifest.devDependencies[name]}`)
  const versions = Object.entries(manifest.peerDependencies).map(([name, range]) => {
    const parts = range.split(' || ').map((part) => `${name}@${part}`)
    const fitting = parts.filter((part) => (needsNode[part] ?? 0) <= Number.parseInt(node, 10))
    // The first version of the first part: `^5.0.0` is 5.0.0.
    return peers === 'oldest' ? (fitting[0] ?? '').replace('@^', '@') : (fitting.at(-1) ?? '')
  })
  return { node, peers, packages: [...versions, ...application] }
}
