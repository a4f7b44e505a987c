import { cleanName } from './form-input.ts'

/** Authenticators show little more, and store what they get. */
const longest = 100

/**
 * How an authenticator names an account: as the host does, else by its id. Authenticators store the name and show it
 * without a change, so it is cleaned like a name that a person typed.
 */
export function accountName(name: string, accountId: string): string {
  return cleanName(name, longest) || cleanName(accountId, longest) || 'account'
}
