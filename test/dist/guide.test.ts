import type { ChildProcess } from 'node:child_process'
import { execFile, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { decodeBase32, totp } from 'nightlatch/otp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Visitor } from './visitor.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const email = 'ann@acme.example'
const password = 'correct horse'
const step = 30_000

/** One of the programs of the guide, over the built package, on a database of its own. */
class Program {
  readonly folder: string = mkdtempSync(join(tmpdir(), 'nightlatch-guide-'))
  readonly env = {
    ...process.env,
    TSX_TSCONFIG_PATH: 'examples/tsconfig.json',
    PORT: '0',
    DATABASE: join(this.folder, 'app.db'),
    NL_KEYS: `nlk1.${Buffer.alloc(32, 'a key for this test only, of 32b').toString('base64url')}`,
    SESSION_SECRET: 'test',
  }
  origin = ''
  printed = ''
  readonly #process: ChildProcess

  constructor(file: string) {
    const preload = ['--import', 'tsx', '--import', './test/dist/later.mjs']
    this.#process = spawn(process.execPath, [...preload, `examples/guide/${file}`], { cwd: root, env: this.env })
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      stream?.on('data', (data: Buffer) => (this.printed += data.toString()))
    }
  }

  async started(): Promise<void> {
    this.origin = `http://localhost:${await this.#prints(/port: (\d+)/)}`
  }

  /** Lets eleven minutes pass. */
  async later(): Promise<void> {
    this.#process.kill('SIGUSR2')
    await this.#prints(/(later)\n/)
  }

  /** Runs another program of the guide on the same database. */
  async run(file: string): Promise<string> {
    const args = ['--import', 'tsx', `examples/guide/${file}`]
    return (await promisify(execFile)(process.execPath, args, { cwd: root, env: this.env })).stdout
  }

  stop(): void {
    this.#process.kill()
    rmSync(this.folder, { recursive: true, force: true })
  }

  async #prints(pattern: RegExp): Promise<string> {
    for (;;) {
      const found = pattern.exec(this.printed)?.[1]
      if (found !== undefined) return found
      if (this.#process.exitCode !== null) throw new Error(`the program ended: ${this.printed}`)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
}

describe.each(['express.ts', 'hono.ts'])('examples/guide/%s', (file) => {
  let program: Program
  let ann: Visitor
  let code: (steps: number) => string
  let backupCodes: readonly string[]
  beforeAll(async () => {
    program = new Program(file)
    await program.started()
    ann = new Visitor(program.origin)
  })
  afterAll(() => program.stop())

  async function enter(visitor: Visitor): Promise<string> {
    await visitor.open('/login')
    return (await visitor.submit('/login', { email, password })).title
  }

  it('asks for the login, refuses a wrong password with 401, and lets the right one in under a new session id', async () => {
    expect(await ann.open('/')).toMatchObject({ path: '/login', title: 'Log in' })
    const wrong = await ann.submit('/login', { email, password: 'no' })
    expect(wrong).toMatchObject({ status: 401, notes: ['wrong-credentials'] })
    const before = [...ann.cookies]
    expect(await ann.submit('/login', { email, password })).toMatchObject({ path: '/', title: 'Hello user-4711' })
    const fixed = new Visitor(program.origin, before)
    expect(await fixed.open('/')).toMatchObject({ path: '/login' })
  })

  it('sets the device cookie for plain http, hidden from scripts', () => {
    const cookie = ann.setCookies.find((line) => line.startsWith('nl_device='))
    expect(cookie).toMatch(/^nl_device=[\w.-]+; Max-Age=34560000; Path=\/; HttpOnly; SameSite=Lax$/)
  })

  it('sets up an app: a QR code and a key, a wrong code, the right one, ten backup codes and a mail', async () => {
    await ann.open('/security/totp')
    const scan = await ann.submit('/security/totp', { label: 'Phone' })
    expect(scan.html).toContain('<svg')
    const secret = decodeBase32(scan.notes[0] ?? '')
    if (!secret.ok) throw new Error('no key')
    code = (steps) => totp({ secret: secret.bytes, now: Date.now() + steps * step })
    const wrong = await ann.submit('/security/totp/confirm', { code: wrongCode(code) })
    expect(wrong).toMatchObject({ status: 400, notes: ['wrong'] })
    const confirmed = await ann.submit('/security/totp/confirm', { code: code(0) })
    expect(confirmed).toMatchObject({ status: 200, title: 'Backup codes' })
    backupCodes = confirmed.notes
    expect(new Set(backupCodes).size).toBe(10)
    await expect.poll(() => program.printed).toContain(`mail to ${email}`)
  })

  it('ends the session at the log-out, also for a copy of its cookies', async () => {
    await ann.open('/security')
    const copy = new Visitor(program.origin, ann.cookies)
    expect(await ann.submit('/logout')).toMatchObject({ title: 'Log in' })
    expect(await ann.open('/security')).toMatchObject({ path: '/login' })
    expect(await copy.open('/')).toMatchObject({ path: '/login' })
  })

  it('asks for a code, names what is wrong with one, lets a fresh one in, and takes none twice', async () => {
    expect(await enter(ann)).toBe('Your code')
    expect(await ann.submit('/code', { code: 'hello' })).toMatchObject({ notes: ['malformed'] })
    expect(await ann.submit('/code', { code: wrongCode(code) })).toMatchObject({ notes: ['wrong'] })
    const fresh = code(1)
    expect(await ann.submit('/code', { code: fresh })).toMatchObject({ title: 'Hello user-4711' })
    const thief = new Visitor(program.origin)
    expect(await enter(thief)).toBe('Your code')
    expect(await thief.submit('/code', { code: fresh })).toMatchObject({ notes: ['used'] })
    expect(await thief.open('/')).toMatchObject({ path: '/login' })
  })

  it('asks for a code again before new backup codes, once for each change', async () => {
    await ann.open('/security')
    expect(await ann.submit('/security/backup-codes')).toMatchObject({ status: 403, notes: ['step-up'] })
    expect(await ann.submit('/security/step-up', { code: wrongCode(code) })).toMatchObject({ notes: ['wrong'] })
    expect(await ann.submit('/security/step-up', { code: backupCodes[0]! })).toMatchObject({ path: '/security' })
    const renewed = await ann.submit('/security/backup-codes')
    expect(renewed.notes).toHaveLength(10)
    const page = await ann.open('/security')
    expect(page.notes.slice(0, 2)).toEqual(['App: Phone', 'Backup codes left: 10'])
    expect(await ann.submit('/security/backup-codes')).toMatchObject({ status: 403, notes: ['step-up'] })
    backupCodes = renewed.notes
  })

  it('does nothing that the page of another site asks for', async () => {
    expect(await ann.lured('/security/off', { code: backupCodes[0]! })).toBe(403)
    expect(await ann.lured('/logout', {})).toBe(403)
    expect((await ann.open('/security')).notes).toContain('Backup codes left: 10')
  })

  it('has programs for support and for the rotation of keys that run on its database', async () => {
    expect(await program.run('support.ts')).toBe('1\n')
    expect(await program.run('reseal.ts')).toBe('')
  })

  it('switches two-factor off with a code, and asks for the password again before it is set up anew', async () => {
    await ann.open('/security')
    expect(await ann.submit('/security/off', { code: backupCodes[0]! })).toMatchObject({ path: '/security' })
    await program.later()
    await ann.open('/security/totp')
    expect(await ann.submit('/security/totp', { label: 'Phone' })).toMatchObject({ path: '/login', title: 'Log in' })
    expect(await enter(ann)).toBe('Hello user-4711')
    await ann.open('/security/totp')
    expect(await ann.submit('/security/totp', { label: 'Phone' })).toMatchObject({ status: 200, title: 'Scan' })
  })
})

/** Right in no step near now. */
function wrongCode(code: (steps: number) => string): string {
  const near = [-2, -1, 0, 1, 2].map(code)
  return ['000000', '111111', '222222', '333333', '444444', '555555'].find((text) => !near.includes(text)) ?? ''
}
