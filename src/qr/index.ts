import { NightlatchError } from '../core/errors.ts'
import { matrixOf } from './matrix.ts'
import { pngOf } from './png.ts'
import { svgOf } from './svg.ts'

/** Modules of white around a code, as ISO/IEC 18004 asks. */
const margin = 4

/**
 * An SVG picture of a QR code: dark modules as one path on a white ground, so that it can be read on dark pages too.
 * `role="img"` and the title are for people who cannot see it. The text never leaves the process [URI-8].
 *
 * @contract effect(loads `qrcode` at the first call) · the SVG element · throws NL_ARGUMENT
 * @example
 * const svg = await qrSvg(keyUri({ secret, issuer: 'Acme', account: 'alice@example.com' }))
 */
export async function qrSvg(text: string, options?: { readonly title?: string | undefined }): Promise<string> {
  const title = options?.title ?? 'QR code'
  if (typeof title !== 'string') throw new NightlatchError('NL_ARGUMENT', 'title must be a string')
  return svgOf(await matrixOf(text, 'M'), { margin, title })
}

/**
 * A PNG picture of a QR code. `scale` is the side of one module in pixels, 1 to 32, default 6. It needs the platform's
 * `CompressionStream`, which Node, browsers and their workers have. Where it is missing, `qrSvg` works.
 *
 * @contract effect(loads `qrcode` at the first call) · scale pixels · the bytes of a PNG file
 *   · throws NL_ARGUMENT, NL_CONFIG
 * @example
 * const png = await qrPng(keyUri({ secret, issuer: 'Acme', account: 'alice@example.com' }), { scale: 8 })
 */
export async function qrPng(text: string, options?: { readonly scale?: number | undefined }): Promise<Uint8Array> {
  const scale = options?.scale ?? 6
  if (!Number.isInteger(scale) || scale < 1 || scale > 32) {
    throw new NightlatchError('NL_ARGUMENT', 'scale must be an integer from 1 to 32')
  }
  return pngOf(await matrixOf(text, 'M'), { margin, scale })
}

/** The character for nothing dark, the upper half dark, the lower half dark, both dark. */
const halves: readonly string[] = [' ', '\u2580', '\u2584', '\u2588']

/**
 * A QR code for a terminal, two modules in a character, with its own colors, so that it can be read on dark and on
 * light terminals. Drawn with the least error correction, to fit into 24 lines.
 *
 * @contract effect(loads `qrcode` at the first call) · lines of text with ANSI colors · throws NL_ARGUMENT
 * @example
 * const lines = await qrTerminal(keyUri({ secret, issuer: 'Acme', account: 'alice@example.com' }))
 */
export async function qrTerminal(text: string): Promise<string> {
  const quiet = 2
  const { size, at } = await matrixOf(text, 'L')
  let lines = ''
  for (let y = -quiet; y < size + quiet; y += 2) {
    let line = ''
    for (let x = -quiet; x < size + quiet; x++) line += halves[at(x, y) + 2 * at(x, y + 1)]!
    lines += `\x1b[30;107m${line}\x1b[0m\n`
  }
  return lines
}
