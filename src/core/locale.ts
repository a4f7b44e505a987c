export interface LocaleParts {
  /** In lower case. Null if the text names no language. */
  readonly language: string | null
  /** In capitals. Null if the text names no region of two letters. */
  readonly region: string | null
}

/**
 * Reads language and region from a locale in any common form: `fr`, `fr-CA`, `fr_CA.UTF-8`, `fr-Latn-CA`.
 *
 * @contract pure · locale BCP 47 · parts, each null if missing · throws none · RFC 5646
 */
export function readLocale(locale: string): LocaleParts {
  const parts = /^([a-z]{2,8})(?:[-_][a-z]{4})?(?:[-_]([a-z]{2}))?(?![a-z\d])/i.exec(locale)
  return { language: parts?.[1]?.toLowerCase() ?? null, region: parts?.[2]?.toUpperCase() ?? null }
}
