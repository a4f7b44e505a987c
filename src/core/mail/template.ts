import type { Factor } from '../factor.ts'

/** Where a change or an attempt came from, as far as it is known. */
interface Origin {
  readonly ip?: string | null
  readonly userAgent?: string | null
}

interface Happened {
  /** ms since epoch */
  readonly at: number
}

interface MaskedAddresses {
  readonly before: string
  readonly after: string
}

/** The values of each notice. None of them is a secret, a code, a token or a session id [MAIL-8]. */
export interface NoticeValuesByType {
  readonly 'factor-added': Happened & Origin & { readonly factor: Factor; readonly label?: string | null }
  readonly 'factor-removed': Happened & Origin & { readonly factor: Factor; readonly label?: string | null }
  readonly 'two-factor-off': Happened & Origin
  readonly 'backup-codes-regenerated': Happened & Origin & { readonly count: number }
  readonly 'backup-code-used': Happened & Origin & { readonly left: number }
  /** Too many wrong codes. `until` is ms since epoch. */
  readonly 'code-entry-locked': Happened & { readonly until: number; readonly failures: number }
  /** The primary authentication was right, but the code after it was not [NOT-4]. */
  readonly 'factor-failed': Happened & Origin
  /** The hard limit of consecutive failures is reached. */
  readonly 'factor-disabled': Happened & { readonly factor: Factor }
  /** Too many wrong codes from unknown devices. There the factor is not accepted any more. */
  readonly 'factor-stopped': Happened & { readonly factor: Factor }
  /** So many wrong codes came from unknown devices over the days that hardly any is evaluated now. */
  readonly 'guesses-used-up': Happened
  /** The same from one known device. It is unknown from now on. */
  readonly 'device-forgotten': Happened
  /** A right code of an app was typed again, from another device and network than those that used it just before. */
  readonly 'code-used-elsewhere': Happened & Origin & { readonly label?: string | null }
  readonly 'password-changed': Happened & Origin
  /** The mail address is another one. Both are masked. To all addresses of the account. */
  readonly 'address-changed': Happened & Origin & MaskedAddresses
  /** The same, to the address that the account had before. */
  readonly 'address-replaced': Happened & Origin & MaskedAddresses
  readonly 'authenticator-resynchronized': Happened & Origin & { readonly label?: string | null }
  readonly 'signed-out-everywhere': Happened & Origin
  /** From now on a sign-in there needs no factor. */
  readonly 'device-trusted': Happened & Origin
  /** A text of a trusted device was used that had been replaced. Two browsers have it. */
  readonly 'device-trust-copied': Happened & Origin
  /** More happened than single notices are sent of. */
  readonly 'much-happened': Happened
  /** Passkey-only mode was switched on. */
  readonly 'passkey-only-on': Happened & Origin
  readonly 'passkey-only-off': Happened & Origin
}

export type NoticeType = keyof NoticeValuesByType

/** The values of one notice, which `template` names. They are plain data, because they wait sealed in the outbox. */
export type MailTemplate = { [T in NoticeType]: { readonly template: T } & NoticeValuesByType[T] }[NoticeType]

export type TemplateOf<T extends NoticeType> = Extract<MailTemplate, { readonly template: T }>
