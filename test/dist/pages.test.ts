import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { buildSync, transformSync } from 'esbuild'
import { afterEach, describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../../', import.meta.url))
const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

const users = `
  const ann = { id: 'user-4711', email: 'ann@acme.example', language: 'en' }
  export const users = {
    byId: async (id) => (id === ann.id ? ann : undefined),
    byEmail: async (email) => (email === ann.email ? ann : undefined),
  }
  export const passwordMatches = async (user, password) => password === 'correct horse'
`

/** The TypeScript blocks of a page, each a program of its own or all of them one. */
function programsOf(page: string, joined: boolean): string[] {
  const blocks = [...readFileSync(root + page, 'utf8').matchAll(/^```ts\n(.*?)^```$/gms)].map((found) => found[1] ?? '')
  return joined ? [blocks.join('\n')] : blocks
}

/** Runs in a folder of the package, where \`nightlatch\` is what an application would install: the built files. */
async function run(program: string): Promise<string> {
  const folder = mkdtempSync(join(root, '.pages-'))
  folders.push(folder)
  writeFileSync(join(folder, 'your-own-users.js'), users)
  buildSync({
    entryPoints: [join(root, 'test/world/passkey-authenticator.ts')],
    outfile: join(folder, 'authenticator.mjs'),
    bundle: true,
    format: 'esm',
    platform: 'node',
  })
  writeFileSync(
    join(folder, 'page.mjs'),
    transformSync(program, { loader: 'ts', format: 'esm', target: 'es2022' }).code,
  )
  const env = {
    ...process.env,
    NL_KEYS: `nlk1.${Buffer.alloc(32, 'a key for this test only, of 32b').toString('base64url')}`,
    SESSION_SECRET: 'test',
  }
  const { stdout } = await promisify(execFile)(process.execPath, ['page.mjs'], { cwd: folder, env, timeout: 60_000 })
  return stdout
}

describe('the code on the pages runs', () => {
  it.each(programsOf('README.md', false).map((program, index) => [index + 1, program] as const))(
    'README.md, example %i, prints what the page says',
    async (index, program) => {
      const output = await run(program)
      if (index === 1)
        expect(output).toMatch(/^otpauth:\/\/totp\/Acme:ann%40acme\.example\?secret=[A-Z2-7]{32}&issuer=Acme/)
      if (index === 2) {
        const lines = output.trim().split('\n')
        expect(lines.slice(1, 3)).toEqual(['true', 'false'])
        expect(lines[3]).toMatch(/^[0-9A-Z]{4}-[0-9A-Z]{5}-[0-9A-Z]{4}$/)
        expect(lines[4]).toBe('inside')
      }
    },
  )

  it('docs/sms.md adds a number and signs in with a code', async () => {
    const output = await run(programsOf('docs/sms.md', false)[0] ?? '')
    expect(output.trim().split('\n')).toEqual(['queued +36 •••••• 67', '10', 'challenge sms queued', '2 pwd sms mfa'])
  })

  it('docs/sms.md sends a message and tells a refusal', async () => {
    const output = await run(programsOf('docs/sms.md', false)[1] ?? '')
    expect(output.trim().split('\n').slice(-4)).toEqual(['@acme.example #049173', '1', 'accepted', 'NL_SMS_FAILED'])
  })

  it('docs/lockout.md makes a thief wait, and lets the owner in', async () => {
    const output = await run(programsOf('docs/lockout.md', true)[0] ?? '')
    expect(output.trim().split('\n')).toEqual([
      'Wrong code. Tries left: 4.',
      'Wrong code. Tries left: 3.',
      'Wrong code. Tries left: 2.',
      'Wrong code. The next one in 5 s.',
      'Please wait 5 s before the next code.',
      'Welcome.',
    ])
  })

  it('docs/step-up.md adds an authenticator with a proof that is good once, and switches 2FA off', async () => {
    const output = await run(programsOf('docs/step-up.md', true)[0] ?? '')
    expect(output.trim().split('\n')).toEqual([
      'step-up',
      'factor totp backup-code',
      'step-up',
      'signed-out',
      'off',
      '14',
    ])
  })

  it('docs/passkeys.md registers a passkey, asks for it, signs in by it alone, and recovers', async () => {
    const [page = ''] = programsOf('docs/passkeys.md', true)
    const output = await run(`${page}\n${ceremonies}`)
    expect(JSON.parse(output)).toEqual({
      backupCodes: 10,
      asked: { status: 'challenge', factors: ['passkey', 'backup-code'], preferred: 'passkey', triesLeft: 5 },
      secondFactor: { status: 'granted' },
      again: { status: 'refused', reason: 'challenge-ended' },
      alone: { status: 'granted' },
      session: { aal: 2, amr: ['swk', 'pop', 'mfa'] },
      only: true,
      password: { status: 'refused', reason: 'wrong-credentials' },
      recovered: { status: 'enroll' },
      passkeys: 2,
    })
  })
})

/** A person with two authenticators before the program of the page on passkeys. */
const ceremonies = `
  import { createAuthenticator } from './authenticator.mjs'
  const words = { origin: 'https://www.acme.example' }
  const client = { ip: '192.0.2.7', userAgent: 'Firefox' }
  const ann = { name: 'ann', accountId: 'ann' }
  const result = {}
  const laptop = createAuthenticator()
  const session = {}
  await passwordWasRight(session, ann, client)
  const made = await registerOptions(session, 'Laptop', client)
  const { backupCodes } = await registered(session, laptop.create(made.options, words), client)
  result.backupCodes = backupCodes.length
  result.asked = await passwordWasRight(session, ann, client)
  const response = laptop.get((await secondFactorOptions(session)).options, words)
  result.secondFactor = await secondFactor(session, response, client)
  result.again = await secondFactor(session, response, client)
  result.alone = await passkeySignIn(session, laptop.get((await passkeyOptions(session)).options, words), client)
  const { aal, amr } = await nl.sessions.check({ grant: session.nl })
  result.session = { aal, amr }
  const asked = await nl.stepUp.passkeyOptions({ grant: session.nl })
  const step = { grant: session.nl, purpose: 'factors', ceremony: asked.ceremony, client }
  const { proof } = await nl.stepUp.verifyPasskey({ ...step, response: laptop.get(asked.options, words) })
  result.only = (await nl.passkeys.setOnly({ grant: session.nl, proof, on: true, client })).ok
  result.password = await passwordWasRight({}, ann, client)
  const phone = createAuthenticator()
  const lost = {}
  result.recovered = await recover(lost, ann, backupCodes[0], client)
  const anew = await registerOptions(lost, 'Phone', client)
  await registered(lost, phone.create(anew.options, words), client)
  result.passkeys = (await nl.passkeys.list({ grant: lost.nl })).passkeys.length
  console.log(JSON.stringify(result))
`
