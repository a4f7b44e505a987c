import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isNightlatchError } from '../../../src/core/errors.ts'
import { keyUri } from 'nightlatch/otp'
import { qrPng, qrSvg, qrTerminal } from 'nightlatch/qr'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { requires } from '../../require.ts'

const uri = keyUri({ secret: new Uint8Array(20).fill(7), issuer: 'Café Zürich', account: 'zoé@example.com' })

const reader = requires('zbarimg')

/** The text that another program reads from a picture. Without that program it is the drawn text. */
function read(name: string, picture: Uint8Array, drawn = uri): string {
  if (reader === undefined) return drawn
  const folder = mkdtempSync(join(tmpdir(), 'nightlatch-qr-'))
  try {
    writeFileSync(join(folder, name), picture)
    return spawnSync(reader, ['--quiet', '--raw', join(folder, name)], { encoding: 'utf8' }).stdout.trim()
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** A bitmap, eight pixels a module, as a portable graymap. */
function graymap(rows: readonly (readonly boolean[])[]): Uint8Array {
  const scale = 8
  const width = rows[0]!.length * scale
  const pixels = rows.flatMap((row) => {
    const line = row.flatMap((dark) => new Array<number>(scale).fill(dark ? 0 : 255))
    return new Array<number[]>(scale).fill(line).flat()
  })
  return Buffer.concat([Buffer.from(`P5 ${width} ${rows.length * scale} 255\n`), Buffer.from(pixels)])
}

afterEach(() => vi.unstubAllGlobals())

describe('qrPng, qrSvg and qrTerminal', () => {
  it('draw a PNG that another program reads', async () => {
    const png = await qrPng(uri)
    expect([...png.subarray(0, 4)]).toEqual([0x89, 0x50, 0x4e, 0x47])
    expect(read('code.png', png)).toBe(uri)
    expect((await qrPng(uri, { scale: 12 })).length).toBeGreaterThan(png.length)
  })

  it('draw an SVG of one path on a background, with a role and a title', async () => {
    const svg = await qrSvg(uri, { title: 'Key of <Acme> & $& co' })
    expect(svg).toMatch(
      /^<svg role="img" [^>]*><title>Key of &lt;Acme&gt; &amp; \$&amp; co<\/title><path [^>]*\/><path /,
    )
    expect(svg.match(/<path /g)).toHaveLength(2)
    expect(svg).not.toContain('secret')
    expect(await qrSvg(uri)).toContain('<title>QR code</title>')
  })

  it('draw an SVG that another program reads', async () => {
    const svg = await qrSvg(uri)
    const size = Number(/viewBox="0 0 (\d+)/.exec(svg)![1])
    const rows = Array.from({ length: size }, () => new Array<boolean>(size).fill(false))
    let x = 0
    let y = 0
    for (const [, command, a, b] of / stroke="[^"]*" d="([^"]*)"/
      .exec(svg)![1]!
      .matchAll(/([Mmh])(-?[\d.]+)(?: (-?[\d.]+))?/g)) {
      if (command === 'M') [x, y] = [Number(a), Math.floor(Number(b))]
      else if (command === 'm') x += Number(a)
      else for (let i = 0; i < Number(a); i++) rows[y]![x++] = true
    }
    expect(read('code.pgm', graymap(rows))).toBe(uri)
  })

  it('draw a terminal text of at most 24 lines that is readable on any background', async () => {
    const usual = keyUri({ secret: new Uint8Array(20).fill(7), issuer: 'Acme', account: 'alice@example.com' })
    const lines = (await qrTerminal(usual)).trimEnd().split('\n')
    expect(lines.length).toBeLessThanOrEqual(24)
    const rows = lines.flatMap((line) => {
      expect(line.startsWith('\x1b[30;107m') && line.endsWith('\x1b[0m')).toBe(true)
      const characters = [...line.slice('\x1b[30;107m'.length, -'\x1b[0m'.length)]
      return ['▀█', '▄█'].map((dark) => characters.map((character) => dark.includes(character)))
    })
    expect(read('code.pgm', graymap(rows), usual)).toBe(usual)
  })

  it.each([
    ['an empty text', ''],
    ['a text too long for one code', 'x'.repeat(5000)],
    ['null', null],
    ['a number', 5],
    ['an object', {}],
  ])('refuse %s with an error code, and without the text in the message', async (_name, text) => {
    for (const draw of [qrSvg, qrPng, qrTerminal]) {
      const error: unknown = await draw(text as string).catch((thrown: unknown) => thrown)
      expect(isNightlatchError(error) && error.code).toBe('NL_ARGUMENT')
      expect((error as Error).message).not.toContain('xxx')
    }
  })

  it('draw a PNG of the size that the scale asks for', async () => {
    for (const scale of [1, 6, 32]) {
      const view = new DataView((await qrPng('a', { scale })).buffer)
      // A code of version 1 has 21 modules, and four of white on each side.
      expect([view.getUint32(16), view.getUint32(20)]).toEqual([29 * scale, 29 * scale])
    }
  })

  it('say what to use instead where the platform cannot compress a PNG', async () => {
    vi.stubGlobal('CompressionStream', undefined)
    await expect(qrPng(uri)).rejects.toMatchObject({ code: 'NL_CONFIG', message: expect.stringContaining('use qrSvg') })
    expect(await qrSvg(uri)).toContain('<svg ')
  })

  it('refuse an impossible title or scale', async () => {
    await expect(qrSvg(uri, { title: 5 as never })).rejects.toMatchObject({ code: 'NL_ARGUMENT' })
    for (const scale of [0, 33, 1.5, Number.NaN, '6' as never]) {
      await expect(qrPng(uri, { scale })).rejects.toMatchObject({ code: 'NL_ARGUMENT' })
    }
  })
})
