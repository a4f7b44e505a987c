import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../root.ts'
import { manifest } from './projects.ts'
import { run } from './run.ts'

/**
 * Packs a fresh clone of HEAD, as a release does, and answers the path of the tarball. A `dist` of an earlier
 * `npm start`, which has no types, must not get into it.
 */
export async function packFreshClone(scratch: string): Promise<string> {
  const clone = join(scratch, 'clone')
  await run('git', ['clone', '--quiet', root, clone], scratch)
  await run('npm', ['ci', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'], clone)
  mkdirSync(join(clone, 'dist'))
  writeFileSync(join(clone, 'dist/left-over.js'), '')
  await run('npm', ['pack', '--pack-destination', scratch], clone)
  const tarball = join(scratch, readdirSync(scratch).find((name) => name.endsWith('.tgz')) ?? '')
  const packed = (await run('tar', ['-tzf', tarball], scratch))
    .split('\n')
    .map((path) => path.replace('package/', './'))
  const missing = exportedFiles().filter((path) => !packed.includes(path))
  if (missing.length > 0) throw new Error(`the package lacks ${missing.join(', ')}`)
  if (packed.includes('./dist/left-over.js')) throw new Error('the package has files of an earlier build')
  return tarball
}

/** Code and declarations of every subpath. */
function exportedFiles(): readonly string[] {
  return Object.values(manifest.exports).flatMap((entry) =>
    typeof entry === 'string' ? [entry] : Object.values(entry).flatMap((condition) => Object.values(condition)),
  )
}
