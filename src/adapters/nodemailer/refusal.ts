interface TransportError {
  readonly code?: unknown
  readonly command?: unknown
  readonly response?: unknown
  readonly responseCode?: unknown
}

/** Replies without an enhanced code that speak of the mailbox: RFC 5321 §4.2.3 and RFC 7504 §3. */
const aboutMailbox = [550, 551, 552, 553, 556]

/**
 * Enhanced codes (RFC 3463) that speak of the recipient: address and mailbox, routing to its domain, and an address
 * that needs SMTPUTF8. `5.1.7` and `5.1.8` speak of the sender. `5.7` is a policy, and mostly about the sending server.
 */
const aboutRecipient = /^5\.(?:1\.(?!7$|8$)\d+|2\.(?!3$)\d+|4\.\d+|6\.7)$/

/** Whether the mail system refuses this recipient for good, rather than the host, its server or this mail. */
export function isRecipientRefused(error: unknown): boolean {
  const { code, command, response, responseCode } = (error ?? {}) as TransportError
  if (code === 'EENVELOPE' && command === 'API') return isUnwritable(error)
  if (command !== 'RCPT TO' && command !== 'DATA') return false
  if (typeof responseCode !== 'number' || responseCode < 500 || responseCode > 599) return false
  const enhanced =
    typeof response === 'string' ? /^\d{3}[ -](\d\.\d{1,3}\.\d{1,3})(?: |$)/m.exec(response)?.[1] : undefined
  if (enhanced !== undefined) return aboutRecipient.test(enhanced)
  return aboutMailbox.includes(responseCode) || (responseCode === 501 && command === 'RCPT TO')
}

/** nodemailer could not write the recipient into a command. */
function isUnwritable(error: unknown): boolean {
  return error instanceof Error && /recipient/i.test(error.message)
}
