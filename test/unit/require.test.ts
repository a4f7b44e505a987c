import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { requires, requiresServer } from '../require.ts'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'nightlatch-path-'))
  vi.stubEnv('PATH', folder)
  vi.stubEnv('NIGHTLATCH_REQUIRE', 'redis, chromium')
})

afterEach(() => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
  rmSync(folder, { recursive: true })
})

describe('a program that tests need', () => {
  it('is found on the PATH under any of its names', () => {
    const path = join(folder, 'google-chrome')
    writeFileSync(path, '', { mode: 0o755 })
    expect(requires('chromium')).toBe(path)
  })

  it('stops the run when it is required and missing', () => {
    expect(() => requires('chromium')).toThrow('NIGHTLATCH_REQUIRE names chromium')
  })

  it('is reported in one line when it is missing and not required', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined)
    expect(requires('oathtool')).toBeUndefined()
    expect(warn.mock.calls).toEqual([['skipped: these tests need oathtool, which is not on the PATH']])
  })
})

describe('NIGHTLATCH_REQUIRE', () => {
  it.each(['mariadb', 'redis,postgre', 'all', 'Chromium'])(
    '%s, with a name that nothing has, is an error that lists the known ones',
    async (names) => {
      vi.stubEnv('NIGHTLATCH_REQUIRE', names)
      const known = 'known are chromium, oathtool, zbarimg, redis, postgres, mysql'
      writeFileSync(join(folder, 'chromium'), '', { mode: 0o755 })
      expect(() => requires('chromium')).toThrow(known)
      await expect(requiresServer('redis')).rejects.toThrow(known)
    },
  )

  it.each(['postgres,mysql,redis,chromium', ' chromium , ', ''])('%j is taken, with a place for MariaDB', (names) => {
    vi.stubEnv('NIGHTLATCH_REQUIRE', names)
    writeFileSync(join(folder, 'chromium'), '', { mode: 0o755 })
    expect(requires('chromium')).toBe(join(folder, 'chromium'))
  })
})

describe('a server that tests need', () => {
  beforeEach(() => {
    vi.stubEnv('NIGHTLATCH_REDIS', 'redis://127.0.0.1:1')
    vi.stubEnv('NIGHTLATCH_POSTGRES', 'postgres://nobody@127.0.0.1:1/none')
  })

  it('stops the run when it is required and does not answer', async () => {
    await expect(requiresServer('redis')).rejects.toThrow('NIGHTLATCH_REQUIRE names redis, but it does not answer')
  })

  it('is reported in one line when it is missing and not required', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined)
    expect(await requiresServer('postgres')).toBeUndefined()
    expect(warn.mock.calls).toEqual([['skipped: these tests need postgres, which does not answer']])
  })
})
