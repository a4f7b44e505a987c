import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { kinds, nodes, projectOf } from './projects.ts'
import type { Project } from './projects.ts'
import { nodeOf } from './run.ts'
import { packFreshClone } from './tarball.ts'
import { tryProject } from './try-project.ts'
import type { Shared } from './try-project.ts'
import { typeCheck } from './types.ts'

/**
 * Packs a fresh clone of HEAD and installs it from npm as strangers do: on each Node, without the optional packages,
 * with their oldest and with their newest versions. `npm run installs -- --node 20.19 --peers bare` tries one of them.
 */
const { values } = parseArgs({
  options: { node: { type: 'string', multiple: true }, peers: { type: 'string', multiple: true } },
})

/** Two at a time: one compiles while the other one installs. */
async function tryAll(projects: readonly Project[], shared: Shared): Promise<number> {
  const waiting = [...projects]
  let failures = 0
  const worker = async (): Promise<void> => {
    for (let project = waiting.shift(); project !== undefined; project = waiting.shift()) {
      const title = `node ${project.node} ${project.peers}`
      try {
        const node = await nodeOf(project.node, shared.scratch)
        console.log(`${title}: ${await tryProject(project, node, shared)}`)
      } catch (error) {
        failures += 1
        console.log(`${title}: FAILED ${error instanceof Error ? error.message : String(error)}`)
      }
    }
  }
  await Promise.all([worker(), worker()])
  return failures
}

const scratch = mkdtempSync(join(tmpdir(), 'nightlatch-installs-'))
try {
  const versions = values.node ?? nodes
  const chosen = kinds.filter((kind) => values.peers?.includes(kind) ?? true)
  if (chosen.length === 0) throw new Error(`--peers is one of ${kinds.join(', ')}`)
  // The Nodes come while the clone is packed. One that does not come fails its projects.
  const fetched = Promise.allSettled(versions.map((version) => nodeOf(version, scratch)))
  const tarball = await packFreshClone(scratch)
  await fetched
  console.log('packed a fresh clone')
  const projects = versions.flatMap((node) => chosen.map((kind) => projectOf(node, kind)))
  if ((await tryAll(projects, { scratch, tarball, check: typeCheck() })) > 0) process.exitCode = 1
} finally {
  rmSync(scratch, { recursive: true, force: true })
}
