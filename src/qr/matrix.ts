import type * as QrCode from 'qrcode'
import { NightlatchError } from '../core/errors.ts'

/** The modules of a QR code: `size` rows of `size` modules. */
export interface Matrix {
  readonly size: number
  /** 1 where a module is dark, 0 where it is light or outside. */
  at(x: number, y: number): 0 | 1
}

/** Medium error correction can be read from a dim or scratched screen, and the code is half as large as with `H`. */
export type Correction = 'L' | 'M'

/** The rest of the package draws with what only some platforms have, so that only its matrix is used. */
export async function matrixOf(text: unknown, errorCorrectionLevel: Correction): Promise<Matrix> {
  if (typeof text !== 'string' || text === '') throw new NightlatchError('NL_ARGUMENT', 'text must not be empty')
  const { default: qr } = await import('qrcode')
  const { size, data } = created(qr, text, errorCorrectionLevel).modules
  return { size, at: (x, y) => (x < 0 || y < 0 || x >= size || y >= size || !data[y * size + x] ? 0 : 1) }
}

function created(qr: typeof QrCode, text: string, errorCorrectionLevel: Correction): QrCode.QRCode {
  try {
    return qr.create(text, { errorCorrectionLevel })
  } catch {
    // The package's message is not passed on: it may quote the text, which is a secret.
    throw new NightlatchError('NL_ARGUMENT', 'text must fit into one QR code')
  }
}
