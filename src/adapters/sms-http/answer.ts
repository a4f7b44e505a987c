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
export interface SuccessRule {
  /** Default: any from 200 to 299. */
  readonly status?: readonly number[]
  readonly fields?: readonly FieldRule[]
}

/** When a message counts as accepted. */
export type SmsSuccess = SuccessRule | ((answer: GatewayAnswer) => boolean)

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

export function isSuccess(success: SmsSuccess, answer: GatewayAnswer): boolean {
  if (typeof success === 'function') return success(answer) === true
  const { status, fields = [] } = success
  const isStatus = status === undefined ? answer.status >= 200 && answer.status <= 299 : status.includes(answer.status)
  return isStatus && fields.every((rule) => fieldHolds(rule, answer.json))
}

function fieldHolds({ path, oneOf }: FieldRule, json: unknown): boolean {
  const value = fieldOf(json, path)
  return oneOf === undefined ? value !== undefined && value !== null : (oneOf as readonly unknown[]).includes(value)
}

export function checkSuccess(success: unknown): asserts success is SmsSuccess {
  if (typeof success === 'function') return
  const { status = [], fields = [] } = (success ?? {}) as SuccessRule
  const isRule =
    typeof success === 'object' &&
    success !== null &&
    Object.keys(success).every((name) => name === 'status' || name === 'fields') &&
    Array.isArray(status) &&
    status.every((code) => Number.isInteger(code)) &&
    Array.isArray(fields) &&
    fields.every((rule: Partial<FieldRule> | null) => {
      const { path, oneOf = [] } = rule ?? {}
      return typeof path === 'string' && Array.isArray(oneOf)
    })
  if (!isRule) throw new NightlatchError('NL_CONFIG', 'success must be { status, fields } or a function')
}
