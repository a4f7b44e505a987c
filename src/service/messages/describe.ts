import { isNightlatchError, NightlatchError } from '../../core/errors.ts'
import { limits } from '../../core/limits.ts'
import { answerInTime } from '../loop/in-time.ts'

/** What the host knows of an account. Asked for when a mail is composed or an authenticator is enrolled. */
export interface AccountDescription {
  /** Shown in authenticator apps and mails. */
  readonly name: string
  /** Notices go to every verified address. Two or more are advised. */
  readonly addresses: readonly { readonly mail: string; readonly verified: boolean }[]
  /** BCP 47; English by default. */
  readonly locale?: string | undefined
  /** IANA; UTC by default. */
  readonly timeZone?: string | undefined
}

export type Describe = (accountId: string) => AccountDescription | Promise<AccountDescription>

/** Asks the host, not longer than the limit, and checks its answer. */
export async function describeAccount(describe: Describe, accountId: string): Promise<AccountDescription> {
  try {
    return read(await answerInTime<unknown>(() => describe(accountId), deadline))
  } catch (error) {
    if (isNightlatchError(error) && error.code === 'NL_DESCRIBE_FAILED') throw error
    throw new NightlatchError('NL_DESCRIBE_FAILED', 'describe failed', { cause: error })
  }
}

const deadline = { part: 'describe', ms: limits.describeMs, code: 'NL_DESCRIBE_FAILED' } as const

function read(value: unknown): AccountDescription {
  const { name, addresses, locale, timeZone } = (value ?? {}) as Partial<Record<keyof AccountDescription, unknown>>
  const fault = (rule: string): NightlatchError =>
    new NightlatchError('NL_DESCRIBE_FAILED', `describe must give ${rule}`)
  if (typeof name !== 'string') throw fault('name, a string')
  if (!Array.isArray(addresses)) throw fault('addresses, an array')
  const listed = addresses.map((address: unknown) => {
    const { mail, verified } = (address ?? {}) as Record<string, unknown>
    if (typeof mail !== 'string' || typeof verified !== 'boolean') throw fault('each address as { mail, verified }')
    return { mail, verified }
  })
  return {
    name,
    addresses: listed,
    ...(typeof locale === 'string' ? { locale } : {}),
    ...(typeof timeZone === 'string' ? { timeZone } : {}),
  }
}
