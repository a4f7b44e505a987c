export interface Mail {
  /** One address, as the host gave it. */
  readonly to: string
  /** The person's name, to stand beside the address. One clean line. Absent if the account has no other name. */
  readonly name?: string
  readonly subject: string
  readonly text: string
  readonly html: string
  /** The same for every try of one message to one recipient, so that a mailer may drop a repeat. */
  readonly dedupeKey: string
  /** BCP 47 */
  readonly language: string
}

/**
 * Gives one mail to the host's mail system. Resolves when it was accepted. Rejects when it was not. A
 * `NightlatchError` of the code `NL_MAIL_REFUSED` is final for this address: there is no such mailbox, or the
 * address cannot be written. After any other error the outbox tries again until the mail expires: the server is down,
 * busy, or refuses the host. A call that does not settle in 20 seconds counts as failed. Must not let line breaks from
 * `to`, `name` or `subject` reach a header.
 */
export interface Mailer {
  send(mail: Mail): Promise<void>
}
