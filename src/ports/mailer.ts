export interface Mail {
  readonly to: string
  readonly subject: string
  readonly text: string
  readonly html: string
  /** The same for every try of one message to one recipient, so that a mailer may drop a repeat. */
  readonly dedupeKey: string
  /** BCP 47 */
  readonly language: string
}

/**
 * Gives one mail to the host's mail system. Resolves when it was accepted. Rejects when it was not, and the outbox
 * tries again later. Must not let line breaks from `to` or `subject` reach a header.
 */
export interface Mailer {
  send(mail: Mail): Promise<void>
}
