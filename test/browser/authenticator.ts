import { execFileSync } from 'node:child_process'
import { setTimeout } from 'node:timers/promises'

const period = 30_000
/** A code must be checked before its step ends. ms */
const margin = 6_000

/** An authenticator app that is not ours: a key typed into oathtool. */
export interface AuthenticatorApp {
  /** The next code that was not used yet: of this step, or of the next one, which a server accepts, too. */
  code(): Promise<string>
  /** The codes of two steps in a row, by a clock that is so many ms off. */
  pair(offMs: number): readonly [string, string]
}

export function appWith(key: string): AuthenticatorApp {
  let last = 0

  const at = (step: number): string => {
    const now = `@${(step * period) / 1000}`
    return execFileSync('oathtool', ['--totp', '-b', `--now=${now}`, key.replaceAll(' ', '')], {
      encoding: 'utf8',
    }).trim()
  }
  const current = (): number => Math.floor(Date.now() / period)

  return {
    async code() {
      if (period - (Date.now() % period) < margin) await setTimeout(margin)
      while (last > current()) await setTimeout(period - (Date.now() % period))
      last = Math.max(current(), last + 1)
      return at(last)
    },
    pair(offMs) {
      const step = current() + offMs / period
      return [at(step), at(step + 1)]
    },
  }
}

/** Six equal digits: a wrong code, but for once in some hundred thousand times. */
export function wrongCode(n: number): string {
  return String(n).repeat(6)
}

/** What another program, zbar, reads in a picture of a QR code. */
export function readQr(png: Uint8Array): string {
  return execFileSync('zbarimg', ['--quiet', '--raw', 'png:-'], { input: png, encoding: 'utf8' }).trim()
}
