import { createSlowHash, slowHash } from 'nightlatch/slow-hash'
import type { Scrypt, SlowHashParams } from 'nightlatch/slow-hash'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { nativeScrypt, portableScrypt } from '../../../src/slow-hash/scrypt.ts'
import vectors from '../../vectors/scrypt.json' with { type: 'json' }
import { times } from '../../world/times.ts'
import { hostileValues } from '../hostile-values.ts'

const portable = createSlowHash({ native: null })
const text = (value: string): Uint8Array => new TextEncoder().encode(value)
const hex = (value: Uint8Array): string => Buffer.from(value).toString('hex')

const params: SlowHashParams = { algorithm: 'scrypt', N: 16, r: 1, p: 1, length: 32 }
const good = { password: text('password'), salt: text('salt'), params }

afterEach(() => {
  vi.unstubAllGlobals()
})

describe('both implementations of scrypt', () => {
  it.each(vectors.vectors)(
    'agree with RFC 7914 for N = $N, r = $r, p = $p',
    async ({ password, salt, N, r, p, hash }) => {
      const request = { password: text(password), salt: text(salt), params: { ...params, N, r, p, length: 64 } }
      expect(hex(await nativeScrypt()!(request))).toBe(hash)
      expect(hex(await portableScrypt(request))).toBe(hash)
    },
  )

  it('accept the largest allowed parameters, which Node refuses by default', async () => {
    const password = text('x')
    const salt = text('salt')
    const most = { ...params, N: 2 ** 17, r: 8 }
    expect(await slowHash({ password, salt, params: most })).toHaveLength(32)
  })

  it('return a Uint8Array with a buffer of its own', async () => {
    for (const hash of [slowHash, portable]) {
      const answer = await hash(good)
      expect(Object.getPrototypeOf(answer)).toBe(Uint8Array.prototype)
      expect(answer.byteLength).toBe(answer.buffer.byteLength)
    }
  })
})

describe('createSlowHash', () => {
  it.each([
    ['no process at all', undefined],
    ['a process without built-in modules', {}],
    ['a platform without node:crypto', { getBuiltinModule: () => undefined }],
    ['a module without scrypt', { getBuiltinModule: () => ({}) }],
  ])('uses the portable implementation with %s', async (_, process) => {
    const expected = hex(await slowHash(good))
    vi.stubGlobal('process', process)
    expect(nativeScrypt()).toBeNull()
    expect(hex(await createSlowHash()(good))).toBe(expected)
  })

  it('uses the native implementation where the platform has it', async () => {
    const scrypt = vi.fn((_password, _salt, length: number, _options, done: (error: null, key: Uint8Array) => void) => {
      done(null, new Uint8Array(length).fill(7))
    })
    vi.stubGlobal('process', { getBuiltinModule: (id: string) => (id === 'node:crypto' ? { scrypt } : undefined) })
    expect(await createSlowHash()(good)).toEqual(new Uint8Array(32).fill(7))
    expect(scrypt).toHaveBeenCalledOnce()
  })

  it('names a failing platform without the secret', async () => {
    vi.stubGlobal('process', {
      getBuiltinModule: () => ({
        scrypt: (_p: unknown, _s: unknown, _l: unknown, _o: unknown, done: (error: Error) => void) =>
          done(new Error('no memory')),
      }),
    })
    const failed: unknown = await createSlowHash()(good).catch((error: unknown) => error)
    expect(failed).toMatchObject({ code: 'NL_CONFIG', message: 'scrypt failed on this platform' })
    expect(String(failed)).not.toContain('password')
  })
})

