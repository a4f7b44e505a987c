import { NightlatchError } from '../core/errors.ts'
import type { Matrix } from './matrix.ts'

const signature = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)

/** A PNG of one bit per pixel. Its compression is that of the platform, which browsers and workers have too. */
export async function pngOf(
  matrix: Matrix,
  { margin, scale }: { readonly margin: number; readonly scale: number },
): Promise<Uint8Array> {
  const side = (matrix.size + 2 * margin) * scale
  const header = new DataView(new ArrayBuffer(13))
  header.setUint32(0, side)
  header.setUint32(4, side)
  // One bit per pixel. The other four bytes, all zero, are: gray, deflate, the usual filters, not interlaced.
  header.setUint8(8, 1)
  const parts = [
    signature,
    chunk('IHDR', new Uint8Array(header.buffer)),
    chunk('IDAT', await compressed(pixels(matrix, { margin, scale, side }))),
    chunk('IEND', new Uint8Array(0)),
  ]
  return new Uint8Array(await new Blob(parts).arrayBuffer())
}

/** The lines, each with the number of its filter in front: none. A set bit is white. */
function pixels(
  { size, at }: Matrix,
  { margin, scale, side }: { readonly margin: number; readonly scale: number; readonly side: number },
): Uint8Array<ArrayBuffer> {
  const length = 1 + Math.ceil(side / 8)
  const lines = new Uint8Array(length * side)
  for (let row = 0; row < size + 2 * margin; row++) {
    const line = new Uint8Array(length).fill(0xff, 1)
    for (let x = 0; x < side; x++) {
      if (at(Math.floor(x / scale) - margin, row - margin) === 1) line[1 + (x >> 3)]! &= ~(0x80 >> (x & 7))
    }
    for (let copy = 0; copy < scale; copy++) lines.set(line, (row * scale + copy) * length)
  }
  return lines
}

async function compressed(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  if (typeof CompressionStream !== 'function') {
    throw new NightlatchError('NL_CONFIG', 'qrPng needs CompressionStream, which this platform lacks: use qrSvg here')
  }
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream('deflate'))
  return new Uint8Array(await new Response(stream).arrayBuffer())
}

/** Length, type, content and checksum (PNG, third edition, §5.3). */
function chunk(type: string, content: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(12 + content.length)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, content.length)
  for (let i = 0; i < 4; i++) bytes[4 + i] = type.charCodeAt(i)
  bytes.set(content, 8)
  view.setUint32(8 + content.length, crc32(bytes.subarray(4, 8 + content.length)))
  return bytes
}

/** The checksum of PNG, bit by bit: a code has few bytes. */
function crc32(bytes: Uint8Array): number {
  let crc = -1
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0)
  }
  return ~crc >>> 0
}
