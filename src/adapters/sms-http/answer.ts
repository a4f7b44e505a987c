import { NightlatchError } from '../../core/errors.ts'

/** What a gateway answered. */
export interface GatewayAnswer {
  readonly status: number
  /** Empty if it was longer than 64 kB. */
  readonly text: string
  /** Undefined if the text is not JSON. */
  readonly json: unknown
}

/**
 * A field of the answer, such as `messages.0.status`, and the values that mean success. Without values: any but null.
 */
export interface FieldRule {
  readonly path: string
  readonly oneOf?: readonly (string | number | boolean | null)[]
}

/** All of it must be true. For a gateway that answers 200 to everything, check its fields. */
export interface AnswerPattern {
  /** Default: any from 200 to 299. */
  readonly status?: readonly number[]
  readonly fields?: readonly FieldRule[]
}

/** Which answers mean something, such as that a message was accepted. */
export type AnswerRule = AnswerPattern | ((answer: GatewayAnswer) => boolean)

const longestAnswer = 65_536

export async function readAnswer(response: Response): Promise<GatewayAnswer> {
  const text = await readText(response)
  return { status: response.status, text, json: parsed(text) }
}

async function readText(response: Response): Promise<string> {
  if (response.body === null) return ''
  const reader = response.body.getReader()
  const decoder = new TextDecoder()
  let text = ''
  let length = 0
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    length += part.value.length
    if (length > longestAnswer) {
      await reader.cancel()
      return ''
    }
    text += decoder.decode(part.value, { stream: true })
  }
  return text + decoder.decode()
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

/** Reads own fields only, so that `constructor` is never found. */
export function fieldOf(json: unknown, path: string): unknown {
  let value = json
  for (const name of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined
    value = (value as Readonly<Record<string, unknown>>)[name]
  }
  return value
}

/** Whether an answer means what the rule is for. */
export function ruleHolds(rule: AnswerRule, answer: GatewayAnswer): boolean {
  if (typeof rule === 'function') return rule(answer) === true
  const { status, fields = [] } = rule
  const isStatus = status === undefined ? answer.status >= 200 && answer.status <= 299 : status.includes(answer.status)
  return isStatus && fields.every((field) => fieldHolds(field, answer.json))
}

function fieldHolds({ path, oneOf }: FieldRule, json: unknown): boolean {
  const value = fieldOf(json, path)
  return oneOf === undefined ? value !== undefined && value !== null : (oneOf as readonly unknown[]).includes(value)
}

export function checkRule(rule: unknown, title: string): asserts rule is AnswerRule {
  if (typeof rule === 'function') return
  const { status = [], fields = [] } = (rule ?? {}) as AnswerPattern
  const isPattern =
    typeof rule === 'object' &&
    rule !== null &&
    Object.keys(rule).every((name) => name === 'status' || name === 'fields') &&
    Array.isArray(status) &&
    status.every((code) => Number.isInteger(code)) &&
    Array.isArray(fields) &&
    fields.every((field: Partial<FieldRule> | null) => {
      const { path, oneOf = [] } = field ?? {}
      return typeof path === 'string' && Array.isArray(oneOf)
    })
  if (!isPattern) throw new NightlatchError('NL_CONFIG', `${title} must be { status, fields } or a function`)
}
