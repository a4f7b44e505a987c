import { encodeBase64url, frame } from '../../core/bytes.ts'
import { sha256 } from '../../core/hmac.ts'

/** A domain that `URL` reads as nothing else, so that no two different ones become one. */
const plainDomain = /^[\p{L}\p{M}\p{N}.-]+$/u

/**
 * The same text for every spelling of one mailbox. Of the part before the sign only ASCII letters lose their case:
 * other letters that look alike may be another mailbox.
 */
export function mailboxOf(address: string): string {
  const text = address.trim().normalize('NFC')
  const at = text.lastIndexOf('@')
  const local = text.slice(0, at).replace(/[A-Z]/g, (letter) => letter.toLowerCase())
  return `${local}@${asciiDomain(text.slice(at + 1))}`
}

function asciiDomain(domain: string): string {
  try {
    return plainDomain.test(domain) ? new URL(`http://${domain}`).hostname : domain
  } catch {
    return domain
  }
}

/** Each mailbox once, as it is spelled first. */
export function distinctMailboxes(addresses: readonly string[]): readonly string[] {
  const byMailbox = new Map<string, string>()
  for (const address of addresses) {
    const mailbox = mailboxOf(address)
    if (!byMailbox.has(mailbox)) byMailbox.set(mailbox, address.trim())
  }
  return [...byMailbox.values()]
}

/** The same at every try and on every server. Shows no address: nobody without the message id can try addresses out. */
export function recipientKey(messageId: string, address: string): string {
  const hash = sha256(frame('nightlatch/mail-recipient/v1', messageId, mailboxOf(address)))
  return encodeBase64url(hash.subarray(0, 18))
}
