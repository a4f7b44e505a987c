import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'

const cost = { N: 2 ** 14, r: 8, p: 5 }

function derive(password: string, salt: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password.normalize('NFKC'), salt, 32, cost, (error, key) => (error ? reject(error) : resolve(key)))
  })
}

export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16)
  const key = await derive(password, salt)
  return `${salt.toString('base64url')}.${key.toString('base64url')}`
}

const shortest = 8
const longest = 200

/** Why a new password is not accepted, for the page. Null: it is. */
export function passwordFault(password: string): string | null {
  if (password.length < shortest) return `The password needs at least ${shortest} characters.`
  if (password.length > longest) return `The password may have at most ${longest} characters.`
  return null
}

const nobody = hashPassword(randomBytes(16).toString('hex'))

/** Does the same work for a user who does not exist, so that the time does not tell whether there is one. */
export async function passwordMatches(user: { password: string } | undefined, password: string): Promise<boolean> {
  const [salt = '', key = ''] = (user?.password ?? (await nobody)).split('.')
  const derived = await derive(password, Buffer.from(salt, 'base64url'))
  return timingSafeEqual(derived, Buffer.from(key, 'base64url')) && user !== undefined
}