describe('the queue', () => {
  /** A scrypt whose computations end when the test calls `finish`. */
  function stepped(): {
    readonly scrypt: Scrypt
    readonly started: string[]
    finish(name: string, error?: Error): void
  } {
    const ends = new Map<string, (error?: Error) => void>()
    const started: string[] = []
    return {
      started,
      scrypt: ({ password }) =>
        new Promise((resolve, reject) => {
          const name = new TextDecoder().decode(password)
          started.push(name)
          ends.set(name, (error) => (error ? reject(error) : resolve(text(name))))
        }),
      finish: (name, error) => ends.get(name)!(error),
    }
  }

  const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

  it('runs two at once, and the others in order of arrival', async () => {
    const { scrypt, started, finish } = stepped()
    const hash = createSlowHash({ native: scrypt })
    const answers = ['a', 'b', 'c', 'd', 'e'].map((name) => hash({ ...good, password: text(name) }))
    await settled()
    expect(started).toEqual(['a', 'b'])
    finish('b')
    await settled()
    expect(started).toEqual(['a', 'b', 'c'])
    finish('a')
    finish('c')
    await settled()
    expect(started).toEqual(['a', 'b', 'c', 'd', 'e'])
    finish('d')
    finish('e')
    expect((await Promise.all(answers)).map(String)).toEqual(
      ['a', 'b', 'c', 'd', 'e'].map((name) => String(text(name))),
    )
  })

  it('continues after errors, and is empty at the end', async () => {
    let running = 0
    let most = 0
    const hash = createSlowHash({
      native: async ({ password }) => {
        running++
        most = Math.max(most, running)
        await settled()
        running--
        if (password[0]! % 2 === 1) throw new Error('odd')
        return password
      },
    })
    for (let round = 0; round < 3; round++) {
      const answers = await Promise.allSettled(
        Array.from({ length: 20 }, (_, at) => hash({ ...good, password: Uint8Array.of(at) })),
      )
      expect(answers.map(({ status }) => status)).toEqual(
        Array.from({ length: 20 }, (_, at) => (at % 2 === 1 ? 'rejected' : 'fulfilled')),
      )
      expect(running).toBe(0)
    }
    expect(most).toBe(2)
  })

  it('continues after a computation that throws at once', async () => {
    const hash = createSlowHash({
      concurrency: 1,
      native: () => {
        throw new Error('at once')
      },
    })
    for (let i = 0; i < 3; i++) await expect(hash(good)).rejects.toMatchObject({ code: 'NL_CONFIG' })
  })

  it('starts a waiting computation before a new one', async () => {
    const { scrypt, started, finish } = stepped()
    const hash = createSlowHash({ native: scrypt, concurrency: 1 })
    const first = hash({ ...good, password: text('first') })
    const second = hash({ ...good, password: text('second') })
    await settled()
    finish('first')
    const third = hash({ ...good, password: text('third') })
    await settled()
    expect(started).toEqual(['first', 'second'])
    finish('second')
    await settled()
    finish('third')
    await Promise.all([first, second, third])
  })

  describe('of computations that hang', () => {
    beforeEach(() => {
      vi.useFakeTimers()
    })
    afterEach(() => {
      vi.useRealTimers()
    })
    const codeOf = ({ code }: { readonly code: string }): string => code

    it('takes a place back, gives it to the next in line, and tells the caller', async () => {
      const { scrypt, started, finish } = stepped()
      const hash = createSlowHash({ native: scrypt, concurrency: 1, timeoutMs: 3000 })
      const hung = hash({ ...good, password: text('hung') }).catch(codeOf)
      await vi.advanceTimersByTimeAsync(1500)
      const next = hash({ ...good, password: text('next') })
      await vi.advanceTimersByTimeAsync(500)
      expect(await hung).toBe('NL_SLOW_HASH_FAILED')
      expect(started).toEqual(['hung', 'next'])
      // What ends after all gives no second place.
      finish('hung')
      const third = hash({ ...good, password: text('third') })
      await vi.advanceTimersByTimeAsync(0)
      expect(started).toEqual(['hung', 'next'])
      finish('next')
      expect(String(await next)).toBe(String(text('next')))
      await vi.advanceTimersByTimeAsync(0)
      finish('third')
      await third
      expect(vi.getTimerCount()).toBe(0)
    })

    it('begins no crowd that waited too long', async () => {
      const { scrypt, started, finish } = stepped()
      const hash = createSlowHash({ native: scrypt, timeoutMs: 3000 })
      const crowd = times(50).map((n) => hash({ ...good, password: text(`${n}`) }).catch(codeOf))
      await vi.advanceTimersByTimeAsync(3000)
      expect(await Promise.all(crowd)).toEqual(times(50).map(() => 'NL_SLOW_HASH_FAILED'))
      expect(started).toEqual(['0', '1'])
      const later = hash({ ...good, password: text('later') })
      await vi.advanceTimersByTimeAsync(0)
      finish('later')
      expect(String(await later)).toBe(String(text('later')))
    })
  })

  it('computes with the given bytes, even if the caller changes its buffers meanwhile', async () => {
    const password = text('password')
    const expected = hex(await slowHash(good))
    const asked = slowHash({ password, salt: good.salt, params })
    password.fill(0)
    expect(hex(await asked)).toBe(expected)
  })
})

describe('slowHash', () => {
  it.each([
    [{ N: 0 }],
    [{ N: 1 }],
    [{ N: 3 }],
    [{ N: 16383 }],
    [{ N: 2 ** 18 }],
    [{ N: 2 ** 31 }],
    [{ N: 2 ** 40 }],
    [{ N: NaN }],
    [{ N: 2 ** 16, r: 1 }],
    [{ r: 0 }],
    [{ r: 17 }],
    [{ p: 0 }],
    [{ p: 17 }],
    [{ N: 2 ** 17, r: 9 }],
    [{ length: 15 }],
    [{ length: 65 }],
    [{ algorithm: 'argon2id' as 'scrypt' }],
  ])('refuses %o', async (wrong) => {
    await expect(slowHash({ ...good, params: { ...params, ...wrong } })).rejects.toMatchObject({ code: 'NL_ARGUMENT' })
  })

  it('[BC-5] refuses a salt below 32 bits', async () => {
    await expect(slowHash({ ...good, salt: new Uint8Array(3) })).rejects.toMatchObject({ code: 'NL_ARGUMENT' })
    await expect(slowHash({ ...good, salt: new Uint8Array(4) })).resolves.toHaveLength(32)
  })

  it('answers hostile values with a hash or a NightlatchError', async () => {
    const native: Scrypt = async () => new Uint8Array(32)
    const hash = createSlowHash({ native })
    for (const value of hostileValues) {
      const wrong = value as never
      const calls = [
        hash(wrong),
        hash({ ...good, password: wrong }),
        hash({ ...good, salt: wrong }),
        hash({ ...good, params: wrong }),
        ...Object.keys(params).map((key) => hash({ ...good, params: { ...params, [key]: wrong } })),
      ]
      for (const one of await Promise.allSettled(calls)) {
        if (one.status === 'rejected') expect(one.reason).toMatchObject({ code: 'NL_ARGUMENT' })
      }
      for (const make of [
        () => createSlowHash(wrong),
        () => createSlowHash({ concurrency: wrong }),
        () => createSlowHash({ timeoutMs: wrong }),
      ]) {
        try {
          make()
        } catch (error) {
          expect(error).toMatchObject({ code: 'NL_ARGUMENT' })
        }
      }
    }
  })
})
