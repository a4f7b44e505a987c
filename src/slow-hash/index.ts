import { argumentError, requireInteger, requireObject } from '../core/arguments.ts'
import { requireBytes } from '../core/bytes.ts'
import type { SlowHashParams } from '../core/backup-codes/hash.ts'
import { isNightlatchError, NightlatchError } from '../core/errors.ts'
import { nativeScrypt, portableScrypt, scryptMemory } from './scrypt.ts'
import type { Scrypt, ScryptRequest } from './scrypt.ts'
import { createSemaphore } from './semaphore.ts'

export type { Scrypt, ScryptRequest, SlowHashParams }

/** Hashes a secret slowly; see {@link slowHash}. */
export type SlowHash = (request: ScryptRequest) => Promise<Uint8Array>

// Native scrypt takes one of the four threads of the process's pool, and 16 MiB or more, each time.
const defaultConcurrency = 2
// Some hundred times as long as a hash of the library takes: neither a busy machine nor a line is a failure.
const defaultTimeoutMs = 60_000

const caps = {
  concurrency: 16,
  timeoutMs: 3_600_000,
  N: 2 ** 17,
  r: 16,
  p: 16,
  length: 64,
  passwordLength: 4096,
  saltLength: 1024,
  // Enough for N = 2^17 with r = 8, the most expensive parameters that OWASP names.
  memory: 2 ** 27 + 2 ** 20,
}

const shortestSalt = 4
const shortestHash = 16

function checkParams(params: SlowHashParams): SlowHashParams {
  requireObject(params, 'params')
  // Copied, because the caller may change the request while it waits.
  const { algorithm, N, r, p, length } = params
  if (algorithm !== 'scrypt') throw argumentError('params.algorithm', 'scrypt')
  requireInteger(N, 'params.N', { from: 2, to: caps.N })
  requireInteger(r, 'params.r', { from: 1, to: caps.r })
  requireInteger(p, 'params.p', { from: 1, to: caps.p })
  requireInteger(length, 'params.length', { from: shortestHash, to: caps.length })
  if ((N & (N - 1)) !== 0) throw argumentError('params.N', 'a power of two')
  if (N >= 2 ** (16 * r)) throw argumentError('params.N', 'below 2^(16 r)')
  const checked: SlowHashParams = { algorithm, N, r, p, length }
  if (scryptMemory(checked) > caps.memory) throw argumentError('params', 'within 129 MiB of memory')
  return checked
}

function checkRequest(request: ScryptRequest): ScryptRequest {
  requireObject(request, 'request')
  requireBytes(request.password, 'password')
  requireBytes(request.salt, 'salt')
  requireInteger(request.password.length, 'the length of password', { from: 0, to: caps.passwordLength })
  requireInteger(request.salt.length, 'the length of salt', { from: shortestSalt, to: caps.saltLength })
  return {
    password: Uint8Array.from(request.password),
    salt: Uint8Array.from(request.salt),
    params: checkParams(request.params),
  }
}

/**
 * Makes a slow hash with a queue of its own. Most callers want {@link slowHash}, which the whole process shares.
 *
 * `native` replaces the platform's scrypt. With `null`, only the portable one is used. A hash that is not done after
 * `timeoutMs` (60 s by default, a third of it for the line) is given up, so that one that hangs keeps no place.
 *
 * @contract effect(platform scrypt) · concurrency hashes at once, timeoutMs ms · throws NL_ARGUMENT
 * @example
 * const portable = createSlowHash({ native: null })
 */
export function createSlowHash(
  options: {
    readonly concurrency?: number | undefined
    readonly native?: Scrypt | null | undefined
    readonly timeoutMs?: number | undefined
  } = {},
): SlowHash {
  requireObject(options, 'options')
  const { concurrency = defaultConcurrency, native, timeoutMs = defaultTimeoutMs } = options
  requireInteger(timeoutMs, 'timeoutMs', { from: 1, to: caps.timeoutMs })
  requireInteger(concurrency, 'concurrency', { from: 1, to: caps.concurrency })
  if (native !== undefined && native !== null && typeof native !== 'function') {
    throw argumentError('native', 'a function or null')
  }
  const late = (): NightlatchError =>
    new NightlatchError('NL_SLOW_HASH_FAILED', `a slow hash was not done within ${timeoutMs} ms`)
  // Less time in line than with a place: if all that run hang, no crowd that came with them is begun behind them.
  const waitMs = timeoutMs / 3
  const inTurn = createSemaphore(concurrency, { waitMs, runMs: timeoutMs - waitMs, late })
  return async (request) => {
    const checked = checkRequest(request)
    const scrypt = (native === undefined ? nativeScrypt() : native) ?? portableScrypt
    try {
      return await inTurn(() => scrypt(checked))
    } catch (cause) {
      if (isNightlatchError(cause)) throw cause
      throw new NightlatchError('NL_CONFIG', 'scrypt failed on this platform', { cause })
    }
  }
}

/**
 * Hashes a secret slowly with scrypt. Where the platform has scrypt, it runs there and off the event loop; elsewhere
 * `@noble/hashes` computes the same result. At most two run at once in a process; others wait in the order they came.
 *
 * Caps: N ≤ 2^17, r ≤ 16, p ≤ 16, 129 MiB of memory, hash of 16 to 64 bytes, salt of 4 bytes or more, and 60 s of time.
 *
 * @contract effect(platform scrypt) · lengths in bytes · throws NL_ARGUMENT, NL_CONFIG, NL_SLOW_HASH_FAILED · RFC 7914
 * @example
 * await slowHash({ password, salt, params: { algorithm: 'scrypt', N: 16384, r: 8, p: 1, length: 32 } })
 */
export const slowHash: SlowHash = /* @__PURE__ */ createSlowHash()
