import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { writePrograms } from './programs.ts'
import type { Project } from './projects.ts'
import { install, run } from './run.ts'
import { installedBytes, mostBytes } from './size.ts'
import type { TypeCheck } from './types.ts'

/** What the projects share. */
export interface Shared {
  readonly scratch: string
  readonly tarball: string
  readonly check: TypeCheck
}

/** Installs the tarball in a project of its own, compiles and runs there, and answers what it did, in a line. */
export async function tryProject(project: Project, node: string, shared: Shared): Promise<string> {
  const { scratch, tarball, check } = shared
  const folder = join(scratch, `node-${project.node}-${project.peers}`)
  mkdirSync(folder)
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'an-application', private: true }))
  await install(node, [tarball, ...project.packages], folder)
  const size = project.peers === 'bare' ? sizeOf(folder) : ''
  writePrograms(folder, project.peers)
  const main = project.peers === 'bare' ? 'bare' : 'peers'
  const said: string[] = []
  for (const ending of ['mjs', 'cjs']) {
    said.push(await run(node, [`every-subpath.${ending}`], folder), await run(node, [`${main}.${ending}`], folder))
  }
  await check(project, folder)
  const lines = new Set(said.map((text) => text.trim()))
  return `${size}ESM and CommonJS ${[...lines].join(', ')}; TypeScript for nodenext and bundler`
}

function sizeOf(folder: string): string {
  const bytes = installedBytes(folder)
  const shown = `${(bytes / 1e6).toFixed(1)} MB`
  if (bytes > mostBytes) throw new Error(`${shown} are installed beside qrcode, more than ${mostBytes / 1e6}`)
  return `${shown} beside qrcode; `
}
