import { createHash, randomBytes } from 'node:crypto'
import { betterAuth } from 'better-auth'
import { getMigrations } from 'better-auth/db/migration'
import { twoFactor } from 'better-auth/plugins'
import { library } from '../../harness.mjs'

const digest = (password) => createHash('sha256').update(password).digest('hex')

/** What a browser would send back of the cookies that an answer sets. */
function cookiesOf(headers) {
  const pairs = headers.getSetCookie().map((cookie) => cookie.split(';', 1)[0])
  return new Headers({ cookie: pairs.filter((pair) => !pair.endsWith('=')).join('; ') })
}

export async function betterAuthSystem(database) {
  const { decodeBase32, totp } = await library('otp')
  const auth = betterAuth({
    appName: 'Acme',
    baseURL: 'http://localhost:3000',
    secret: randomBytes(32).toString('base64url'),
    database,
    logger: { disabled: true },
    telemetry: { enabled: false },
    // The password is checked outside the timing, and thousands of slow hashes would only delay the run.
    emailAndPassword: {
      enabled: true,
      password: {
        hash: async (password) => digest(password),
        verify: async ({ hash, password }) => hash === digest(password),
      },
    },
    plugins: [twoFactor({ skipVerificationOnEnable: true })],
  })
  const { runMigrations } = await getMigrations(auth.options)
  await runMigrations()

  async function enroll(n) {
    const email = `user-${n}@acme.example`
    const password = `the password of ${n}`
    const signedUp = await auth.api.signUpEmail({ body: { email, password, name: email }, returnHeaders: true })
    const headers = cookiesOf(signedUp.headers)
    const { totpURI, backupCodes } = await auth.api.enableTwoFactor({ body: { password }, headers })
    const secret = decodeBase32(new URL(totpURI).searchParams.get('secret')).bytes
    return { email, password, secret, backupCodes: [...backupCodes] }
  }

  return {
    enroll,
    /** It takes the code of one step again, so the real time will do. */
    nextBatch() {},
    async start({ email, password, secret, backupCodes }, factor) {
      const { headers, response } = await auth.api.signInEmail({ body: { email, password }, returnHeaders: true })
      if (response.twoFactorRedirect !== true) throw new Error('better-auth asked for no second factor')
      const code = factor === 'totp' ? totp({ secret, now: Date.now() }) : backupCodes.pop()
      return { factor, body: { code }, headers: cookiesOf(headers) }
    },
    verify: ({ factor, body, headers }) =>
      factor === 'totp'
        ? auth.api.verifyTOTP({ body, headers, returnHeaders: true })
        : auth.api.verifyBackupCode({ body, headers, returnHeaders: true }),
    granted: ({ headers, response }) =>
      typeof response.token === 'string' && headers.getSetCookie().some((cookie) => cookie.includes('session_token=')),
    settle: async () => {},
    close() {},
  }
}
