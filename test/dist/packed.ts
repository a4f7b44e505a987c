import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root: string = fileURLToPath(new URL('../../', import.meta.url))

interface Manifest {
  readonly bin: Readonly<Record<string, string>>
  readonly exports: Readonly<Record<string, unknown>>
  readonly dependencies: Readonly<Record<string, string>>
  readonly peerDependencies: Readonly<Record<string, string>>
}

const manifest = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as Manifest

/** `nightlatch`, `nightlatch/otp` and so on. */
export const subpaths: readonly string[] = Object.keys(manifest.exports)
  .filter((key) => key !== './package.json')
  .map((key) => `nightlatch${key.slice(1)}`)

/** Packages that only some adapters need. */
export const peers: readonly string[] = Object.keys(manifest.peerDependencies)

export interface Installed {
  /** A folder outside the repository whose node_modules holds the packed package and its dependencies. */
  readonly folder: string
  readonly tarball: string
  /** The path of the command that the package installs. */
  readonly command: string
  /** Runs a module's source text there and answers what it printed, parsed as JSON. */
  run(format: 'esm' | 'cjs', source: string): unknown
  remove(): void
}

/**
 * Packs the built package and installs the tarball alone, as a stranger would, but offline: dependencies are links to
 * those of the repository, and optional peers are there only if asked for.
 */
export function installPacked(options: { readonly peers: boolean }): Installed {
  const folder = mkdtempSync(join(tmpdir(), 'nightlatch-packed-'))
  const modules = join(folder, 'node_modules')
  mkdirSync(join(modules, 'nightlatch'), { recursive: true })
  execFileSync('npm', ['pack', '--ignore-scripts', '--pack-destination', folder], { cwd: root, stdio: 'pipe' })
  const tarball = join(folder, readdirSync(folder).find((name) => name.endsWith('.tgz')) ?? '')
  execFileSync('tar', ['-xzf', tarball, '--strip-components=1', '-C', join(modules, 'nightlatch')])
  const linked = { ...manifest.dependencies, ...(options.peers ? manifest.peerDependencies : {}) }
  for (const name of Object.keys(linked)) {
    mkdirSync(dirname(join(modules, name)), { recursive: true })
    symlinkSync(join(root, 'node_modules', name), join(modules, name))
  }
  return {
    folder,
    tarball,
    command: join(modules, 'nightlatch', manifest.bin.nightlatch ?? ''),
    run: (format, source) => {
      const kind = format === 'esm' ? 'module' : 'commonjs'
      const printed = execFileSync(process.execPath, [`--input-type=${kind}`, '--eval', source], {
        cwd: folder,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      return JSON.parse(printed)
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}
