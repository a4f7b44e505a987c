import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import notp from 'notp'
import { Secret, TOTP } from 'otpauth'
import { generateSync, verifySync } from 'otplib'
import { generateTOTP, verifyTOTPWithGracePeriod } from '@oslojs/otp'
import speakeasy from 'speakeasy'
import { library } from '../harness.mjs'

const digits = '12345678901234567890123456789012'

/** The code by the platform's own HMAC: what every contender must agree with. */
function reference(secret, algorithm, step) {
  const message = Buffer.alloc(8)
  message.writeBigUInt64BE(BigInt(step))
  const digest = createHmac(algorithm, secret).update(message).digest()
  const value = digest.readUInt32BE(digest.at(-1) & 15) & 0x7fffffff
  return String(value % 1e6).padStart(6, '0')
}

const currentStep = () => Math.floor(Date.now() / 30_000)

/** Holds for this step, whatever moment of it the contender saw. */
function duringOneStep(test) {
  for (;;) {
    const step = currentStep()
    const result = test(step)
    if (currentStep() === step) return result
  }
}

/** A contender that generates: its answer is the code of this moment. */
function generates(name, secret, algorithm, run) {
  const check = () => {
    const { answer, code } = duringOneStep((step) => ({ answer: run(), code: reference(secret, algorithm, step) }))
    assert.equal(answer, code, name)
  }
  return { name, run, check }
}

/**
 * A contender that verifies. It accepts the codes of one step in either direction. It refuses codes further away, and
 * the wrong one.
 */
function verifies(name, secret, algorithm, wrong, accepts) {
  const check = () => {
    for (const distance of [-3, -1, 0, 1, 3]) {
      const accepted = duringOneStep((step) => accepts(reference(secret, algorithm, step + distance)))
      assert.equal(accepted, Math.abs(distance) <= 1, `${name}, ${distance} steps away`)
    }
    assert.equal(accepts(wrong), false, name)
  }
  return { name, run: () => accepts(wrong), check }
}

/** A code that is wrong now and for the next two hours. */
function wrongCode(secret, algorithm) {
  const step = currentStep()
  const right = new Set(Array.from({ length: 250 }, (_, i) => reference(secret, algorithm, step - 5 + i)))
  for (let code = 314159; ; code++) if (!right.has(String(code))) return String(code)
}

// Contenders get the key in the form that suits them best: 20 raw bytes, or their own object for a key if they keep one.
async function groups() {
  const { prepareSecret, totp, verifyTotp } = await library('otp')
  const secret = new Uint8Array(Buffer.from(digits.slice(0, 20)))
  const buffer = Buffer.from(secret)
  const wrong = wrongCode(secret, 'sha1')
  const prepared = prepareSecret({ secret })
  const otpauth = new TOTP({ secret: new Secret({ buffer: secret.buffer }) })
  const peers = {
    generate: [
      generates('otpauth', secret, 'sha1', () => otpauth.generate()),
      generates('otplib', secret, 'sha1', () => generateSync({ secret })),
      generates('@oslojs/otp', secret, 'sha1', () => generateTOTP(secret, 30, 6)),
      generates('speakeasy', secret, 'sha1', () => speakeasy.totp({ secret: buffer })),
      generates('notp', secret, 'sha1', () => notp.totp.gen(buffer)),
    ],
    verify: [
      verifies('otpauth', secret, 'sha1', wrong, (code) => otpauth.validate({ token: code, window: 1 }) !== null),
      verifies(
        'otplib',
        secret,
        'sha1',
        wrong,
        (code) => verifySync({ secret, token: code, epochTolerance: 30 }).valid,
      ),
      verifies('@oslojs/otp', secret, 'sha1', wrong, (code) => verifyTOTPWithGracePeriod(secret, 30, 6, code, 30)),
      verifies('speakeasy', secret, 'sha1', wrong, (code) =>
        speakeasy.totp.verify({ secret: buffer, token: code, window: 1 }),
      ),
      verifies('notp', secret, 'sha1', wrong, (code) => notp.totp.verify(code, buffer, { window: 1 }) !== null),
    ],
  }

  const secret256 = new Uint8Array(Buffer.from(digits))
  const otpauth256 = new TOTP({ algorithm: 'SHA256', secret: new Secret({ buffer: secret256.buffer }) })
  const wrong256 = wrongCode(secret256, 'sha256')

  return [
    {
      group: 'otp.generate',
      contenders: [generates('nightlatch', secret, 'sha1', () => totp({ secret, now: Date.now() })), ...peers.generate],
    },
    {
      group: 'otp.verify',
      contenders: [
        verifies('nightlatch', secret, 'sha1', wrong, (code) => verifyTotp({ secret, code, now: Date.now() }).ok),
        ...peers.verify,
      ],
    },
    {
      group: 'otp.generate.prepared',
      contenders: [
        generates('nightlatch', secret, 'sha1', () => totp({ secret: prepared, now: Date.now() })),
        peers.generate[0],
      ],
    },
    {
      group: 'otp.verify.prepared',
      contenders: [
        verifies(
          'nightlatch',
          secret,
          'sha1',
          wrong,
          (code) => verifyTotp({ secret: prepared, code, now: Date.now() }).ok,
        ),
        peers.verify[0],
      ],
    },
    {
      group: 'otp.verify.sha256',
      contenders: [
        verifies(
          'nightlatch',
          secret256,
          'sha256',
          wrong256,
          (code) => verifyTotp({ secret: secret256, code, now: Date.now(), algorithm: 'SHA256' }).ok,
        ),
        verifies(
          'otpauth',
          secret256,
          'sha256',
          wrong256,
          (code) => otpauth256.validate({ token: code, window: 1 }) !== null,
        ),
      ],
    },
  ]
}

export default { name: 'otp', groups }
