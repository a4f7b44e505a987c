import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'

const execute = promisify(execFile)

/** Runs a program and answers what it printed. Throws with all of its output if it fails. */
export async function run(command: string, args: readonly string[], cwd: string): Promise<string> {
  try {
    const { stdout } = await execute(command, args, { cwd, env: environment(), maxBuffer: 1 << 26, timeout: 300_000 })
    return stdout
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { readonly stdout?: string; readonly stderr?: string }
    throw new Error(`${[command, ...args].join(' ')}\n${stdout}${stderr}`, { cause: error })
  }
}

/** npm passes its own settings down as variables. A stranger's npm has none of them. */
function environment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^npm_(?:config_(?!registry|cache)|package|lifecycle)/i.test(name),
  )
  return { ...Object.fromEntries(kept), NO_COLOR: '1' }
}

const programs = new Map<string, Promise<string>>()

/** The program `node` of that version, which npx keeps in its cache. */
export function nodeOf(version: string, cwd: string): Promise<string> {
  const program = programs.get(version) ?? fetchNode(version, cwd)
  programs.set(version, program)
  return program
}

async function fetchNode(version: string, cwd: string): Promise<string> {
  const npx = ['--yes', '--prefer-offline', '--package', `node@${version}`, 'node', '--print', 'process.execPath']
  return (await run('npx', npx, cwd)).trim()
}

/** Installs with the npm of this machine, run by that Node. A package that does not allow it stops the install. */
export async function install(node: string, packages: readonly string[], folder: string): Promise<void> {
  const npm =
    process.env.npm_execpath ?? join((await run('npm', ['root', '--global'], folder)).trim(), 'npm/bin/npm-cli.js')
  const settings = [
    '--ignore-scripts',
    '--engine-strict',
    '--prefer-offline',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
  ]
  await run(node, [npm, 'install', ...settings, ...packages], folder)
}
