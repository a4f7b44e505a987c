import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { installPacked, peers, subpaths } from './packed.ts'
import type { Installed } from './packed.ts'

/** One use of each adapter that needs a package, with stand-ins for what the host would give it. */
const uses = [
  {
    subpath: 'nightlatch/storage/sql',
    peer: 'kysely',
    what: 'a call of the SQL storage',
    use: `({ sqlStorage }) => {
      const db = { selectFrom() {}, withoutPlugins: () => db }
      return sqlStorage(db).append([{ id: 'a', recordId: null, type: 'b', at: 1, fields: {}, mac: 'c' }])
    }`,
  },
  {
    subpath: 'nightlatch/storage/sql',
    peer: 'kysely',
    what: 'migrate',
    use: `({ migrate }) => {
      const db = { selectFrom() {}, withoutPlugins: () => db }
      return migrate(db)
    }`,
  },
  {
    subpath: 'nightlatch/passkeys',
    peer: '@simplewebauthn/server',
    what: 'a new passkey',
    use: `({ webauthn }) => {
      const verifier = webauthn({ rpId: 'acme.example', rpName: 'Acme', origins: ['https://acme.example'] })
      return verifier.verifyRegistration({ challenge: 'A'.repeat(43), response: {} })
    }`,
  },
  {
    subpath: 'nightlatch/passkeys',
    peer: '@simplewebauthn/server',
    what: 'a sign-in with a passkey',
    use: `({ webauthn }) => {
      const verifier = webauthn({ rpId: 'acme.example', rpName: 'Acme', origins: ['https://acme.example'] })
      return verifier.verifyAssertion({ challenge: 'A'.repeat(43), response: {}, publicKey: 'AA' })
    }`,
  },
  {
    subpath: 'nightlatch/limiter/flexible',
    peer: 'rate-limiter-flexible',
    what: 'redisLimiter',
    use: `({ redisLimiter }) => {
      const limiter = redisLimiter({ client: { eval() {}, multi() {} } })
      return limiter.charge({ now: 1, charges: [{ key: 'a', limit: 1, windowMs: 1000 }] })
    }`,
  },
  {
    subpath: 'nightlatch/limiter/flexible',
    peer: 'rate-limiter-flexible',
    what: 'postgresLimiter',
    use: `({ postgresLimiter }) => {
      const limiter = postgresLimiter({ pool: { query() {} } })
      return limiter.charge({ now: 1, charges: [{ key: 'a', limit: 1, windowMs: 1000 }] })
    }`,
  },
  {
    subpath: 'nightlatch/mail/nodemailer',
    peer: 'nodemailer',
    what: 'a mail by SMTP',
    use: `({ nodemailerMailer }) =>
      nodemailerMailer({ transport: 'smtp://127.0.0.1', from: 'security@acme.example' }).send({
        to: 'ann@acme.example', subject: 'a', text: 'b', html: 'c', dedupeKey: 'd', language: 'en',
      })`,
  },
  {
    subpath: 'nightlatch',
    peer: 'libphonenumber-js',
    what: 'readPhone',
    use: `({ readPhone }) => readPhone('+36301234567')`,
  },
] as const

const formats = ['esm', 'cjs'] as const

type Errors = Readonly<Record<string, unknown>>

let bare: Installed
let seen: Readonly<Record<(typeof formats)[number], Errors>>

/** What each use throws, by its name. One process uses all. */
function errorsIn(format: (typeof formats)[number]): Errors {
  const load = (subpath: string): string =>
    format === 'esm' ? `import('${subpath}')` : `Promise.resolve(require('${subpath}'))`
  const asked = uses.map(({ what, subpath, use }) => `['${what}', ${load(subpath)}.then(${use})]`)
  const source = `
    const show = ({ name, code, message, cause }) => ({ name, code, message, cause: cause?.code })
    Promise.all([${asked.join()}].map(async ([what, used]) => [what, await used.then(() => 'no error', show)]))
      .then((seen) => console.log(JSON.stringify(Object.fromEntries(seen))))`
  return bare.run(format, source) as Errors
}

beforeAll(() => {
  bare = installPacked({ peers: false })
  seen = { esm: errorsIn('esm'), cjs: errorsIn('cjs') }
})

afterAll(() => bare.remove())

describe('without its optional peers, the package', () => {
  it.each(formats)('loads every subpath in %s', (format) => {
    const load = format === 'esm' ? 'await import(path)' : 'require(path)'
    const source = `
      const names = {}
      for (const path of ${JSON.stringify(subpaths)}) names[path] = Object.keys(${load}).length
      console.log(JSON.stringify(names))`
    const names = bare.run(format, source) as Record<string, number>
    expect(Object.entries(names).filter(([, count]) => count === 0)).toEqual([])
    expect(Object.keys(names)).toEqual(subpaths)
  })

  it.each(formats.flatMap((format) => uses.map(({ what, peer }) => [what, peer, format] as const)))(
    'answers %s with an error of its own that says how to install %s (%s)',
    (what, peer, format) => {
      expect(seen[format][what]).toEqual({
        name: 'NightlatchError',
        code: 'NL_CONFIG',
        message: expect.stringMatching(new RegExp(` needs the package ${peer}, .*: npm install ${peer}$`)) as string,
        cause: expect.stringMatching(/MODULE_NOT_FOUND$/) as string,
      })
    },
  )

  it('has a use of every optional peer in this test', () => {
    expect([...new Set(uses.map(({ peer }) => peer))].sort()).toEqual([...peers].sort())
  })
})
