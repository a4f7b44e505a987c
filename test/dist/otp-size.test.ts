import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { buildSync } from 'esbuild'
import { describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../../', import.meta.url))

function bundle(contents: string): Buffer {
  const built = buildSync({
    stdin: { contents, resolveDir: root },
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    write: false,
  })
  return Buffer.from(built.outputFiles[0]!.contents)
}

describe('a bundle that verifies one TOTP code', () => {
  const built = bundle(`import { verifyTotp } from 'nightlatch/otp'; export const verify = (o) => verifyTotp(o)`)

  it('is at most 8 kB compressed, with all three hashes', async () => {
    expect(gzipSync(built, { level: 9 }).length).toBeLessThanOrEqual(8000)
    const { verify } = (await import(`data:text/javascript;base64,${built.toString('base64')}`)) as {
      verify: (options: object) => { ok: boolean }
    }
    const digits = '1234567890'.repeat(7)
    for (const [algorithm, length, code] of [
      ['SHA1', 20, '94287082'],
      ['SHA256', 32, '46119246'],
      ['SHA512', 64, '90693936'],
    ] as const) {
      const secret = Buffer.from(digits.slice(0, length))
      expect(verify({ secret, code, now: 59_000, digits: 8, algorithm })).toEqual({ ok: true, step: 1, drift: 0 })
    }
  })

  it('leaves out what it does not use', () => {
    const text = built.toString()
    for (const part of ['otpauth', 'base32', 'issuer', 'qrcode']) expect(text).not.toContain(part)
  })
})
