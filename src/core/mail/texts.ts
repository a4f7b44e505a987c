import type { Factor } from '../factor.ts'
import type { NoticeType, TemplateOf } from './template.ts'

/** What a notice says, without its greeting, its facts and its end. */
export interface Notice {
  /** Without the name of the application: `composeMail` puts it in front. */
  readonly subject: string
  readonly happened: readonly string[]
  /** What to do if the reader did it. */
  readonly ifYou: string
  /** What to do if somebody else did it: one step each [NOT-3]. */
  readonly ifNotYou: readonly string[]
}

/** The values that the sentences of a notice use. */
export interface NoticeWords {
  readonly appName: string
  /** With this number of backup codes left, or fewer, the notice asks for a new set [BC-11]. */
  readonly fewCodes: number
  /** Writes a time, ms since epoch, in the account's time zone. */
  time(at: number): string
}

/** One text for each factor. Nouns differ in number and gender, so no sentence is put together from parts. */
export type FactorTexts = Readonly<Record<Factor, string>>

/** The texts of mails in one language. */
export interface MailTexts {
  readonly notices: { readonly [T in NoticeType]: (template: TemplateOf<T>, words: NoticeWords) => Notice }
  /** Each comes before a value, in a line of its own. */
  readonly labels: {
    readonly when: string
    readonly authenticator: FactorTexts
    readonly ip: string
    readonly browser: string
    readonly antiPhishingCode: string
    readonly ifNotYou: string
  }
  /** `name` is null if the host gave none. */
  greeting(name: string | null): string
  contact(contact: string): string
  footer(appName: string): string
  /** Adjusts the signs of a sentence to the rules of the language. It is never applied to a value of a fact. */
  typeset(sentence: string): string
}
