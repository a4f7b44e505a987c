import { encodeBase64url, frame } from '../bytes.ts'
import { sha256 } from '../hmac.ts'

/**
 * The unique key of a credential id in a realm. With it a credential belongs to one account only [PKR-12]. It is a
 * plain hash and no keyed one. Ids are random and public, and the key must stay the same when the key ring is rotated.
 *
 * @contract pure · id base64url · key · throws none
 */
export function credentialKey({ realm, id }: { readonly realm: string; readonly id: string }): string {
  return `passkey:${encodeBase64url(sha256(frame('nightlatch/passkey-credential/v1', realm, id)))}`
}

/**
 * The unique key under which the account of a user handle is found in a realm.
 *
 * @contract pure · handle base64url · key · throws none
 */
export function userHandleKey({ realm, handle }: { readonly realm: string; readonly handle: string }): string {
  return `passkey-user:${encodeBase64url(sha256(frame('nightlatch/passkey-user/v1', realm, handle)))}`
}
