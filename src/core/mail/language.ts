import type { NoticeFactor, NoticeType, TemplateOf } from './template.ts'

/** What a notice says, without its greeting, its facts and its end. */
export interface Notice {
  /** Without the name of the application, which is put in front. */
  readonly subject: string
  readonly happened: readonly string[]
  /** What to do if all is well. */
  readonly ifYou: string
  /** What to do if it is not, one step each [NOT-3]. */
  readonly ifNotYou: readonly string[]
}

/** What sentences are made with: cleaned values and times in the account's zone. */
export interface Words {
  readonly appName: string
  time(at: number): string
}

/** One language, complete: a missing sentence does not compile. */
export interface Language {
  /** BCP 47 */
  readonly tag: string
  readonly notices: { readonly [T in NoticeType]: (template: TemplateOf<T>, words: Words) => Notice }
  readonly labels: {
    readonly when: string
    readonly authenticator: string
    readonly ip: string
    readonly browser: string
    readonly antiPhishingCode: string
    readonly ifNotYou: string
  }
  /** `name` is null if the host gave none. */
  greeting(name: string | null): string
  contact(contact: string): string
  footer(appName: string): string
  /** Applied to every sentence of the language, never to a value in a line of its own. */
  typeset(sentence: string): string
}

/** One sentence for each factor: nouns differ in number and gender, so no sentence is put together from parts. */
export type FactorSentences = Readonly<Record<NoticeFactor, string>>

/** From this number of backup codes on, the mail urges a new set [BC-11]. */
export const fewCodes = 3
