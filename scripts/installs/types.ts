import { join } from 'node:path'
import { root } from '../root.ts'
import type { Project } from './projects.ts'
import { run } from './run.ts'

const tsc = join(root, 'node_modules/typescript/bin/tsc')

/** Compiles the programs of this project, which stand in this folder. */
export type TypeCheck = (project: Project, folder: string) => Promise<void>

/** What compiles depends on what is installed, not on the Node that runs: the same packages are compiled once. */
export function typeCheck(): TypeCheck {
  const checked = new Map<string, Promise<void>>()
  return (project, folder) => {
    const packages = project.packages.join(' ')
    const check = checked.get(packages) ?? compile(folder)
    checked.set(packages, check)
    return check
  }
}

async function compile(folder: string): Promise<void> {
  for (const resolution of ['nodenext', 'bundler'])
    await run(process.execPath, [tsc, '--project', `${resolution}.json`], folder)
}
