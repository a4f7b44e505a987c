import { argumentError } from '../../core/arguments.ts'
import { NightlatchError } from '../../core/errors.ts'
import type { SmsMessage } from '../../ports/sms.ts'

/**
 * The body for a gateway. `{to}`, `{digits}` (the number without its `+`), `{text}`, `{language}` and `{dedupeKey}`
 * stand for the values of the message.
 */
export type BodyTemplate = string | number | boolean | null | readonly BodyTemplate[] | BodyFields

export interface BodyFields {
  readonly [name: string]: BodyTemplate
}

/** A template, or a function that makes the fields of each message. */
export type SmsBody = BodyFields | ((sms: SmsMessage) => BodyFields)

/** `form`: application/x-www-form-urlencoded. Every field is then a text, a number or a boolean. */
export type BodyFormat = 'json' | 'form'

const placeholder = /\{(\w+)\}/g
const placeholders: readonly string[] = ['to', 'digits', 'text', 'language', 'dedupeKey']

/** Fills each text in one pass, so that a `{to}` in a message stays as it is. */
function filled(template: BodyTemplate, values: Readonly<Record<string, string>>): BodyTemplate {
  if (typeof template === 'string') {
    return template.replace(placeholder, (whole, name: string) => (placeholders.includes(name) ? values[name]! : whole))
  }
  if (typeof template !== 'object' || template === null) return template
  if (isList(template)) return template.map((item) => filled(item, values))
  return Object.fromEntries(Object.entries(template).map(([name, value]) => [name, filled(value, values)]))
}

function isList(template: BodyTemplate): template is readonly BodyTemplate[] {
  return Array.isArray(template)
}

function formText(fields: BodyFields): string {
  const form = new URLSearchParams()
  for (const [name, value] of Object.entries(fields)) {
    if (typeof value === 'object') throw argumentError('a form field of body', 'a text, a number or a boolean')
    form.append(name, String(value))
  }
  return form.toString()
}

/** Checks a template before the first message: nested fields in a form, or a mistyped placeholder. */
export function checkBody(body: unknown, format: BodyFormat): asserts body is SmsBody {
  if (typeof body === 'function') return
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new NightlatchError('NL_CONFIG', 'body must be an object of fields, or a function that makes one')
  }
  const text = textsOf(body, 0).join('')
  const unknown = [...text.matchAll(placeholder)].some(([, name = '']) => !placeholders.includes(name))
  if (unknown) {
    throw new NightlatchError('NL_CONFIG', `body has an unknown placeholder; there are {${placeholders.join('}, {')}}`)
  }
  if (!text.includes('{text}') || !(text.includes('{to}') || text.includes('{digits}'))) {
    throw new NightlatchError('NL_CONFIG', 'body must have {text}, and {to} or {digits}')
  }
  if (format === 'form' && Object.values(body).some((value) => typeof value === 'object')) {
    throw new NightlatchError('NL_CONFIG', 'body must have flat fields if its format is form')
  }
}

const deepest = 8

function textsOf(template: unknown, depth: number): readonly string[] {
  if (typeof template === 'string') return [template]
  if (typeof template === 'number' || typeof template === 'boolean' || template === null) return []
  if (typeof template !== 'object' || depth === deepest) {
    throw new NightlatchError('NL_CONFIG', 'body must be of texts, numbers, booleans, lists and objects of these')
  }
  return Object.values(template).flatMap((value) => textsOf(value, depth + 1))
}

export interface EncodedBody {
  readonly contentType: string
  readonly text: string
}

export function encodeBody(body: SmsBody, format: BodyFormat, sms: SmsMessage): EncodedBody {
  const { to, text, language, dedupeKey } = sms
  const values = { to, digits: to.slice(1), text, language, dedupeKey }
  const fields = typeof body === 'function' ? body(sms) : (filled(body, values) as BodyFields)
  if (typeof fields !== 'object' || fields === null) throw argumentError('what body makes', 'an object of fields')
  return format === 'json'
    ? { contentType: 'application/json', text: JSON.stringify(fields) }
    : { contentType: 'application/x-www-form-urlencoded', text: formText(fields) }
}
