import { lstatSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

interface Tree {
  readonly packages: Readonly<Record<string, { readonly dependencies?: Readonly<Record<string, string>> }>>
}

export const mostBytes = 6_000_000

/** What nightlatch and its dependencies take on the disk, without what only `qrcode` needs. */
export function installedBytes(folder: string): number {
  const { packages } = JSON.parse(readFileSync(join(folder, 'node_modules/.package-lock.json'), 'utf8')) as Tree
  const counted = new Set<string>()
  const visit = (name: string): void => {
    const path = `node_modules/${name}`
    if (name === 'qrcode' || counted.has(path)) return
    counted.add(path)
    Object.keys(packages[path]?.dependencies ?? {}).forEach(visit)
  }
  visit('nightlatch')
  return [...counted].reduce((sum, path) => sum + bytesOf(join(folder, path)), 0)
}

/** Whole blocks, as `du` counts them. */
function bytesOf(path: string): number {
  const stat = lstatSync(path)
  const own = stat.blocks * 512
  if (!stat.isDirectory()) return own
  return readdirSync(path).reduce((sum, name) => sum + bytesOf(join(path, name)), own)
}
