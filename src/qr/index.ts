import type * as QrCode from 'qrcode'
import { NightlatchError } from '../core/errors.ts'

/** Medium error correction: a scratched or dim screen can still be read, and the code is half as large as with `H`. */
const drawing = { errorCorrectionLevel: 'M', margin: 4 } as const

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
  const svg = await draw(text, (qr) => qr.toString(text, { ...drawing, type: 'svg' }))
  return svg
    .trim()
    .replace('<svg ', '<svg role="img" ')
    .replace('>', () => `><title>${escapeMarkup(title)}</title>`)
}

/**
 * A PNG picture of a QR code. `scale` is the side of one module in pixels, 1 to 32, default 6.
 *
 * @contract effect(loads `qrcode` at the first call; browsers draw on a canvas) · scale pixels
 *   · the bytes of a PNG file · throws NL_ARGUMENT
 * @example
 * const png = await qrPng(keyUri({ secret, issuer: 'Acme', account: 'alice@example.com' }), { scale: 8 })
 */
export async function qrPng(text: string, options?: { readonly scale?: number | undefined }): Promise<Uint8Array> {
  const scale = options?.scale ?? 6
  if (!Number.isInteger(scale) || scale < 1 || scale > 32) {
    throw new NightlatchError('NL_ARGUMENT', 'scale must be an integer from 1 to 32')
  }
  const url = await draw(text, (qr) => qr.toDataURL(text, { ...drawing, type: 'image/png', scale }))
  return Uint8Array.from(atob(url.slice(url.indexOf(',') + 1)), (character) => character.charCodeAt(0))
}

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
  return draw(text, (qr) => {
    const { size, get } = matrix(qr.create(text, { errorCorrectionLevel: 'L' }))
    let lines = ''
    for (let y = -quiet; y < size + quiet; y += 2) {
      let line = ''
      for (let x = -quiet; x < size + quiet; x++) line += halves[get(x, y) + 2 * get(x, y + 1)]!
      lines += `\x1b[30;107m${line}\x1b[0m\n`
    }
    return lines
  })
}

/** The character for nothing dark, the upper half dark, the lower half dark, both dark. */
const halves: readonly string[] = [' ', '\u2580', '\u2584', '\u2588']

/** 1 where a module is dark, 0 where it is light or outside. */
function matrix(code: QrCode.QRCode): { readonly size: number; readonly get: (x: number, y: number) => number } {
  const { size, data } = code.modules
  return { size, get: (x, y) => (x < 0 || y < 0 || x >= size || y >= size ? 0 : (data[y * size + x] ?? 0)) }
}

async function draw<T>(text: unknown, picture: (qr: typeof QrCode) => T | Promise<T>): Promise<T> {
  if (typeof text !== 'string' || text === '') throw new NightlatchError('NL_ARGUMENT', 'text must not be empty')
  const module = await import('qrcode')
  const qr = module.default
  try {
    qr.create(text, drawing)
  } catch {
    // The library's message is not passed on: it may quote the text, which is a secret.
    throw new NightlatchError('NL_ARGUMENT', 'text must fit into one QR code')
  }
  return picture(qr)
}

function escapeMarkup(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
